import type { Route } from '../http/route.ts';

export const ROUTES: readonly Route[] = [];
