#!/usr/bin/env node
/*
 * Runs before `npm start` and `npm test`, so that both work on a fresh clone: installs what
 * package-lock.json asks for and node_modules does not have. It imports nothing that would have to
 * be installed, and does nothing, without the network, when all is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const LEAST_NODE = [20, 19];

function fail(message) {
  console.error(message);
  process.exit(1);
}

function isNodeTooOld() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]);
}

function readPackages(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
}

/** Development tools may be left out on purpose, as for a container image. */
function omitsDevelopment() {
  const omitted = process.env.npm_config_omit ?? '';
  return process.env.NODE_ENV === 'production' || omitted.split(/\s+/).includes('dev');
}

/** Why something must be installed, or null when all is there. */
function findReason() {
  if (!existsSync(join(root, 'node_modules'))) return 'node_modules is not there';
  // npm writes its own list last, so an install that was interrupted has none.
  const listFile = join('node_modules', '.package-lock.json');
  if (!existsSync(join(root, listFile))) return 'the last install was not finished';
  const wanted = readPackages('package-lock.json');
  const installed = readPackages(listFile);
  const skipDevelopment = omitsDevelopment();
  for (const [path, { version, optional, peer, dev, link }] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue;
    if (dev && skipDevelopment) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (!existsSync(join(root, path))) {
      if (optional || peer) continue;
      return `${name} is missing`;
    }
    if (link) continue;
    const found = installed[path]?.version;
    if (found !== version) return `${name} is ${found ?? 'unknown'} and should be ${version}`;
  }
  return null;
}

/** With the npm that runs us, if one does. */
function runNpm(...args) {
  const npm = process.env.npm_execpath;
  const viaNode = npm !== undefined && /\.c?js$/.test(npm);
  const { status } = spawnSync(
    viaNode ? process.execPath : 'npm',
    [...(viaNode ? [npm] : []), ...args, '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: 'inherit' },
  );
  return status === 0;
}

/**
 * `npm ci` removes node_modules before it fetches anything, so what is there already is only
 * completed: without the network it then stays as it is.
 */
function install() {
  if (!existsSync(join(root, 'node_modules')) && runNpm('ci')) return true;
  return runNpm('install', '--no-save', '--prefer-offline');
}

if (isNodeTooOld()) {
  fail(
    `Segcast needs Node.js ${LEAST_NODE.join('.')} or newer, and this is ${process.versions.node}. ` +
      'Get a newer one from https://nodejs.org or with your version manager.',
  );
}
const reason = findReason();
if (reason !== null) {
  console.log(`Installing dependencies, since ${reason}. This takes a minute or two.`);
  if (!install()) {
    fail(
      'npm could not install the dependencies (its message is above). Is the network reachable?',
    );
  }
}
