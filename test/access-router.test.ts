import { createApiKey, type Store } from '@segcast/store';
import type { Role } from '@segcast/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../apps/api/src/create-app.ts';
import { neededAccess } from '../apps/api/src/http/needed-access.ts';
import { ROUTES } from '../apps/api/src/routes/index.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

interface Layer {
  rawPath?: string | string[];
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[]; router?: { stack: Layer[] } };
}

interface Operation {
  method: string;
  path: string;
}

const EVERY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Everything that is registered below a router, by what Express itself keeps of it. */
function operationsOf(stack: readonly Layer[], prefix = ''): Operation[] {
  return stack.flatMap(({ rawPath, route, handle }) => {
    if (route !== undefined) {
      const methods = route.methods['_all'] === true ? EVERY_METHOD : Object.keys(route.methods);
      return [route.path]
        .flat()
        .flatMap((path) =>
          methods.map((method) => ({ method: method.toUpperCase(), path: prefix + path })),
        );
    }
    const mounted = [rawPath ?? '/'].flat().map((path) => prefix + (path === '/' ? '' : path));
    const inner = handle.stack ?? handle.router?.stack;
    return mounted.flatMap((path) =>
      inner === undefined ? [{ method: 'GET', path: path || '/' }] : operationsOf(inner, path),
    );
  });
}

const PUBLIC = [
  'GET /healthz',
  'GET /readyz',
  'GET /sign-in',
  'POST /sign-in',
  'POST /sign-out',
  'POST /api/loyalty/v1/session/',
];

/** The routes that only look though they are no GET, and the end of one's own session. */
const ONLY_LOOK = [
  'post /api/loyalty/v1/segments/preview/',
  'post /api/loyalty/v1/customers/{customer_id}/ml/predict/',
  'post /api/loyalty/v1/customers/ml/predict/',
  'post /api/loyalty/v1/config/ml/test/',
  'delete /api/loyalty/v1/session/',
];

let api: ApiServer;
let operations: Operation[];
const secrets = {} as Record<Role, string>;

beforeAll(async () => {
  api = await startApiServer();
  await api.service.segment();
  for (const role of ['read', 'write', 'admin'] as const) {
    secrets[role] = await keyOf(api.service.store, role);
  }
  const app = createApp(api.deps, { limitKeys: (_request, _response, next) => next() });
  operations = operationsOf((app as unknown as { router: { stack: Layer[] } }).router.stack);
});
afterAll(() => api.close());

async function keyOf(store: Store, role: Role): Promise<string> {
  return (await createApiKey(store, { name: role, role, expiresAt: null })).secret;
}

function ask({ method, path }: Operation, role?: Role): Promise<Response> {
  return fetch(api.origin + path.replaceAll(/[:{]\w+\}?/g, '1'), {
    method,
    redirect: 'manual',
    ...(role !== undefined && { headers: { Authorization: `Bearer ${secrets[role]}` } }),
  });
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
const isRead = ({ method }: Operation) => method.toUpperCase() === 'GET';

async function outcome(operation: Operation, role?: Role): Promise<string> {
  const answer = await ask(operation, role);
  const type = answer.headers.get('content-type') ?? '';
  const text = await answer.text();
  const code = type.includes('problem+json') ? (JSON.parse(text) as { code: string }).code : '';
  return `${nameOf(operation)}: ${answer.status} ${code}`.trim();
}

/** Every row of every table, but for what access itself notes. */
async function everything(): Promise<unknown> {
  const tables = await api.service.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'segcast' ORDER BY 1",
  );
  const contents: Record<string, unknown> = {};
  for (const { name } of tables) {
    const rows = await api.service.sql(`SELECT t.* FROM segcast.${name} t ORDER BY t::text`);
    contents[name] = rows.map((row) => ({ ...row, last_used_at: null }));
  }
  return contents;
}

