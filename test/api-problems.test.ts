import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Segment } from '@segcast/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../apps/api/src/routes/index.ts';
import { problemOf, type Answer } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
let segment: Segment;
beforeAll(async () => {
  api = await startApiServer();
  segment = (await api.call('POST', '/segments/', { body: { name: 'a' } })).body as Segment;
});
afterAll(() => api.close());

const pointersOf = (answer: Answer) => problemOf(answer).errors?.map(({ pointer }) => pointer);

describe('rules that are no rules', () => {
  const deep = (depth: number) => {
    let rule: unknown = true;
    for (let level = 0; level < depth; level++) rule = { '!': [rule] };
    return rule;
  };
  const cases: [string, unknown, RegExp][] = [
    ['an unknown column', { '>': [{ var: 'nonsense' }, 1] }, /^\/rules\/>\/0/],
    [
      'an unknown operator',
      { and: [true, { matches: [{ var: 'country' }, 'D'] }] },
      /^\/rules\/and\/1/,
    ],
    [
      'a type mismatch',
      { and: [{ '>': [{ var: 'total_revenue' }, 'many'] }] },
      /^\/rules\/and\/0\/>/,
    ],
    ['too deep', deep(1000), /^\/rules\/!/],
    ['a text', 'everyone', /^\/rules$/],
    ['a number', 7, /^\/rules$/],
    ['a list of things', [1], /^\/rules\/0$/],
    ['two operators', { and: [], or: [] }, /^\/rules/],
    ['a prototype', JSON.parse('{"__proto__": [1]}'), /^\/rules/],
  ];

  it.each(cases)('%s is refused with the place', async (_name, rules, place) => {
    const answers = [
      await api.call('POST', '/segments/', { body: { name: randomUUID(), rules } }),
      await api.call('PATCH', `/segments/${segment.id}/`, { body: { rules } }),
      await api.call('POST', '/segments/preview/', { body: { rules } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(pointersOf(answer)?.[0]).toMatch(place);
    }
  });

  it('two megabytes are refused whole', async () => {
    const rules = { in: [{ var: 'country' }, Array.from({ length: 300_000 }, () => 'DE-BY')] };
    const answer = await api.call('POST', '/segments/', { body: { name: 'big', rules } });
    expect(problemOf(answer)).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('nearly a megabyte of brackets is refused, not choked on', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"!":', '}'],
      ['{"and":[', ']}'],
    ] as const) {
      const depth = Math.floor(1_000_000 / (open.length + close.length));
      const body = `{"name":"deep","rules":${open.repeat(depth)}1${close.repeat(depth)}}`;
      const answer = await api.call('POST', '/segments/', { body });
      expect(problemOf(answer).status).toBe(400);
    }
  });
});

