import express, { type Express, type RequestHandler } from 'express';
import { requireKey } from './access/gate.ts';
import { signInForms, signInInstead } from './access/sign-in-forms.ts';
import type { ApiDeps } from './api-deps.ts';
import { BOARD_PATH, createBoard } from './board.ts';
import { VIEWER_PATH, viewerFiles } from './docs/viewer-files.ts';
import { onlyLoopbackHosts, refuseCrossOriginWrites } from './http/guard-access.ts';
import { logRequests } from './http/log-requests.ts';
import { mountPublicRoutes, mountRoutes } from './http/mount-routes.ts';
import { sendProblems, unknownRoute } from './http/problems.ts';
import { requestId } from './http/request-id.ts';
import { apiHeaders, boardHeaders, docsHeaders } from './http/security-headers.ts';
import { ROUTES } from './routes/index.ts';

export interface AppOptions {
  /** Counts the requests of each key. */
  limitKeys: RequestHandler;
  /** How many proxies to believe, or which. */
  trustProxy?: number | string[] | null;
}

/** The whole HTTP edge: guards, what is public, the gate, Bull Board, the route table, problems. */
export function createApp(deps: ApiDeps, { limitKeys, trustProxy }: AppOptions): Express {
  const app = express();
  app
    .disable('x-powered-by')
    .disable('etag')
    .set('trust proxy', trustProxy ?? false);
  app.use(requestId(), logRequests(deps.log), apiHeaders());
  app.use(onlyLoopbackHosts(() => deps.access.isOpen()));
  app.use(refuseCrossOriginWrites());
  app.use(mountPublicRoutes(ROUTES, deps), signInForms(deps.access));
  // What is mounted behind it needs a key.
  app.use(requireKey(deps.access), limitKeys);
  app.use(BOARD_PATH, boardHeaders(), createBoard(deps.queue));
  app.use(VIEWER_PATH, viewerFiles());
  app.get('/docs', docsHeaders());
  app.use(mountRoutes(ROUTES, deps));
  app.use(unknownRoute());
  app.use(signInInstead(), sendProblems(deps.log));
  return app;
}
