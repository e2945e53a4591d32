// What the operator sees and does about people: users, sessions and numbers, over the admin API and the command line.
// interface.md, "Admin listener" and "sigma-auth"; security cases 59 and 60.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { rowsOf } from './support/audit.mjs';
import { startReceiver } from './support/logout.mjs';
import { exchange, getCode, postToken, publicClient, refreshForm, userinfo } from './support/oauth.mjs';
import { getConsentedCode } from './support/pages.mjs';
import { distinctTime, Key, newPerson, Person } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const receiver = await startReceiver();
after(() => receiver.stop());
const env = { SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow' };
const clients = () => [
  publicClient('my-app', { backchannel_logout_uri: `${receiver.origin}/my-app` }),
  publicClient('deaf-app'),
  publicClient('asking-app', { skip_consent: false }),
];

function assertProblem(answer, status, detail = /./) {
  assert.equal(answer.status, status, answer.describe());
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, answer.describe());
  assert.match(answer.json.detail ?? '', detail, answer.describe());
}

/** Every row of a list, page by page. */
async function all(server, target, limit = 3) {
  const rows = [];
  let cursor;
  do {
    const query = new URLSearchParams({ limit, ...(cursor ? { cursor } : {}) });
    const answer = await server.admin('GET', `${target}?${query}`);
    assert.equal(answer.status, 200, answer.describe());
    assert.ok(answer.json.items.length <= limit);
    rows.push(...answer.json.items);
    cursor = answer.json.next_cursor;
  } while (cursor);
  return rows;
}

const ids = (rows) => rows.map((row) => row.id);

/** A signed-in person with tokens of my-app. */
async function personWithTokens(server) {
  const person = await newPerson(server);
  const tokens = await exchange(server, await getCode(server, person, { scope: 'openid profile offline_access' }));
  return { person, tokens };
}

async function assertTokensDead(server, tokens) {
  assert.equal((await userinfo(server, tokens.access_token)).status, 401);
  const refreshed = await postToken(server, refreshForm(tokens.refresh_token));
  assert.equal(refreshed.json?.error, 'invalid_grant', refreshed.describe());
}

