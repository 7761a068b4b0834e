import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Key, NewKey, Role, Session } from '@segcast/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessControl } from '../apps/api/src/access/access-control.ts';
import type { Answer } from './support/api-answers.ts';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { until } from './support/until.ts';

const lines: { facts: Record<string, unknown>; line: string }[] = [];
const log = {
  debug: () => undefined,
  info: (facts: object, line: string) => void lines.push({ facts: { ...facts }, line }),
  warn: () => undefined,
  error: () => undefined,
};

let api: ApiServer;
/** The same keys as another process sees them. */
let elsewhere: AccessControl;
let admin: string;
beforeAll(async () => {
  api = await startApiServer({ deps: { log } });
  const failures = { count: () => Promise.resolve() };
  const { store } = api.service;
  elsewhere = new AccessControl({ store, mayBeOpen: true, sessionMs: 1000, failures, log });
});
afterAll(() => api.close());

const bearer = (secret: string) => ({ Authorization: `Bearer ${secret}` });

async function create(role: Role, more: object = {}, as = admin): Promise<NewKey> {
  const body = { name: `the ${role} key`, role, ...more };
  const answer = await api.call('POST', '/keys/', { body, headers: as ? bearer(as) : {} });
  expect(answer.status).toBe(201);
  return answer.body as NewKey;
}

function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return api.call('GET', path, { headers });
}

const refusedAs = (code: string) => ({ status: 401, body: { code } });

async function seen(answer: Promise<Answer>) {
  const { status, body } = await answer;
  return { status, body: { code: (body as { code?: string }).code } };
}

