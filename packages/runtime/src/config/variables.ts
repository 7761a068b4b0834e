import { isIP } from 'node:net';

import { z } from 'zod';

/*
 * Parsers of environment variables: text in, value out. What they say when they refuse is read by
 * the person who set the variable, after its name.
 */

/** A whole number within bounds. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const bounds =
      most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `${least} to ${most}`;
    context.addIssue(`must be a whole number ${bounds}`);
    return z.NEVER;
  });
}

/** A number strictly between 0 and 1. */
export function fraction() {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (value > 0 && value < 1) return value;
    context.addIssue('must be a number between 0 and 1');
    return z.NEVER;
  });
}

/** Four numbers, separated by commas, each greater (or each less) than the one before. */
export function fourNumbers(order: 'rising' | 'falling') {
  const sign = order === 'rising' ? 1 : -1;
  return z.string().transform((text, context): [number, number, number, number] => {
    const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    const [a, b, c, d] = values;
    const ordered = values.every(
      (value, i) => Number.isFinite(value) && (i === 0 || (value - values[i - 1]!) * sign > 0),
    );
    if (values.length === 4 && ordered) return [a!, b!, c!, d!];
    context.addIssue(`must be four ${order} numbers, separated by commas`);
    return z.NEVER;
  });
}

/** A connection URL with one of the schemes, such as `postgres:`. */
export function connectionUrl(...schemes: string[]) {
  return z.string().transform((text, context) => {
    if (URL.canParse(text) && schemes.includes(new URL(text).protocol)) return text;
    const example = `${schemes[0]!}//user:password@host/name`;
    context.addIssue(`must be a URL such as ${example}`);
    return z.NEVER;
  });
}

export function flag() {
  return z.string().transform((text, context) => {
    const word = text.toLowerCase();
    if (['1', 'true', 'yes', 'on'].includes(word)) return true;
    if (['0', 'false', 'no', 'off'].includes(word)) return false;
    context.addIssue('must be 1 or 0');
    return z.NEVER;
  });
}

/** A key: what fits into an Authorization header, and long enough that nobody guesses it. */
export function accessKey(least = 32) {
  return z
    .string()
    .refine(
      (text) => isAccessKey(text, least),
      `must be ${least} to 256 of A-Z a-z 0-9 . _ ~ + / = -`,
    );
}

export function isAccessKey(text: string, least = 32): boolean {
  return /^[\w.~+/=-]+$/.test(text) && text.length >= least && text.length <= 256;
}

/** The proxies to believe: how many stand in front, or which addresses and networks. */
export function proxies() {
  const names = ['loopback', 'linklocal', 'uniquelocal'];
  return z.string().transform((text, context): number | string[] => {
    if (/^[1-9]\d?$/.test(text)) return Number(text);
    const parts = text.split(',').map((part) => part.trim());
    if (parts.every((part) => names.includes(part) || isNetwork(part))) return parts;
    context.addIssue('must be a number of proxies, or addresses and networks such as 10.0.0.0/8');
    return z.NEVER;
  });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

export function choice<const T extends string>(...values: T[]) {
  return z.enum(values, { error: `must be ${values.join(', ').replace(/, ([^,]*)$/, ' or $1')}` });
}

/** A cron pattern of five fields, or six with seconds first; `off` is null. */
export function cronPattern() {
  const field = /^[\d*,/?LW#A-Za-z-]+$/;
  return z.string().transform((text, context) => {
    if (text.toLowerCase() === 'off') return null;
    const fields = text.trim().split(/\s+/);
    if ((fields.length === 5 || fields.length === 6) && fields.every((each) => field.test(each))) {
      return fields.join(' ');
    }
    context.addIssue('must be a cron pattern such as "0 2 * * *", or off');
    return z.NEVER;
  });
}

/** An IANA time zone that this Node knows. */
export function timeZone() {
  return z.string().refine((zone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  }, 'must be a time zone such as UTC or Europe/Berlin');
}

/** A secret of the form of https://www.standardwebhooks.com. */
export function webhookSecret() {
  return z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64');
}
