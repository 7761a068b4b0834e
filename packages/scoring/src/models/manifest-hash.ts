import { createHash } from 'node:crypto';

const HASH_FIELD = /("manifest_sha256": ")([0-9a-f]{64})"/;
const BLANK = '0'.repeat(64);

/** SHA-256 of bytes, in lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The manifest's text, sealed: its own hash is taken over every byte of the text with the 64
 * digits of the hash itself as zeros, so that no byte of the file can change unseen.
 */
export function sealManifest(manifest: object): string {
  const text = `${JSON.stringify({ ...manifest, manifest_sha256: BLANK }, null, 2)}\n`;
  return withHash(text, sha256(Buffer.from(text)));
}

/** Whether the bytes are those that `sealManifest` made. */
export function isSealed(bytes: Uint8Array): boolean {
  // latin1 maps every byte to one character and back, so that no invalid UTF-8 is smoothed over.
  const text = Buffer.from(bytes).toString('latin1');
  const hash = HASH_FIELD.exec(text)?.[2];
  return hash !== undefined && sha256(Buffer.from(withHash(text, BLANK), 'latin1')) === hash;
}

function withHash(text: string, hash: string): string {
  return text.replace(HASH_FIELD, (_, field: string) => `${field}${hash}"`);
}