describe('an open service', () => {
  it('asks for no key, and says so', async () => {
    expect((await get('/segments/')).status).toBe(200);
    expect((await get('/segments/', bearer('whatever'))).status).toBe(200);
    expect((await get('/session/')).body).toMatchObject({ via: 'open', role: 'admin' });
    expect(await elsewhere.isOpen()).toBe(true);
    expect((await fetch(`${api.origin}/sign-in`, { redirect: 'manual' })).status).toBe(303);
  });

  it('is closed by the first key: here at once, in other processes within a second', async () => {
    admin = (await create('admin', {}, '')).secret;
    const answer = await get('/segments/');
    expect(await seen(Promise.resolve(answer))).toEqual(refusedAs('key_required'));
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="segcast"');
    expect(problemOf(answer).detail).toContain('/sign-in');
    await until('it is closed elsewhere', async () => !(await elsewhere.isOpen()), 2);
  });

  it('then answers under other names too, since a proxy may stand in front', async () => {
    const { hostname, port } = new URL(api.origin);
    const headers = { Host: 'segcast.example', ...bearer(admin) };
    const asked = request({ hostname, port, path: '/api/loyalty/v1/segments/', headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
  });
});

describe('a key', () => {
  it('is shown once, and stored as a hash', async () => {
    const { secret, ...key } = await create('read', { name: ' Dashboard ' });
    expect(secret).toMatch(/^segcast_[\w-]{43}$/);
    expect(key).toMatchObject({ name: 'Dashboard', role: 'read', status: 'active' });
    expect(secret.startsWith(key.prefix)).toBe(true);
    const list = (await get('/keys/?limit=1000', bearer(admin))).body as { results: Key[] };
    expect(list.results.find(({ key_id }) => key_id === key.key_id)).toEqual(key);
    const stored = await api.service.sql('SELECT k::text, hash FROM segcast.api_keys k');
    expect(JSON.stringify(stored)).not.toContain(secret.slice(key.prefix.length));
  });

  it('lets in as `Authorization: Bearer`, in any case of the word', async () => {
    const { secret, key_id } = await create('read');
    expect((await get('/session/', { Authorization: `bearer  ${secret}` })).body).toMatchObject({
      via: 'key',
      role: 'read',
      key_id,
      csrf_token: null,
    });
    for (const header of [`Basic ${secret}`, secret, 'Bearer', 'Bearer ']) {
      expect(await seen(get('/session/', { Authorization: header }))).toEqual(
        refusedAs('key_required'),
      );
    }
  });

  it('is refused with a reason when it is unknown', async () => {
    const { secret } = await create('read');
    for (const wrong of [`${secret}x`, secret.slice(0, -1), secret.toUpperCase(), 'x']) {
      const answer = await get('/segments/', bearer(wrong));
      expect(await seen(Promise.resolve(answer))).toEqual(refusedAs('key_invalid'));
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
      expect(problemOf(answer).detail).not.toContain(wrong.slice(0, 20) || 'never');
    }
  });

  it('is refused once it has expired', async () => {
    const expires = new Date(Date.now() + 1500).toISOString();
    const { secret } = await create('read', { expires_at: expires });
    expect((await get('/segments/', bearer(secret))).status).toBe(200);
    await until('it is refused', async () => {
      const answer = await get('/segments/', bearer(secret));
      return answer.status === 401 && problemOf(answer).code === 'key_expired';
    });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires));
    const past = { name: 'late', role: 'read', expires_at: '2020-01-01T00:00:00Z' };
    const answer = await api.call('POST', '/keys/', { body: past, headers: bearer(admin) });
    expect(problemOf(answer).errors).toEqual([
      { pointer: '/expires_at', detail: 'must be in the future' },
    ]);
  });

  it('is refused once it is revoked: here at once, in other processes within a second', async () => {
    const { secret, key_id } = await create('write');
    expect((await get('/segments/', bearer(secret))).status).toBe(200);
    expect((await elsewhere.byKey(secret, '127.0.0.1')).keyId).toBe(key_id);
    const revoke = () => api.call('DELETE', `/keys/${key_id}/`, { headers: bearer(admin) });
    expect((await revoke()).status).toBe(204);
    expect(await seen(get('/segments/', bearer(secret)))).toEqual(refusedAs('key_invalid'));
    const refused = () =>
      elsewhere.byKey(secret, '127.0.0.1').then(
        () => false,
        () => true,
      );
    await until('it is refused elsewhere', refused, 2);
    expect((await revoke()).status).toBe(204);
    const missing = await api.call('DELETE', '/keys/999999/', { headers: bearer(admin) });
    expect(problemOf(missing).code).toBe('key_not_found');
  });

  it('notes when it was used last', async () => {
    const { secret, key_id } = await create('read');
    await get('/segments/', bearer(secret));
    await until('its use is noted', async () => {
      const { body } = await get('/keys/?limit=1000', bearer(admin));
      const { results } = body as { results: Key[] };
      return results.find((key) => key.key_id === key_id)?.last_used_at != null;
    });
  });

  it('stays one that closes the service when all are revoked', async () => {
    expect(await elsewhere.isOpen()).toBe(false);
    const fresh = new AccessControl({
      store: api.service.store,
      mayBeOpen: true,
      sessionMs: 1,
      failures: { count: () => Promise.resolve() },
      log,
    });
    await api.service.sql('UPDATE segcast.api_keys SET revoked_at = now()');
    expect(await fresh.isOpen()).toBe(false);
    await api.service.sql('UPDATE segcast.api_keys SET revoked_at = NULL WHERE role = $1', [
      'admin',
    ]);
  });
});