forEachStore('accounts', () => ({ env, clients: clients() }), (context) => {
  const cli = async (...args) => JSON.parse((await context.server.cli([...args, '--json'])).stdout);

  test('users are listed newest first, page by page, and found by name, id, key and identity', async () => {
    const { server } = context;
    const people = [];
    for (let i = 0; i < 7; i += 1) people.push(await newPerson(server));
    const rows = await all(server, '/admin/users');
    assert.deepEqual(ids(rows).slice(0, 7), people.map((person) => person.userId).reverse());
    assert.equal(new Set(ids(rows)).size, rows.length);
    const [person] = people;
    for (const search of [person.userId, person.pubkey, person.bapId, person.address, person.address.toLowerCase()]) {
      const found = await server.admin('GET', `/admin/users?search=${search}`);
      assert.deepEqual(ids(found.json.items), [person.userId], search);
      assert.deepEqual(ids(await cli('user', 'list', '--search', search)), [person.userId]);
    }
    assert.deepEqual(ids(await cli('user', 'list')), ids(rows));
    assert.match((await server.cli(['user', 'list'])).stdout, new RegExp(`${person.userId} +enabled +${person.address}`));
  });

  test('case 59: a search takes every character literally and changes nothing', async () => {
    const { server } = context;
    const before = ids(await all(server, '/admin/users', 200));
    for (const text of ['%', '_', '*', '?', "' OR 1=1 --", "'; DROP TABLE users; --", '\\', '[a-z]', '$1', '{}', '"']) {
      const answer = await server.admin('GET', `/admin/users?${new URLSearchParams({ search: text })}`);
      assert.equal(answer.status, 200, answer.describe());
      assert.deepEqual(answer.json.items, [], text);
    }
    assert.deepEqual(ids(await all(server, '/admin/users', 200)), before);
  });

  test('case 60: page sizes, cursors and parameters that were never given are refused', async () => {
    const { server } = context;
    const { next_cursor: cursor } = (await server.admin('GET', '/admin/users?limit=1')).json;
    assert.ok(cursor);
    for (const list of ['/admin/users', '/admin/sessions', '/admin/clients']) {
      for (const query of ['limit=0', 'limit=-1', 'limit=1000000000', 'limit=x', 'cursor=forged', 'cursor=%00', 'role=admin'])
        assertProblem(await server.admin('GET', `${list}?${query}`), 400, /limit|cursor/);
      if (list !== '/admin/users') assertProblem(await server.admin('GET', `${list}?cursor=${cursor}`), 400, /cursor/);
    }
    assertProblem(await server.admin('GET', `/admin/users?search=${'x'.repeat(300)}`), 400, /search/);
    assertProblem(await server.admin('GET', '/admin/users?search=%ff'), 400, /search/);
  });

  test('case 60: without the admin token, and with a person\'s, nothing is shown or done', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const [session] = (await server.admin('GET', `/admin/users/${person.userId}/sessions`)).json.items;
    const requests = [
      ['GET', '/admin/users'],
      ['GET', `/admin/users/${person.userId}`],
      ['PATCH', `/admin/users/${person.userId}`, { disabled: true }],
      ['DELETE', `/admin/users/${person.userId}`],
      ['GET', `/admin/users/${person.userId}/sessions`],
      ['DELETE', `/admin/users/${person.userId}/sessions`],
      ['DELETE', `/admin/users/${person.userId}/consents/my-app`],
      ['GET', '/admin/sessions'],
      ['DELETE', `/admin/sessions/${session.id}`],
      ['GET', '/admin/stats'],
    ];
    for (const [method, target, json] of requests) {
      for (const token of [null, 'wrong', person.sessionToken])
        assertProblem(await server.admin(method, target, { token, ...(json ? { json } : {}) }), 401);
    }
    assert.ok(await person.session(server));
  });

  test('one user: the account with identities, wallets and backups, and nothing secret', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const wallet = new Key();
    const connected = await person.request(server, 'POST', '/api/auth/wallet/connect', {
      json: { bapId: person.bapId, authToken: wallet.token('/api/wallet/connect', { timestamp: distinctTime() }) },
    });
    assert.equal(connected.status, 200, connected.describe());
    const kept = await person.request(server, 'POST', '/api/backup', { json: { encryptedBackup: randomBytes(99).toString('base64') } });
    assert.equal(kept.status, 200, kept.describe());
    const answer = await server.admin('GET', `/admin/users/${person.userId}`);
    assert.equal(answer.status, 200, answer.describe());
    const { created_at, updated_at, identities, wallets, ...rest } = answer.json;
    assert.deepEqual(rest, {
      id: person.userId,
      name: person.address,
      email: null,
      email_verified: false,
      image: null,
      pubkey: person.pubkey,
      subscription_tier: 'free',
      roles: 'user',
      disabled: false,
      entitlements: null,
    });
    assert.ok(Date.parse(created_at) <= Date.parse(updated_at));
    assert.deepEqual(
      identities.map((identity) => [identity.bap_id, identity.member_pubkey, identity.primary]),
      [[person.bapId, person.pubkey, true]],
    );
    assert.deepEqual(identities[0].backups.map(({ version }) => version), [1]);
    assert.deepEqual(
      wallets.map(({ address, bap_id, is_primary, connection_method }) => [address, bap_id, is_primary, connection_method]),
      [[wallet.address, person.bapId, true, 'signature']],
    );
    assert.deepEqual(await cli('user', 'get', person.userId), answer.json);
    const sessions = await server.admin('GET', `/admin/users/${person.userId}/sessions`);
    assert.equal(sessions.json.items.length, 1);
    assert.equal(sessions.json.items[0].bap_id, person.bapId);
    // An id of random letters may hold such a word.
    assert.doesNotMatch(sessions.text.replaceAll(person.bapId, ''), /token|hash|secret/i);
  });

  test('case 30: switched off is switched off, whatever the person sends meanwhile', async () => {
    const { server } = context;
    for (let round = 0; round < 3; round++) {
      const person = await newPerson(server);
      const rename = (i) => person.request(server, 'POST', '/api/auth/update-user', { json: { name: `Ada ${i}` } });
      const before = Array.from({ length: 8 }, (_, i) => rename(i));
      const off = server.admin('PATCH', `/admin/users/${person.userId}`, { json: { disabled: true } });
      await Promise.all([...before, off, ...Array.from({ length: 8 }, (_, i) => rename(8 + i))]);
      assert.equal((await off).status, 200, (await off).describe());
      assert.equal((await server.admin('GET', `/admin/users/${person.userId}`)).json.disabled, true, `round ${round}`);
      assert.equal((await person.trySignIn(server)).json?.code, 'USER_DISABLED');
    }
  });

  test('switched off: sessions and tokens end at once, applications are told, nobody signs in; on again brings none back', async () => {
    const { server } = context;
    const { person, tokens } = await personWithTokens(server);
    const off = await server.admin('PATCH', `/admin/users/${person.userId}`, { json: { disabled: true } });
    assert.equal(off.status, 200, off.describe());
    assert.equal(off.json.disabled, true);
    assert.equal(await person.session(server), null);
    await assertTokensDead(server, tokens);
    assert.equal((await person.trySignIn(server)).json?.code, 'USER_DISABLED');
    await receiver.wait(person, '/my-app');

    const on = await server.admin('PATCH', `/admin/users/${person.userId}`, { json: { disabled: false } });
    assert.equal(on.json.disabled, false);
    assert.equal(await person.session(server), null);
    await assertTokensDead(server, tokens);
    await person.signIn(server);
    assert.equal((await cli('user', 'disable', person.userId)).disabled, true);
    assert.equal(await person.session(server), null);
    assert.equal((await cli('user', 'enable', person.userId)).disabled, false);
  });

  test('case 60: nothing but the switch can be set', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const target = `/admin/users/${person.userId}`;
    const before = (await server.admin('GET', target)).json;
    const bodies = [
      {},
      { roles: 'admin' },
      { disabled: true, roles: 'admin' },
      { disabled: 'true' },
      { disabled: null },
      { disabled: 1 },
      { id: 'other', disabled: true },
      { created_at: '2020-01-01T00:00:00.000Z' },
      { pubkey: new Person().pubkey },
      [],
      'disabled',
    ];
    for (const json of bodies) assertProblem(await server.admin('PATCH', target, { json }), 400);
    assertProblem(await server.admin('PATCH', target, { body: '{"disabled":true}', headers: { 'content-type': 'text/plain' } }), 415);
    assert.deepEqual((await server.admin('GET', target)).json, before);
    for (const method of ['POST', 'PUT']) assertProblem(await server.admin(method, target, { json: { disabled: true } }), 405);
  });

  test('removed: the account is gone with sessions, tokens, consents and backups, and applications are told', async () => {
    const { server } = context;
    const { person, tokens } = await personWithTokens(server);
    const inFlight = await getCode(server, person);
    const removed = await server.admin('DELETE', `/admin/users/${person.userId}`);
    assert.equal(removed.status, 204, removed.describe());
    assertProblem(await server.admin('GET', `/admin/users/${person.userId}`), 404);
    assertProblem(await server.admin('DELETE', `/admin/users/${person.userId}`), 404);
    assert.equal(await person.session(server), null);
    await assertTokensDead(server, tokens);
    const late = await postToken(server, {
      grant_type: 'authorization_code',
      code: inFlight.code,
      redirect_uri: inFlight.redirectUri,
      client_id: 'my-app',
      code_verifier: inFlight.verifier,
    });
    assert.equal(late.json?.error, 'invalid_grant', late.describe());
    await receiver.wait(person, '/my-app');

    const first = person.userId;
    await person.signIn(server);
    assert.notEqual(person.userId, first, 'the key is somebody new');
    assert.deepEqual(await cli('user', 'delete', person.userId), { deleted: person.userId });
    const again = await server.cli(['user', 'delete', person.userId], { check: false });
    assert.deepEqual([again.code, again.stdout], [1, '']);
    assert.match(again.stderr, new RegExp(person.userId));
  });

  test('sessions: listed newest first, ended one by one', async () => {
    const { server } = context;
    const [first, second] = [await newPerson(server), await newPerson(server)];
    const rows = await all(server, '/admin/sessions');
    assert.deepEqual(
      rows.slice(0, 2).map((row) => row.user_id),
      [second.userId, first.userId],
    );
    assert.equal(new Set(ids(rows)).size, rows.length);
    const ended = await server.admin('DELETE', `/admin/sessions/${rows[0].id}`);
    assert.equal(ended.status, 204, ended.describe());
    assert.equal(await second.session(server), null);
    assert.ok(await first.session(server), 'the other one lives');
    assertProblem(await server.admin('DELETE', `/admin/sessions/${rows[0].id}`), 404);
    assertProblem(await server.admin('DELETE', `/admin/sessions/${first.userId}`), 404);

    const [session] = await cli('session', 'list', '--user', first.userId);
    assert.equal(session.id, rows[1].id);
    assert.deepEqual(ids(await cli('session', 'list')), ids(await all(server, '/admin/sessions')));
    assert.deepEqual(await cli('session', 'revoke', session.id), { revoked: session.id });
    assert.equal(await first.session(server), null);
    assert.equal((await server.cli(['session', 'revoke', session.id], { check: false })).code, 1);
  });

  test('signed out everywhere, by the operator: sessions and their tokens end, applications are told, the account stays', async () => {
    const { server } = context;
    for (const end of [
      async (id) => assert.equal((await server.admin('DELETE', `/admin/users/${id}/sessions`)).status, 204),
      async (id) => assert.deepEqual(await cli('user', 'sign-out', id), { ended: 2 }),
    ]) {
      const person = await newPerson(server);
      const browser = new Person(person.privateKey);
      await browser.signIn(server);
      assert.equal(browser.userId, person.userId);
      const other = await newPerson(server);
      const tokens = await exchange(server, await getCode(server, person, { scope: 'openid profile' }));
      await end(person.userId);
      for (const gone of [person, browser]) assert.equal(await gone.session(server), null);
      assert.ok(await other.session(server), 'somebody else is not meant');
      assert.equal((await userinfo(server, tokens.access_token)).status, 401);
      await receiver.wait(person, '/my-app');
      const [event] = await rowsOf(server, { type: 'session_revoked', user_id: person.userId });
      assert.match(event.actor, /^(operator|command-line)$/);
      await person.signIn(server);
    }
  });

  test('a consent is taken back by the operator: its tokens end, the application may ask again', async () => {
    const { server } = context;
    for (const withdraw of [
      async (id) => assert.equal((await server.admin('DELETE', `/admin/users/${id}/consents/asking-app`)).status, 204),
      async (id) => assert.deepEqual(await cli('user', 'withdraw-consent', id, 'asking-app'), { withdrawn: 1 }),
    ]) {
      const [person, other] = [await newPerson(server), await newPerson(server)];
      const agree = async (who) => exchange(server, await getConsentedCode(server, who, { client_id: 'asking-app', scope: 'openid profile offline_access' }));
      const [tokens, others] = [await agree(person), await agree(other)];
      const consents = async () => (await server.admin('GET', `/admin/users/${person.userId}/consents`)).json.items;
      assert.deepEqual((await consents()).map((consent) => consent.client_id), ['asking-app']);
      assertProblem(await server.admin('DELETE', `/admin/users/${person.userId}/consents/deaf-app`), 404);
      await withdraw(person.userId);
      assert.deepEqual(await consents(), []);
      assert.equal((await userinfo(server, tokens.access_token)).status, 401);
      assert.equal((await postToken(server, refreshForm(tokens.refresh_token, 'asking-app'))).json?.error, 'invalid_grant');
      assert.equal((await userinfo(server, others.access_token)).status, 200, 'somebody else is not meant');
      assert.ok(await person.session(server), 'the person stays signed in');
      assertProblem(await server.admin('DELETE', `/admin/users/${person.userId}/consents/asking-app`), 404);
      const done = await server.cli(['user', 'withdraw-consent', person.userId, 'asking-app'], { check: false });
      assert.deepEqual([done.code, done.stdout], [1, '']);
    }
  });

  test('unknown ids are 404, on the command line 1', async () => {
    const { server } = context;
    for (const id of ['nobody', "' OR 1=1 --", '%', '..%2f..', '01a1fe31-1ebd-74b8-8a3b-a623b7ac14c9']) {
      const name = encodeURIComponent(id);
      assertProblem(await server.admin('GET', `/admin/users/${name}`), 404);
      assertProblem(await server.admin('GET', `/admin/users/${name}/sessions`), 404);
      assertProblem(await server.admin('PATCH', `/admin/users/${name}`, { json: { disabled: true } }), 404);
      assertProblem(await server.admin('DELETE', `/admin/users/${name}`), 404);
      assertProblem(await server.admin('DELETE', `/admin/sessions/${name}`), 404);
      assertProblem(await server.admin('DELETE', `/admin/users/${name}/sessions`), 404);
      assertProblem(await server.admin('DELETE', `/admin/users/${name}/consents/my-app`), 404);
    }
    for (const command of ['get', 'disable', 'enable', 'delete', 'sign-out']) {
      const done = await server.cli(['user', command, 'nobody'], { check: false });
      assert.deepEqual([done.code, done.stdout], [1, ''], command);
      assert.match(done.stderr, /nobody/);
    }
  });

  test('stats: rows by table and what came in the last day', async () => {
    const { server } = context;
    const before = (await server.admin('GET', '/admin/stats')).json;
    const { person } = await personWithTokens(server);
    const after = (await server.admin('GET', '/admin/stats')).json;
    for (const table of ['users', 'profiles', 'sessions', 'grants', 'access_tokens', 'refresh_tokens']) {
      assert.equal(after.tables[table].rows, before.tables[table].rows + 1, table);
      assert.equal(after.tables[table].complete, true);
    }
    for (const what of ['users', 'sessions', 'grants']) assert.equal(after.recent[what], before.recent[what] + 1, what);
    assert.ok(!JSON.stringify(after).includes(person.userId));
    assert.ok(Date.parse(after.at) - Date.parse(after.recent.since) === 86_400_000);
  });
});
