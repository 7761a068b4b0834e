import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A fresh secret of 32 random bytes. */
export function createSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/**
 * The headers by which a receiver knows who sent a message, when, and whether it has had it before
 * (https://www.standardwebhooks.com): HMAC-SHA256 in base64 of id, time and body, joined by dots.
 * Without a secret there is no signature.
 */
export function signatureHeaders(
  { id, at, body }: { id: string; at: Date; body: string },
  secret: string | null,
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === null) return headers;
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
