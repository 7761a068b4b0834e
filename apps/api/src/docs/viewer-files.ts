import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { Router } from 'express';

export const VIEWER_PATH = '/docs/viewer';

/** The files of the package that the page asks for; the rest of it stays unseen. */
const FILES = /^\/swagger-ui(-bundle\.js|\.css)$/;

/** Nothing of the viewer goes to anyone else: no validator, no document but ours. */
const START = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  queryConfigEnabled: false,
  validatorUrl: null,
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
