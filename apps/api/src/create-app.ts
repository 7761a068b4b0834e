import express, { type Express } from 'express';
import type { ApiDeps } from './api-deps.ts';
import { BOARD_PATH, createBoard } from './board.ts';
import { VIEWER_PATH, viewerFiles } from './docs/viewer-files.ts';
import { onlyLoopbackHosts, refuseCrossOriginWrites } from './http/guard-access.ts';
import { logRequests } from './http/log-requests.ts';
import { mountRoutes } from './http/mount-routes.ts';
import { sendProblems, unknownRoute } from './http/problems.ts';
import { requestId } from './http/request-id.ts';
import { apiHeaders, boardHeaders, docsHeaders } from './http/security-headers.ts';
import { ROUTES } from './routes/index.ts';

export interface AppOptions {
  /** Whether the service is bound to loopback and so answers only to a loopback Host header. */
  loopbackOnly: boolean;
}

/** The whole HTTP edge: guards, Bull Board, the route table, problems. */
export function createApp(deps: ApiDeps, { loopbackOnly }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(requestId(), logRequests(deps.log), apiHeaders());
  if (loopbackOnly) app.use(onlyLoopbackHosts());
  app.use(refuseCrossOriginWrites());
  app.use(BOARD_PATH, boardHeaders(), createBoard(deps.queue));
  app.use(VIEWER_PATH, viewerFiles());
  app.get('/docs', docsHeaders());
  app.use(mountRoutes(ROUTES, deps));
  app.use(unknownRoute());
  app.use(sendProblems(deps.log));
  return app;
}
