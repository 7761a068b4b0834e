import type { RequestHandler } from 'express';
import helmet from 'helmet';

type Directives = Record<string, string[] | null>;

/** Everything a page may load comes from here; nothing is upgraded to TLS, which the service does not speak. */
const STRICT: Directives = {
  'default-src': ["'none'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** Bull Board is a script of ours that asks its own API; its fonts from elsewhere stay out. */
const BOARD: Directives = {
  ...STRICT,
  'script-src': ["'self'"],
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'base-uri': ["'self'"],
};

/** The viewer of the API document: its script is ours, and asks for the document and tries routes. */
const DOCS: Directives = {
  ...STRICT,
  'script-src': ["'self'"],
  'connect-src': ["'self'"],
};

/** Security headers of every answer of the API and its pages. */
export function apiHeaders(): RequestHandler {
  return headersWith(STRICT);
}

/** Security headers under which Bull Board works. */
export function boardHeaders(): RequestHandler {
  return headersWith(BOARD);
}

/** Security headers under which the viewer of the API document works. */
export function docsHeaders(): RequestHandler {
  return headersWith(DOCS);
}

function headersWith(directives: Directives): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: false,
    // Without any referrer a browser calls the origin of our own forms null.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    originAgentCluster: false,
  });
}