describe('bodies that are no bodies', () => {
  it.each([
    ['{"type": "churn"', /line 1, column 17/],
    ['{"type": }', /Unexpected token/],
    ['{\n  "type": "churn",\n}', /line 3|"churn",/],
    ['type=churn', /Unexpected token/],
    ['"', /Unterminated|end of JSON/],
    ['\u0001', /Unexpected token/],
  ])('%j is malformed, and it is said where', async (body, detail) => {
    const answer = await api.call('POST', `/segments/${segment.id}/ml/predict/`, { body });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'malformed_json' });
    expect(problemOf(answer).detail).toMatch(detail);
  });

  it.each([
    ['/segments/', {}, ['/name']],
    ['/segments/', { name: ' ' }, ['/name']],
    ['/segments/', { name: 'x'.repeat(201) }, ['/name']],
    ['/segments/', { name: 'x', rule: {}, 'a/b': 1 }, ['/rule', '/a~1b']],
    [
      '/segments/',
      { name: 'x', is_active: 'yes', description: null },
      ['/description', '/is_active'],
    ],
    [
      '/segments/',
      { name: 'x', churn_thresholds: { high: 0.3, medium: 0.5 } },
      ['/churn_thresholds/medium'],
    ],
    [
      '/segments/',
      { name: 'x', churn_thresholds: { high: 2 } },
      ['/churn_thresholds/high', '/churn_thresholds/medium'],
    ],
    ['/segments/', { name: 'a\0b' }, ['/name']],
    ['/segments/', { name: 'x', rules: { in: ['\ud800', { var: 'country' }] } }, ['/rules/in/0']],
    ['/segments/', [], ['']],
    ['/segments/', null, ['']],
    ['/segments/', '"name"', ['']],
    ['/segments/preview/', {}, ['/rules']],
    ['/segments/1/ml/predict/', { type: 'fortune' }, ['/type']],
    ['/segments/1/ml/predict/', { type: ['churn'] }, ['/type']],
    ['/segments/1/ml/predict/', { kind: 'churn' }, ['/kind']],
  ])('POST %s %j', async (path, body, pointers) => {
    const answer = await api.call('POST', path, { body });
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual(pointers);
  });

  it('are understood in other encodings, or refused by name', async () => {
    const body = gzipSync(JSON.stringify({ rules: {} }));
    const preview = (headers: Record<string, string>, sent: unknown = body) =>
      api.call('POST', '/segments/preview/', { body: sent, headers });
    expect((await preview({ 'Content-Encoding': 'gzip' })).status).toBe(200);
    const unpacked = gzipSync(`{"rules":${' '.repeat(2_000_000)}{}}`);
    expect((await preview({ 'Content-Encoding': 'gzip' }, unpacked)).status).toBe(413);
    expect((await preview({ 'Content-Encoding': 'zip' })).status).toBe(415);
    const latin = { 'Content-Type': 'application/json; charset=latin1' };
    expect((await preview(latin)).status).toBe(415);
    expect((await preview({ 'Content-Encoding': 'gzip' }, '{}')).status).toBe(400);
    expect((await preview({ 'Content-Type': ';;;' }, '{"rules":{}}')).status).toBe(200);
  });
});

