import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The Chromium on the PATH, or null with a loud message when there is none.
 * @throws Error when there is none and `REQUIRE_SHARED=1` or `CI` says that there must be.
 */
export function findChromium(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return found;
  if (process.env.REQUIRE_SHARED === '1' || process.env.CI !== undefined) {
    throw new Error(`There is no ${NAMES.join(' or ')} on the PATH. Install one.`);
  }
  console.warn('SKIPPED: every test in a browser (no Chromium on the PATH)');
  return null;
}

export function launchChromium(executablePath: string): Promise<Browser> {
  // Chromium refuses its sandbox to root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args: [...FLAGS, ...asRoot] });
}
