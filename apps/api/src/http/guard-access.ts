import { AppError } from '@segcast/contracts';
import type { Request, RequestHandler } from 'express';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method only reads. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** True of the names and addresses by which a machine reaches itself. */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || isLoopbackV4(hostname)
  );
}

function isLoopbackV4(hostname: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Refuses requests that name another host while the service is open. A web page can point a name of
 * its own at 127.0.0.1 (DNS rebinding) and then read an open service on loopback; the Host header
 * gives it away. Where a key is needed that page has none, and a proxy may stand in front.
 */
export function onlyLoopbackHosts(isOpen: () => Promise<boolean>): RequestHandler {
  return async (request, _response, next) => {
    const host = request.get('host');
    const hostname = host === undefined ? undefined : hostnameOf(`http://${host}`);
    const isOurs = hostname !== undefined && isLoopbackHost(hostname);
    if (isOurs || !(await isOpen())) {
      next();
      return;
    }
    throw new AppError(
      'forbidden_host',
      `The Host header "${host ?? ''}" is not a loopback name; call the service as localhost or 127.0.0.1.`,
    );
  };
}

/** Refuses writes that a browser sends on behalf of another site's page. Other clients send neither header. */
export function refuseCrossOriginWrites(): RequestHandler {
  return (request, _response, next) => {
    const foreign = isSafeMethod(request.method) ? undefined : foreignSource(request);
    if (foreign === undefined) {
      next();
      return;
    }
    throw new AppError(
      'forbidden_origin',
      `A ${request.method} from ${foreign} is refused; write from the service's own pages or without a browser.`,
    );
  };
}

function foreignSource(request: Request): string | undefined {
  const origin = request.get('origin');
  if (origin !== undefined && hostOf(origin) !== hostOf(`http://${request.host}`)) {
    return `origin "${origin}"`;
  }
  const site = request.get('sec-fetch-site');
  return site === undefined || site === 'same-origin' || site === 'none'
    ? undefined
    : `a ${site} page`;
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** Name and port; undefined of the opaque origin "null". */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
