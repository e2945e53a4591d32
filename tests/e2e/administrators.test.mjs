// Administrators' browsers at the public listener (/api/admin, SIGMA_ADMIN_BAP_IDS), and everybody else there. Security
// case 60 on this side.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange, getCode, publicClient } from './support/oauth.mjs';
import { getConsentedCode } from './support/pages.mjs';
import { Key, newPerson, Person } from './support/person.mjs';
import { ageSessions } from './support/postgres.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const boss = new Key();
const base = '/api/admin';
const nobody = '01a1fe31-1ebd-74b8-8a3b-a623b7ac14c9';
const reads = ['/clients', '/clients/photo-album', '/users', '/sessions', '/stats', '/audit', '/log-level', '/keys', '/metrics', '/health/live', '/health/ready'];
const writes = [
  ['POST', '/clients', publicClient('planted')],
  ['PATCH', '/clients/photo-album', { disabled: true }],
  ['DELETE', '/clients/photo-album'],
  ['POST', '/clients/photo-album/member-keys', { pubkey: new Key().pubkey }],
  ['DELETE', `/clients/photo-album/member-keys/${new Key().pubkey}`],
  ['POST', '/clients/photo-album/rotate-secret', {}],
  ['PATCH', `/users/${nobody}`, { disabled: true }],
  ['DELETE', `/users/${nobody}`],
  ['DELETE', `/sessions/${nobody}`],
  ['PUT', '/log-level', { level: 'off' }],
  ['POST', '/keys/rotate', { alg: 'RS256' }],
];
const calls = [...reads.map((path) => ['GET', path]), ...writes];

/** RFC 9457, and no word of what is behind the door. */
function assertRefused(answer, status, detail = /./) {
  assert.equal(answer.status, status, answer.describe());
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, answer.describe());
  assert.match(answer.json.detail, detail);
  assert.deepEqual(Object.keys(answer.json).filter((name) => !['type', 'title', 'status', 'detail', 'code'].includes(name)), []);
}

const options = { env: { SIGMA_ADMIN_BAP_IDS: `${boss.bapId},${new Key().bapId}` }, clients: [publicClient('photo-album')] };

