import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { JobQueue } from '@segcast/queue';
import { Router, type Express, type RequestHandler } from 'express';
import { callerOf, requireRole } from './access/caller.ts';
import { isSafeMethod } from './http/guard-access.ts';
import { setRoute } from './http/log-requests.ts';

type BoardOptions = Parameters<typeof createBullBoard>[0];

export const BOARD_PATH = '/admin/queues';

/**
 * Bull Board over every queue, to be mounted at `BOARD_PATH`: for admins to work in, for the role
 * `write` to look at.
 */
export function createBoard(queue: JobQueue): Router {
  const router = Router();
  router.use((request, response, next) => {
    const what = `${request.method} ${BOARD_PATH}`;
    setRoute(response, BOARD_PATH);
    requireRole(callerOf(response), isSafeMethod(request.method) ? 'write' : 'admin', what);
    next();
  });
  router.use(forAdmins(boardOver(queue, { readOnlyMode: false })));
  router.use(boardOver(queue, { readOnlyMode: true }));
  return router;
}

/** A router that the others pass by. */
function forAdmins(board: RequestHandler): Router {
  const router = Router();
  router.use((_request, response, next) => {
    next((callerOf(response)?.role ?? 'admin') === 'admin' ? undefined : 'router');
  });
  router.use(board);
  return router;
}

function boardOver(queue: JobQueue, options: { readOnlyMode: boolean }): RequestHandler {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(BOARD_PATH);
  createBullBoard({
    // Its own types disagree under exactOptionalPropertyTypes.
    serverAdapter: serverAdapter as unknown as BoardOptions['serverAdapter'],
    queues: queue.boardQueues().map((each) => new BullMQAdapter(each, options)),
    options: {
      uiConfig: {
        boardTitle: 'Segcast queues',
        hideDocsLink: true,
        miscLinks: [{ text: 'Segments', url: '/' }],
      },
    },
  });
  const board = (serverAdapter.getRouter() as Express).disable('x-powered-by');
  return Router().use(withoutFonts, board);
}

const OUTSIDE_FONTS = /<link href="https:\/\/fonts\.[^>]*>/g;

/** The board's page asks for fonts of another host, which our headers forbid; it has others to fall back on. */
const withoutFonts: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) => {
    const isPage = typeof body === 'string' && body.startsWith('<!DOCTYPE html>');
    return send(isPage ? body.replaceAll(OUTSIDE_FONTS, '') : body);
  };
  next();
};
