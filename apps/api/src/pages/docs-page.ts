import { VIEWER_PATH } from '../docs/viewer-files.ts';
import { html } from './html.ts';

/** The API document, for people: the viewer draws it from /openapi.json. */
export function renderDocs(): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Segcast: API</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${VIEWER_PATH}/swagger-ui.css" />
        <style>
          body {
            margin: 0;
          }
          .dark-mode body {
            background: #1c2022;
          }
        </style>
      </head>
      <body>
        <div id="viewer"></div>
        <noscript
          >The viewer needs scripts; <a href="/openapi.json">the document</a> does not.</noscript
        >
        <script src="${VIEWER_PATH}/swagger-ui-bundle.js"></script>
        <script src="${VIEWER_PATH}/start.js"></script>
      </body>
    </html>`.markup;
}