describe('paths and parameters', () => {
  it.each([
    ['/segments/999999/', 404, 'segment_not_found'],
    ['/segments/999999/members/', 404, 'segment_not_found'],
    ['/segments/999999/ml/stats/', 404, 'segment_not_found'],
    ['/segments/99999999999/', 400, 'invalid_request'],
    ['/segments/0/', 400, 'invalid_request'],
    ['/segments/-1/', 400, 'invalid_request'],
    ['/segments/abc/', 400, 'invalid_request'],
    ['/segments/%00/', 400, 'invalid_request'],
    ['/segments/%zz/', 400, 'invalid_request'],
    ['/segments/1%2F2/', 400, 'invalid_request'],
    ['/segments/?limit=0', 400, 'invalid_request'],
    ['/segments/?limit=1001', 400, 'invalid_request'],
    ['/segments/?limit=ten', 400, 'invalid_request'],
    ['/segments/?limit=1&limit=2', 400, 'invalid_request'],
    ['/segments/?page=2', 400, 'invalid_request'],
    ['/segments/?cursor=nonsense', 400, 'invalid_request'],
    ['/segments/?is_active=perhaps', 400, 'invalid_request'],
    ['/segments/?search=%00', 400, 'invalid_request'],
    ['/segments/1/?verbose=1', 400, 'invalid_request'],
    ['/segments/1/members/?cursor=nonsense', 400, 'invalid_request'],
    ['/segments/1/members/?cursor=IlxkODAwIg', 400, 'invalid_request'],
    ['/ml/runs/?status=planning', 400, 'invalid_request'],
    ['/ml/runs/?segment_id=x', 400, 'invalid_request'],
    ['/ml/runs/7/', 400, 'invalid_request'],
    [`/ml/runs/${randomUUID()}/`, 404, 'run_not_found'],
    [`/ml/runs/${randomUUID()}/results/`, 404, 'run_not_found'],
    [`/ml/runs/${randomUUID()}/errors/`, 404, 'run_not_found'],
    [`/dwh/features/${'x'.repeat(2000)}/`, 400, 'invalid_request'],
    ['/dwh/features/%00/', 400, 'invalid_request'],
    ['/nonsense/', 404, 'unknown_route'],
    ['/segments/1/nonsense/', 404, 'unknown_route'],
    ['/Segments/', 404, 'unknown_route'],
    ['//nonsense', 404, 'unknown_route'],
    ['//admin/queues/nonsense/more', 404, 'unknown_route'],
  ] as const)('GET %.80s is %i %s', async (path, status, code) => {
    const answer = await api.call('GET', path);
    expect(problemOf(answer)).toMatchObject({ status, code });
    if (code === 'invalid_request' && !path.includes('%zz'))
      expect(pointersOf(answer)).toHaveLength(1);
  });

  it('a method that a route does not take is answered with those it takes', async () => {
    const answer = await api.call('PUT', '/segments/1/');
    expect(problemOf(answer)).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE, OPTIONS');
    expect(problemOf(await api.call('GET', '/segments/preview/')).status).toBe(405);
    const options = await api.call('OPTIONS', '/segments/');
    expect(options.status).toBe(204);
    expect(options.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expect((await fetch(`${api.origin}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  it('every route answers with and without the trailing slash', async () => {
    for (const path of ['/segments', `/segments/${segment.id}`, '/ml/runs', '//healthz']) {
      expect((await api.call('GET', path)).status).toBe(200);
      expect((await api.call('GET', `${path}/`)).status).toBe(200);
    }
  });

  it("X-Request-Id is the caller's where it is well-formed", async () => {
    const idFor = async (given: string) =>
      (await api.call('GET', '//healthz', { headers: { 'X-Request-Id': given } })).headers.get(
        'x-request-id',
      );
    expect(await idFor('abc-123')).toBe('abc-123');
    expect(await idFor('two words')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('whatever is sent', () => {
  const columns = ['total_revenue', 'country', 'transaction_count', 'customer_id', 'nonsense'];
  const operators = [
    'and',
    'or',
    '!',
    '!!',
    '>',
    '<=',
    '==',
    '!==',
    'in',
    'var',
    'starts_with',
    'missing',
    'no',
  ];
  const { rule } = fc.letrec<{ rule: unknown }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4 },
      fc.record({ var: fc.constantFrom(...columns) }),
      fc.jsonValue({ maxDepth: 1 }),
      fc
        .tuple(fc.constantFrom(...operators), fc.array(tie('rule'), { maxLength: 4 }))
        .map(([operator, operands]) => ({ [operator]: operands })),
    ),
  }));
  const body = fc.oneof(
    fc.record(
      { name: fc.uuid(), rules: rule, is_active: fc.boolean() },
      { requiredKeys: ['name'] },
    ),
    fc.record({ rules: rule }),
    fc.record({ type: fc.oneof(fc.constantFrom('churn', 'all'), fc.jsonValue()) }),
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
  );
  const parameter = fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.uuid());
  const names = ['limit', 'cursor', 'search', 'is_active', 'segment_id', 'status', 'type', 'x'];
  const query = fc.dictionary(fc.constantFrom(...names), parameter, { maxKeys: 3 });
  const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD');

  /** Any path of the table with any text for its parameters, but Bull Board and health. */
  const path = fc
    .tuple(fc.constantFrom(...ROUTES.map((route) => route.path)), parameter, fc.boolean())
    .filter(([pattern]) => pattern.startsWith('/api/'))
    .map(([pattern, value, known]) =>
      pattern
        .replace('/api/loyalty/v1', '')
        .replaceAll(/\{\w+\}/g, () => (known ? '1' : encodeURIComponent(toWellFormed(value)))),
    );

  it('nothing fails on our side', async () => {
    await fc.assert(
      fc.asyncProperty(method, path, query, body, async (verb, where, parameters, sent) => {
        const search = new URLSearchParams(parameters).toString();
        const answer = await api.call(verb, `${where}${search && `?${search}`}`, {
          ...(verb !== 'GET' && verb !== 'HEAD' && { body: sent }),
        });
        // A queue that is full of what was sent before is no fault of ours.
        if (answer.status === 503) expect(problemOf(answer).code).toBe('queue_full');
        else expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 400 },
    );
  });

  it('a rule is taken or refused with the place', async () => {
    await fc.assert(
      fc.asyncProperty(rule, async (rules) => {
        const answer = await api.call('POST', '/segments/preview/', { body: { rules } });
        if (answer.status === 200) return;
        expect(answer.status).toBe(400);
        expect(pointersOf(answer)?.every((pointer) => pointer.startsWith('/rules'))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function toWellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
