import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { Router } from 'express';

export const VIEWER_PATH = '/docs/viewer';

/** The files of the package that the page asks for; the rest of it stays unseen. */
const FILES = /^\/swagger-ui(-bundle\.js|\.css)$/;

/**
 * Nothing of the viewer goes to anyone else: no validator, no document but ours. What is tried by
 * somebody who has signed in carries the token of their session.
 */
const START = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
const token = () => /(?:^|; )XSRF-TOKEN=([^;]+)/.exec(document.cookie)?.[1];
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  queryConfigEnabled: false,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const isOurs = new URL(request.url, location.href).origin === location.origin;
    if (isOurs && token()) request.headers['X-XSRF-TOKEN'] = token();
    return request;
  },
});
`;

/** Swagger UI from its package and the script that starts it, to be mounted at `VIEWER_PATH`. */
export function viewerFiles(): Router {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const serve = express.static(folder, { index: false, maxAge: '1h' });
  const router = Router();
  router.get('/start.js', (_request, response) => {
    response.type('text/javascript').send(START);
  });
  router.get(FILES, serve);
  return router;
}