forEachStore('administrators', options, (context) => {
  const administrator = async () => {
    const person = new Person(boss.privateKey);
    await person.signIn(context.server);
    return person;
  };
  const everyCall = async (send, check) => {
    for (const [method, path, json] of calls) check(await send(method, `${base}${path}`, json === undefined ? {} : { json }), `${method} ${path}`);
  };
  const unharmed = async () => {
    const { json } = await context.server.admin('GET', '/admin/clients/photo-album');
    assert.equal(json.disabled, false);
    assert.equal((await context.server.admin('GET', '/admin/clients/planted')).status, 404);
    const keys = await context.server.admin('GET', '/admin/keys');
    assert.equal(keys.json.items.filter(({ alg }) => alg === 'RS256').length, 1, 'no key was rotated');
  };

  test('do with their cookie what the admin listener does with its token', async () => {
    const { server } = context;
    const person = await administrator();
    for (const path of reads) assert.equal((await person.request(server, 'GET', `${base}${path}`)).status, 200, path);
    const created = await person.request(server, 'POST', `${base}/clients`, { json: publicClient('chess', { token_endpoint_auth_method: 'client_secret_basic' }) });
    assert.equal(created.status, 201, created.describe());
    assert.ok(created.json.client_secret);
    const off = await person.request(server, 'PATCH', `${base}/clients/chess`, { json: { disabled: true } });
    assert.equal(off.json.disabled, true, off.describe());
    const rotated = await person.request(server, 'POST', `${base}/clients/chess/rotate-secret`, { json: { overlap_seconds: 0 } });
    assert.notEqual(rotated.json.client_secret, created.json.client_secret);
    assert.equal((await person.request(server, 'DELETE', `${base}/clients/chess`)).status, 204);
    await server.logWritten();
    const said = server.logs.filter((line) => JSON.stringify(line).includes('administrator_call'));
    assert.ok(said.length >= 4, 'who did it is in the log');
    assert.ok(said.every((line) => JSON.stringify(line).includes(person.userId)));
    assert.match((await person.session(server)).user.roles, /^user,admin$/);
  });

  test('see people with their sessions and consents, switch them off, sign them out, remove them', async () => {
    const { server } = context;
    const person = await administrator();
    const other = await newPerson(server);
    const ask = (method, path, json) => person.request(server, method, `${base}${path}`, json === undefined ? {} : { json });
    const found = await ask('GET', `/users?search=${other.bapId}`);
    assert.deepEqual(found.json.items.map(({ id }) => id), [other.userId], found.describe());
    const path = `/users/${other.userId}`;
    assert.equal((await ask('GET', path)).json.identities[0].bap_id, other.bapId);

    await server.createClient(publicClient('asks', { skip_consent: false }));
    assert.deepEqual((await ask('GET', `${path}/consents`)).json.items, []);
    await getConsentedCode(server, other, { client_id: 'asks', scope: 'openid profile' });
    const { json: consents } = await ask('GET', `${path}/consents`);
    assert.deepEqual(consents.items.map(({ client_id: client, scopes }) => [client, scopes]), [['asks', ['openid', 'profile']]]);
    assertRefused(await ask('GET', `/users/${nobody}/consents`), 404);

    const { json: sessions } = await ask('GET', `${path}/sessions`);
    assert.equal(sessions.items.length, 1);
    assert.ok(!JSON.stringify(sessions).includes(other.sessionToken), 'no session can be taken over');
    assert.equal((await ask('DELETE', `/sessions/${sessions.items[0].id}`)).status, 204);
    assert.equal(await other.session(server), null);
    assert.equal((await ask('PATCH', path, { disabled: true })).json.disabled, true);
    assert.notEqual((await other.trySignIn(server)).status, 200);
    for (const json of [{ roles: 'admin' }, { disabled: false, roles: 'admin' }, { id: nobody }, { pubkey: boss.pubkey }])
      assertRefused(await ask('PATCH', path, json), 400);
    assert.equal((await ask('DELETE', path)).status, 204);
    assertRefused(await ask('GET', path), 404);
  });

  test('case 60: administrators are asked for a session: no cookie, a forged one, one that has ended', async () => {
    const { server } = context;
    const origin = { origin: server.base };
    await everyCall((method, path, body) => server.request(method, path, { ...body, headers: origin }), (answer) => assertRefused(answer, 401));
    const person = await administrator();
    const cookie = person.jar.header();
    const forged = cookie.replace(/\.[^.]*$/, `.${'A'.repeat(43)}%3D`);
    await everyCall((method, path, body) => server.request(method, path, { ...body, headers: { ...origin, cookie: forged } }), (answer) => assertRefused(answer, 401));
    assert.equal((await person.request(server, 'POST', '/api/auth/sign-out', { json: {} })).status, 200);
    await everyCall((method, path, body) => server.request(method, path, { ...body, headers: { ...origin, cookie } }), (answer) => assertRefused(answer, 401));
    await unharmed();
  });

  test('case 60: administrators are told from other people', async () => {
    const { server } = context;
    const other = await newPerson(server);
    await everyCall((method, path, body) => other.request(server, method, path, body), (answer) => assertRefused(answer, 403, /administrator/));
    assert.equal((await other.session(server)).user.roles, 'user');
    await unharmed();
  });

  test('case 60: administrators need the cookie: tokens of any kind do not administrate', async () => {
    const { server } = context;
    const person = await administrator();
    const { access_token: accessToken } = await exchange(server, await getCode(server, person, { client_id: 'photo-album' }));
    for (const token of [person.sessionToken, accessToken, server.adminToken]) {
      const headers = { origin: server.base, authorization: `Bearer ${token}` };
      await everyCall((method, path, body) => server.request(method, path, { ...body, headers }), (answer) => assertRefused(answer, 401));
    }
    const signed = { origin: server.base, 'x-auth-token': person.token(`${base}/clients`) };
    assertRefused(await server.request('GET', `${base}/clients`, { headers: signed }), 401);
    await unharmed();
  });

  test('case 60: administrators ask from our own pages only', async () => {
    const { server } = context;
    const person = await administrator();
    const otherPort = Number(new URL(server.base).port) + 1;
    for (const origin of ['https://evil.example', 'null', '', `http://localhost:${otherPort}`, `${server.base}/`, server.base.replace('http', 'https')]) {
      await everyCall((method, path, body) => person.request(server, method, path, { ...body, headers: { origin } }), (answer, what) => assertRefused(answer, 403, /own pages/, what));
    }
    for (const site of ['cross-site', 'same-site', 'nonsense']) {
      const headers = { 'sec-fetch-site': site };
      await everyCall((method, path, body) => person.request(server, method, path, { ...body, headers }), (answer) => assertRefused(answer, 403, /own pages/));
    }
    for (const [method, path, json] of writes) {
      const headers = { cookie: person.jar.header() };
      assertRefused(await server.request(method, `${base}${path}`, { headers, ...(json && { json }) }), 403, /own pages/);
    }
    const preflight = await server.request('OPTIONS', `${base}/clients`, { headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' } });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
    await unharmed();
  });

  test('case 60: administrators are no administrators once their identity is off the list', async () => {
    const { server } = context;
    const person = await administrator();
    const before = server.env.SIGMA_ADMIN_BAP_IDS;
    server.env.SIGMA_ADMIN_BAP_IDS = new Key().bapId;
    await server.restart();
    await everyCall((method, path, body) => person.request(server, method, path, body), (answer) => assertRefused(answer, 403, /administrator/));
    assert.equal((await person.session(server)).user.roles, 'user');
    server.env.SIGMA_ADMIN_BAP_IDS = before;
    await server.restart();
    assert.equal((await person.request(server, 'GET', `${base}/clients`)).status, 200);
    await unharmed();
  });

  // Time cannot be turned from outside, rows can.
  if (context.store === 'postgres') {
    test('case 60: administrators sign in anew every day', async () => {
      const { server } = context;
      const person = await administrator();
      await ageSessions(server.databaseUrl, person.userId, 23);
      assert.equal((await person.request(server, 'GET', `${base}/clients`)).status, 200);
      await ageSessions(server.databaseUrl, person.userId, 2);
      await everyCall((method, path, body) => person.request(server, method, path, body), (answer) => {
        assertRefused(answer, 403, /Sign out and in again/);
        assert.equal(answer.json.code, 'sign_in_again');
      });
      assert.equal((await (await administrator()).request(server, 'GET', `${base}/clients`)).status, 200);
      await unharmed();
    });

    test('that are switched off are let in nowhere', async () => {
      const server = await startServer({ store: 'postgres', ...options });
      try {
        const person = new Person(boss.privateKey);
        await person.signIn(server);
        await server.admin('PATCH', `/admin/users/${person.userId}`, { json: { disabled: true } });
        const answer = await person.request(server, 'GET', `${base}/clients`);
        assert.ok([401, 403].includes(answer.status), answer.describe());
      } finally {
        await server.stop();
      }
    });
  }

  test('case 60: administrators cannot be talked into more than the admin API does', async () => {
    const { server } = context;
    const person = await administrator();
    const get = (path) => person.request(server, 'GET', `${base}${path}`);
    for (const query of ['limit=0', 'limit=-1', 'limit=1000000000', 'limit=1e3', 'limit=', 'cursor=forged', 'cursor=', 'limit=1&limit=2', 'offset=1']) {
      const answer = await get(`/clients?${query}`);
      assertRefused(answer, 400);
    }
    for (const id of ['..%2Fkeys', '%2e%2e', 'photo-album%00', '..']) assert.ok([400, 404].includes((await get(`/clients/${id}`)).status), id);
    const changes = [
      { role: 'admin' },
      { owner: 'me' },
      { createdAt: '2020-01-01T00:00:00Z' },
      { client_id: 'other' },
      { client_id_issued_at: 1 },
      { client_secret: 'chosen' },
      { client_secret_expires_at: 1 },
      { unverified: true },
      { registration_access_token: 'x' },
      { disabled: 'yes' },
      [],
      'text',
    ];
    for (const json of changes) {
      assertRefused(await person.request(server, 'PATCH', `${base}/clients/photo-album`, { json }), 400);
    }
    const form = await person.request(server, 'PATCH', `${base}/clients/photo-album`, { body: 'disabled=true', headers: { 'content-type': 'text/plain' } });
    assertRefused(form, 415);
    await unharmed();
  });
});

test('a server without administrators has no such paths', async () => {
  const server = await startServer();
  try {
    const person = await newPerson(server);
    for (const path of reads) assert.equal((await person.request(server, 'GET', `${base}${path}`)).status, 404, path);
  } finally {
    await server.stop();
  }
});
