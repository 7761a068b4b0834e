import { html, type Html } from './html.ts';
import { STYLE } from './style.ts';

/** One bar of the mark, as a data URI: a page asks nothing of anyone. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"%3E%3Crect width="16" height="16" rx="4" fill="%230f766e"/%3E%3Cpath d="M4 12V8M8 12V4M12 12V6" stroke="white" stroke-width="2" stroke-linecap="round"/%3E%3C/svg%3E';

export interface Page {
  title: string;
  body: Html;
  /** Seconds after which a browser loads the page again; absent where nothing is under way. */
  refresh?: number;
}

/** A whole document in the look of the service. */
export function renderPage({ title, body, refresh }: Page): string {
  const again =
    refresh === undefined ? null : html`<meta http-equiv="refresh" content="${refresh}" />`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${again}
        <title>${title}</title>
        <link rel="icon" href="${ICON}" />
        ${STYLE}
      </head>
      <body>
        ${body}
      </body>
    </html>`.markup;
}
