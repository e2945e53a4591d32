// What other origins may read: sigma-contract.md §4–§6, security case 56.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicClient } from './support/oauth.mjs';
import { callsOf } from './support/openapi.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const trusted = 'https://trusted.example.com';
const anyOrigin = [
  ['POST', '/api/auth/oauth2/token'],
  ['POST', '/api/auth/oauth2/par'],
  ['GET', '/api/auth/oauth2/userinfo'],
  ['GET', '/api/auth/jwks'],
  ['GET', '/api/auth/.well-known/openid-configuration'],
];
/** What a page of any origin may read: metadata, and what asks for a token, a secret or a signature of its own. */
const openPaths = [
  '/.well-known/jwks.json',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server/api/auth',
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-protected-resource/api/auth/oauth2/userinfo',
  '/.well-known/openid-configuration',
  '/.well-known/openid-configuration/api/auth',
  '/api/auth/.well-known/oauth-authorization-server',
  '/api/auth/.well-known/openid-configuration',
  '/api/auth/device/code',
  '/api/auth/device/token',
  '/api/auth/jwks',
  '/api/auth/oauth2/device_authorization',
  '/api/auth/oauth2/par',
  '/api/auth/oauth2/register',
  '/api/auth/oauth2/register/{client_id}',
  '/api/auth/oauth2/revoke',
  '/api/auth/oauth2/token',
  '/api/auth/oauth2/userinfo',
  '/api/auth/openapi.json',
  '/api/backup/sync',
  '/api/bap/profile',
];
const sessionRoutes = [
  ['GET', '/api/auth/get-session'],
  ['POST', '/api/auth/sign-out'],
  ['POST', '/api/auth/sign-in/sigma'],
];

forEachStore('CORS', { clients: [publicClient('my-app')], env: { SIGMA_TRUSTED_ORIGINS: trusted } }, (context) => {
  const preflight = (method, path, origin) =>
    context.server.request('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type,x-auth-token',
      },
    });

  test('case 56: token, userinfo, keys and discovery: any origin, never with credentials', async () => {
    const { server } = context;
    for (const origin of ['https://anyone.example', 'null']) {
      for (const [method, path] of anyOrigin) {
        const asked = await preflight(method, path, origin);
        assert.ok([200, 204].includes(asked.status), asked.describe());
        assert.equal(asked.headers['access-control-allow-origin'], '*', asked.describe());
        assert.match(asked.headers['access-control-allow-methods'] ?? '', new RegExp(method), asked.describe());
        assert.match(asked.headers['access-control-allow-headers'] ?? '', /authorization/i, asked.describe());
        assert.match(asked.headers['access-control-allow-headers'] ?? '', /x-auth-token/i, asked.describe());
        assert.match(asked.headers['access-control-allow-headers'] ?? '', /dpop/i, asked.describe());
        const answer = await server.request(method, path, { headers: { origin } });
        assert.equal(answer.headers['access-control-allow-origin'], '*', answer.describe());
        const readable = (answer.headers['access-control-expose-headers'] ?? '').toLowerCase().split(/, */);
        for (const name of ['dpop-nonce', 'www-authenticate', 'retry-after', 'x-retry-after', 'ratelimit']) assert.ok(readable.includes(name), name);
        for (const one of [asked, answer]) {
          assert.equal(one.headers['access-control-allow-credentials'], undefined, one.describe());
        }
      }
    }
  });

  test('case 56: of all calls that are documented, any origin may read these, and none with credentials', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const { json: document } = await server.request('GET', '/api/auth/openapi.json');
    const open = new Set();
    for (const { method, path } of callsOf(document)) {
      const target = path.replaceAll(/\{\w+\}/g, 'nobody');
      const headers = { origin: 'https://anyone.example' };
      const answers = [await preflight(method.toUpperCase(), target, headers.origin), await server.request(method.toUpperCase(), target, { headers })];
      if (method === 'get') answers.push(await server.request('GET', target, { headers: { ...headers, cookie: person.jar.header() } }));
      for (const answer of answers) {
        const allowed = answer.headers['access-control-allow-origin'];
        assert.equal(answer.headers['access-control-allow-credentials'], undefined, answer.describe());
        assert.ok(allowed === undefined || allowed === '*', answer.describe());
        assert.equal(allowed, answers[0].headers['access-control-allow-origin'], answer.describe());
      }
      if (answers[0].headers['access-control-allow-origin']) open.add(path);
    }
    assert.deepEqual([...open].sort(), openPaths);
  });

  test('case 56: session routes: the trusted origin, by name and with credentials', async () => {
    const { server } = context;
    for (const [method, path] of sessionRoutes) {
      const asked = await preflight(method, path, trusted);
      assert.ok([200, 204].includes(asked.status), asked.describe());
      const answer = await server.request(method, path, { headers: { origin: trusted } });
      for (const one of [asked, answer]) {
        assert.equal(one.headers['access-control-allow-origin'], trusted, one.describe());
        assert.equal(one.headers['access-control-allow-credentials'], 'true', one.describe());
        assert.match(one.headers.vary ?? '', /origin/i, one.describe());
      }
      const asks = asked.headers['access-control-allow-headers'].toLowerCase().split(/, */);
      for (const name of ['x-auth-token', 'x-sigma-enrollment-proof', 'content-type']) assert.ok(asks.includes(name), name);
      const readable = (answer.headers['access-control-expose-headers'] ?? '').toLowerCase().split(/, */);
      for (const name of ['set-auth-token', 'retry-after', 'x-retry-after', 'ratelimit', 'ratelimit-policy'])
        assert.ok(readable.includes(name), `${name}: ${answer.describe()}`);
    }
  });

  test('case 56: session routes: nobody else, however alike the name', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const strangers = [
      'https://evil.example',
      'null',
      `${trusted}.evil.example`,
      trusted.replace('https', 'http'),
      `${trusted}:444`,
      'https://eviltrusted.example.com',
      'https://sub.trusted.example.com',
      trusted.toUpperCase(),
    ];
    for (const origin of strangers) {
      for (const [method, path] of sessionRoutes) {
        const headers = method === 'GET' ? { origin, cookie: person.jar.header() } : { origin };
        for (const answer of [await preflight(method, path, origin), await server.request(method, path, { headers })]) {
          assert.equal(answer.headers['access-control-allow-origin'], undefined, `${origin}: ${answer.describe()}`);
          assert.equal(
            answer.headers['access-control-allow-credentials'],
            undefined,
            `${origin}: ${answer.describe()}`,
          );
        }
      }
    }
  });

  test('case 56: pages and hand-overs: no origin at all', async () => {
    for (const [method, path] of [
      ['GET', '/api/auth/oauth2/authorize'],
      ['POST', '/api/auth/oauth2/consent'],
      ['POST', '/api/auth/oauth2/continue'],
    ]) {
      for (const origin of ['https://evil.example', trusted]) {
        for (const answer of [
          await preflight(method, path, origin),
          await context.server.request(method, path, { headers: { origin } }),
        ]) {
          assert.equal(answer.headers['access-control-allow-origin'], undefined, answer.describe());
        }
      }
    }
  });
});
