import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: nobody guesses it, whatever the speed of trying. */
const SECRET_BYTES = 32;
/** Enough to tell keys apart, and far too little to find the rest. */
const MOST_SHOWN = 12;

/** A new secret, to be told once. With `kind` in front, a scanner of leaks knows it for one of ours. */
export function newSecret(kind: 'segcast' | 'session'): string {
  return `${kind}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/**
 * What is kept of a secret. One SHA-256 is enough, since the secret is random: a slow hash protects
 * what people make up and others try from a list, and here it would only slow every request.
 */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The beginning of a key, by which people recognise it in a list. */
export function shownPrefix(secret: string): string {
  return secret.slice(0, Math.min(MOST_SHOWN, secret.length / 4));
}
