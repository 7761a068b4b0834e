import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { JobQueue } from '@segcast/queue';
import { Router, type RequestHandler } from 'express';

type BoardOptions = Parameters<typeof createBullBoard>[0];

export const BOARD_PATH = '/admin/queues';

/** Bull Board over every queue, to be mounted at `BOARD_PATH`. */
export function createBoard(queue: JobQueue): RequestHandler {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(BOARD_PATH);
  createBullBoard({
    // Its own types disagree under exactOptionalPropertyTypes.
    serverAdapter: serverAdapter as unknown as BoardOptions['serverAdapter'],
    queues: queue.boardQueues().map((each) => new BullMQAdapter(each)),
    options: {
      uiConfig: {
        boardTitle: 'Segcast queues',
        hideDocsLink: true,
        miscLinks: [{ text: 'Segments', url: '/' }],
      },
    },
  });
  return Router().use(withoutFonts, serverAdapter.getRouter() as RequestHandler);
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