describe('the whole router', () => {
  it('has the table of routes, Bull Board and the files of the viewer in it', () => {
    const names = operations.map(nameOf);
    for (const { method, path } of ROUTES) {
      expect(names).toContain(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    }
    expect(names).toContain('PUT /admin/queues/api/queues/:queueName/:jobId/retry');
    expect(names).toContain('GET /admin/queues/queue/:queueName');
    expect(names).toContain('GET /admin/queues/static');
    expect(names).toContain('GET /docs/viewer/start.js');
    expect(names.length).toBeGreaterThan(100);
  });

  it('answers to nobody without a key but for what is public', async () => {
    const others = operations.filter((each) => !PUBLIC.includes(nameOf(each)));
    const outcomes = await Promise.all(others.map((each) => outcome(each)));
    expect(outcomes).toEqual(others.map((each) => `${nameOf(each)}: 401 key_required`));
    expect(await outcome({ method: 'GET', path: '/metrics' })).toContain('401');
    expect(await outcome({ method: 'GET', path: '/no/such/route' })).toContain('401');
  });

  it('has nothing public beside that', async () => {
    const names = operations.map(nameOf);
    for (const name of PUBLIC) expect(names).toContain(name);
    const open = ROUTES.filter((route) => neededAccess(route) === 'public');
    expect(open.map(({ path }) => path).sort()).toEqual([
      '/api/loyalty/v1/session/',
      '/healthz',
      '/readyz',
    ]);
    for (const path of ['/healthz', '/readyz', '/sign-in']) {
      expect((await ask({ method: 'GET', path })).status).toBe(200);
    }
  });
});

describe('roles', () => {
  const ofTable = (least: 'write' | 'admin') =>
    ROUTES.filter((route) => {
      const access = neededAccess(route);
      return access === least || (least === 'write' && access === 'admin');
    }).map(({ method, path }) => ({ method: method.toUpperCase(), path }));

  it('`read` can write nothing: every write is refused and changes nothing', async () => {
    const board = operations.filter(
      (each) => each.path.startsWith('/admin/queues') && !isRead(each),
    );
    expect(board.length).toBeGreaterThan(20);
    const writes = [...ofTable('write'), ...board];
    const before = await everything();
    const outcomes = await Promise.all(writes.map((each) => outcome(each, 'read')));
    expect(outcomes).toEqual(writes.map((each) => `${nameOf(each)}: 403 role_too_small`));
    expect(await everything()).toEqual(before);
  });

  it('no write goes by `read` but what only looks', () => {
    const lenient = ROUTES.filter((route) => route.method !== 'get')
      .filter((route) => !['write', 'admin', 'public'].includes(neededAccess(route)))
      .map(({ method, path }) => `${method} ${path}`);
    for (const name of lenient) expect(ONLY_LOOK).toContain(name);
    expect(lenient).toContain(ONLY_LOOK[0]);
  });

  it('`write` can do nothing that is for admins, and sees Bull Board without its writes', async () => {
    const forAdmins = [
      ...ofTable('admin'),
      ...operations.filter((each) => each.path.startsWith('/admin/queues') && !isRead(each)),
    ];
    expect(forAdmins.map(nameOf)).toContain('POST /api/loyalty/v1/keys/');
    const before = await everything();
    const outcomes = await Promise.all(forAdmins.map((each) => outcome(each, 'write')));
    expect(outcomes).toEqual(forAdmins.map((each) => `${nameOf(each)}: 403 role_too_small`));
    expect(await everything()).toEqual(before);
  });

  it('each sees of Bull Board what is theirs', async () => {
    const queues = { method: 'GET', path: '/admin/queues/api/queues' };
    expect((await ask(queues, 'read')).status).toBe(403);
    expect((await ask({ method: 'GET', path: '/admin/queues' }, 'read')).status).toBe(403);
    for (const [role, readOnlyMode] of [
      ['write', true],
      ['admin', false],
    ] as const) {
      const answer = await ask(queues, role);
      const body = (await answer.json()) as { queues: { readOnlyMode: boolean }[] };
      expect(body.queues.map((queue) => queue.readOnlyMode)).toEqual(
        body.queues.map(() => readOnlyMode),
      );
      expect(body.queues.length).toBeGreaterThan(0);
    }
  });

  it('`read` reads, `write` writes, `admin` makes keys', async () => {
    const segment = { name: 'Theirs', rules: {} };
    const call = (role: Role, method: string, path: string, body?: unknown) =>
      api.call(method, path, { body, headers: { Authorization: `Bearer ${secrets[role]}` } });
    expect((await call('read', 'GET', '/segments/')).status).toBe(200);
    expect((await call('read', 'POST', '/segments/preview/', { rules: {} })).status).toBe(200);
    expect((await call('read', 'GET', '//openapi.json')).status).toBe(200);
    expect((await call('write', 'POST', '/segments/', segment)).status).toBe(201);
    expect((await call('write', 'GET', '/keys/')).status).toBe(403);
    expect((await call('admin', 'GET', '/keys/')).status).toBe(200);
    expect((await call('admin', 'GET', '//admin/queues/nonsense/x/y/z')).status).toBe(404);
  });
});
