import { expect, test } from 'vitest';
import { neededAccess } from './needed-access.ts';

const PREFIX = '/api/loyalty/v1';

test.each([
  ['get', '/segments/', 'read'],
  ['post', '/segments/', 'write'],
  ['delete', '/segments/{id}/', 'write'],
  ['get', '/ml/models/', 'read'],
  ['post', '/ml/models/{name}/activate/', 'admin'],
  ['put', '/schedules/nightly/', 'admin'],
  ['put', '/offers/{offer_id}/', 'admin'],
  ['get', '/offers/', 'read'],
  ['get', '/keys/', 'admin'],
  ['delete', '/keys/{key_id}/', 'admin'],
  ['get', '/webhooks/{webhook_id}/deliveries/', 'admin'],
  ['post', '/webhooks/deliveries/{delivery_id}/replay/', 'admin'],
  ['post', '/keysmith/', 'write'],
])('%s %s needs %s when it does not say', (method, path, role) => {
  expect(neededAccess({ method, path: PREFIX + path })).toBe(role);
});

test('what it says counts', () => {
  expect(
    neededAccess({ method: 'post', path: `${PREFIX}/segments/preview/`, access: 'read' }),
  ).toBe('read');
  expect(neededAccess({ method: 'get', path: '/healthz', access: 'public' })).toBe('public');
  expect(neededAccess({ method: 'get', path: '/metrics' })).toBe('read');
});