describe('a session', () => {
  interface SignedIn {
    cookies: string;
    setCookies: string[];
    session: Session;
  }

  async function signIn(secret: string): Promise<SignedIn> {
    const answer = await api.call('POST', '/session/', { body: { key: secret } });
    expect(answer.status).toBe(200);
    const setCookies = answer.headers.getSetCookie();
    const cookies = setCookies.map((each) => each.split(';', 1)[0]).join('; ');
    return { cookies, setCookies, session: answer.body as Session };
  }

  it('is a cookie that no script sees and no other site sends', async () => {
    const { setCookies, session } = await signIn((await create('write')).secret);
    const own = setCookies.find((each) => each.startsWith('segcast_session='))!;
    expect(own).toMatch(/; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/);
    const token = setCookies.find((each) => each.startsWith('XSRF-TOKEN='))!;
    expect(token).toMatch(/; SameSite=Strict$/);
    expect(token).toContain(session.csrf_token);
    expect(session).toMatchObject({ via: 'session', role: 'write' });
    expect(setCookies.join()).not.toContain('Secure');
  });

  it('reads with the cookie alone, and writes with the token that only our pages know', async () => {
    const { cookies, session } = await signIn((await create('write')).secret);
    const other = await signIn((await create('write')).secret);
    expect((await get('/session/', { Cookie: cookies })).body).toEqual(session);
    const write = (headers: Record<string, string>) =>
      api.call('POST', '/segments/999/calculate/', { headers: { Cookie: cookies, ...headers } });
    for (const headers of [
      {},
      { 'X-XSRF-TOKEN': '' },
      { 'X-XSRF-TOKEN': 'guessed' },
      { 'X-XSRF-TOKEN': other.session.csrf_token! },
    ]) {
      const answer = await write(headers);
      expect([answer.status, problemOf(answer).code]).toEqual([403, 'csrf_refused']);
    }
    const token = { 'X-XSRF-TOKEN': session.csrf_token! };
    expect(problemOf(await write(token)).code).toBe('segment_not_found');
    const foreign = await write({ ...token, Origin: 'https://evil.example' });
    expect(problemOf(foreign).code).toBe('forbidden_origin');
  });

  it('writes as the role of its key', async () => {
    const { cookies, session } = await signIn((await create('read')).secret);
    const headers = { Cookie: cookies, 'X-XSRF-TOKEN': session.csrf_token! };
    const answer = await api.call('POST', '/segments/', { body: { name: 'x' }, headers });
    expect(problemOf(answer).code).toBe('role_too_small');
    expect(problemOf(answer).detail).toContain('needs the role write');
  });

  it('is over when it is signed out of', async () => {
    const { cookies, session } = await signIn((await create('read')).secret);
    const headers = { Cookie: cookies, 'X-XSRF-TOKEN': session.csrf_token! };
    const answer = await api.call('DELETE', '/session/', { headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie().join()).toContain('segcast_session=; Max-Age=0');
    expect(await seen(get('/session/', { Cookie: cookies }))).toEqual(refusedAs('session_ended'));
  });

  it('dies with its key', async () => {
    const key = await create('read');
    const { cookies } = await signIn(key.secret);
    expect((await get('/session/', { Cookie: cookies })).status).toBe(200);
    await api.call('DELETE', `/keys/${key.key_id}/`, { headers: bearer(admin) });
    expect(await seen(get('/session/', { Cookie: cookies }))).toEqual(refusedAs('session_ended'));
    const again = await api.call('POST', '/session/', { body: { key: key.secret } });
    expect(problemOf(again).code).toBe('key_invalid');
  });

  it('lasts no longer than its key, nor than sessions last', async () => {
    const expires = new Date(Date.now() + 60_000).toISOString();
    const { session } = await signIn((await create('read', { expires_at: expires })).secret);
    expect(session.expires_at).toBe(expires);
    const { cookies } = await signIn(admin);
    await api.service.sql("UPDATE segcast.sessions SET expires_at = now() - interval '1 s'");
    api.deps.access.forget();
    expect(await seen(get('/session/', { Cookie: cookies }))).toEqual(refusedAs('session_ended'));
  });
});

describe('the audit', () => {
  it('has a line for every write, also a refused one: who did what, and no secret', async () => {
    const reader = await create('read', { name: 'Curious' });
    const headers = { ...bearer(reader.secret), 'X-Request-Id': 'curious-1' };
    await api.call('DELETE', '/segments/1/', { headers });
    const find = () => lines.find(({ facts }) => facts['request_id'] === 'curious-1');
    await until('the line is there', find);
    expect(find()!.facts).toMatchObject({
      audit: true,
      method: 'DELETE',
      route: '/api/loyalty/v1/segments/{id}/',
      status: 403,
      key_id: reader.key_id,
      key_name: 'Curious',
      via: 'key',
    });
    const signIns = lines.filter(({ facts }) => facts['route'] === '/api/loyalty/v1/session/');
    expect(signIns.length).toBeGreaterThan(0);
    for (const secret of [admin, reader.secret]) {
      expect(JSON.stringify(lines)).not.toContain(secret.slice(12));
    }
  });
});
