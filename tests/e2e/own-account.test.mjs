// A person's own account as a whole: described (better-auth's update-user), taken along, deleted (delete-user).
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { startReceiver } from './support/logout.mjs';
import { assertApiError, assertOAuthError, claimsOf, exchange, exchangeForm, getCode, postToken, publicClient, refreshForm, userinfo } from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person } from './support/person.mjs';
import { ageSessions } from './support/postgres.mjs';
import { forEachStore } from './support/stores.mjs';

const receiver = await startReceiver();
after(() => receiver.stop());

const deletePath = '/api/auth/delete-user';
const clients = [publicClient('my-app', { backchannel_logout_uri: `${receiver.origin}/my-app` })];

forEachStore('the own account', { clients, env: { SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow' } }, (context) => {
  const tokensOf = async (person) => exchange(context.server, await getCode(context.server, person, { scope: 'openid profile offline_access' }));
  const update = (person, json, options) => person.request(context.server, 'POST', '/api/auth/update-user', { json, ...options });
  const remove = (person, { token, body = '{}', ...options } = {}) =>
    person.request(context.server, 'POST', deletePath, {
      body,
      ...options,
      headers: { 'content-type': 'application/json', ...(token ? { 'x-auth-token': token } : {}), ...options.headers },
    });
  const exportOf = (person) => person.request(context.server, 'GET', '/api/user/export');
  const keepBackup = async (person, content) => {
    const answer = await person.request(context.server, 'POST', '/api/backup', { json: { encryptedBackup: content } });
    assert.equal(answer.status, 200, answer.describe());
  };

  test('name and picture are what applications see from then on', async () => {
    const person = await newPerson(context.server);
    const tokens = await tokensOf(person);
    const image = 'https://pictures.example.com/ada.png';
    assert.deepEqual((await update(person, { name: 'Ada Lovelace', image })).json, { status: true });
    const claims = (await userinfo(context.server, tokens.access_token)).json;
    assert.equal(claims.name, 'Ada Lovelace');
    assert.equal(claims.picture, image);
    const { user } = (await person.request(context.server, 'GET', '/api/auth/get-session')).json;
    assert.equal(user.name, 'Ada Lovelace');
    assert.equal(user.image, image);
    assert.equal((await update(person, { image: null })).status, 200);
    const after = (await userinfo(context.server, tokens.access_token)).json;
    assert.equal(after.picture, undefined);
    assert.equal(after.name, 'Ada Lovelace', 'what is absent stays');
  });

  test('a description that applications could not show is refused', async () => {
    const person = await newPerson(context.server);
    for (const json of [
      {},
      { name: '' },
      { name: 'x'.repeat(101) },
      { name: 'a\u0000b' },
      { name: 'a\u202eb' },
      { name: 'a\u200bb' },
      { name: 'a\u2066b' },
      { name: 'a\u0085b' },
      { name: 5 },
      { name: null },
      { image: 'http://pictures.example.com/a.png' },
      { image: 'javascript:alert(1)' },
      { image: 'https://' },
      { image: `https://pictures.example.com/${'x'.repeat(2048)}` },
      { email: 'ada@example.com' },
      { roles: 'admin' },
    ]) {
      assertApiError(await update(person, json), 400, 'VALIDATION_ERROR');
    }
    assertApiError(await update(person, { name: 'Ada' }, { headers: { origin: 'https://evil.example.com' } }), 403, 'INVALID_ORIGIN');
    assertApiError(await new Person().request(context.server, 'POST', '/api/auth/update-user', { json: { name: 'Ada' } }), 401, 'UNAUTHORIZED');
  });

  test('the export holds what the server knows of the person, no secret, and nothing of others', async () => {
    const [person, other] = [await newPerson(context.server), await newPerson(context.server)];
    const tokens = await tokensOf(person);
    await tokensOf(other);
    const content = randomBytes(200).toString('base64');
    await keepBackup(person, randomBytes(200).toString('base64'));
    await keepBackup(person, content);
    await update(person, { name: 'Ada' });
    const answer = await exportOf(person);
    assert.equal(answer.status, 200, answer.describe());
    assert.match(answer.headers['content-disposition'], /^attachment; filename=".+\.json"$/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const all = answer.json;
    assert.equal(all.account.id, person.userId);
    assert.equal(all.account.name, 'Ada');
    assert.equal(all.account.pubkey, person.pubkey);
    assert.deepEqual(all.identities.map(({ bap_id: id }) => id), [person.bapId]);
    assert.deepEqual(all.identities[0].backups.map(({ version }) => version), [2, 1]);
    assert.equal(all.identities[0].newest_backup, content);
    assert.equal(all.sessions.length, 1);
    assert.deepEqual(all.applications, []);
    assert.deepEqual(all.wallets, []);
    assert.ok(Array.isArray(all.activity));
    for (const secret of [person.sessionToken, tokens.access_token, tokens.refresh_token, tokens.id_token, other.userId, other.pubkey, other.bapId])
      assert.ok(!answer.text.includes(secret), secret);
    assertApiError(await new Person().request(context.server, 'GET', '/api/user/export'), 401, 'UNAUTHORIZED');
  });

  test('the newest backup goes to the browser that has just signed in and to who signs, not to a session’s token', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const content = randomBytes(200).toString('base64');
    await keepBackup(person, content);
    const target = '/api/user/export';
    const newest = async (answer) => {
      assert.equal(answer.status, 200, answer.describe());
      const [identity] = answer.json.identities;
      assert.equal(identity.newest_backup === undefined, typeof identity.newest_backup_withheld === 'string', answer.text);
      assert.equal(answer.text.includes(content), identity.newest_backup !== undefined);
      return identity.newest_backup;
    };
    const byToken = (headers = {}) =>
      server.request('GET', target, { headers: { authorization: `Bearer ${person.sessionToken}`, ...headers } });
    assert.equal(await newest(await exportOf(person)), content);
    assert.equal(await newest(await byToken()), undefined);
    const sign = (key, path = target) => ({ 'x-auth-token': key.token(path, { timestamp: distinctTime() }) });
    assert.equal(await newest(await byToken(sign(person))), content);
    assertApiError(await byToken(sign(new Key())), 403, 'BAP_OWNERSHIP_FAILED');
    assertApiError(await byToken(sign(person, deletePath)), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    if (context.store !== 'postgres') return;
    await ageSessions(server.databaseUrl, person.userId, 24);
    assert.equal(await newest(await exportOf(person)), undefined, 'a sign-in of yesterday');
  });

  test('the person sees that an administrator acted, not from where', async () => {
    const { server } = context;
    const person = await newPerson(server);
    for (const disabled of [true, false]) {
      const { status } = await server.admin('PATCH', `/admin/users/${person.userId}`, { json: { disabled } });
      assert.equal(status, 200);
    }
    await person.signIn(server);
    const wanted = ['user_enabled', 'user_disabled'];
    const seen = async () => {
      const { events } = (await person.request(server, 'GET', '/api/auth/activity')).json;
      return events.filter(({ type }) => wanted.includes(type));
    };
    for (let i = 0; i < 200 && (await seen()).length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual((await seen()).map(({ type, network }) => [type, network]), wanted.map((type) => [type, null]));
    const exported = (await exportOf(person)).json.activity.filter(({ type }) => wanted.includes(type));
    assert.deepEqual(exported.map(({ network }) => network), [null, null]);
  });

  test('the activity tells the person what they did, and nobody else', async () => {
    const { server } = context;
    const [person, other] = [await newPerson(server), await newPerson(server)];
    await tokensOf(person);
    await update(person, { name: 'Ada' });
    const activity = async (whose, query = '') => (await whose.request(server, 'GET', `/api/auth/activity${query}`)).json;
    /** Rows are written by a worker in the background. */
    const wanted = ['identity_changed', 'sign_in'];
    let seen = { events: [] };
    for (let i = 0; i < 200 && !wanted.every((type) => seen.events.some((event) => event.type === type)); i++) {
      seen = await activity(person, '?limit=200');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(seen.events.map(({ type }) => type), wanted, 'newest first, nothing of tokens');
    assert.ok(seen.events.every(({ outcome, network }) => outcome === 'ok' && network === '127.0.0.1'));
    const types = [];
    let cursor = '';
    do {
      const page = await activity(person, `?limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      types.push(...page.events.map(({ type }) => type));
      cursor = page.next_cursor;
    } while (cursor);
    assert.deepEqual(types, wanted, 'page by page');
    assert.ok((await activity(other)).events.every(({ type }) => type === 'sign_in'));
    for (const query of ['?limit=0', '?cursor=x']) assert.equal((await person.request(server, 'GET', `/api/auth/activity${query}`)).status, 400);
    assertApiError(await new Person().request(server, 'GET', '/api/auth/activity'), 401, 'UNAUTHORIZED');
  });

  test('a deleted account takes sessions, tokens, codes and backups along; applications hear of it', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const elsewhere = new Person(person.privateKey);
    await elsewhere.signIn(server);
    const tokens = await tokensOf(person);
    const code = await getCode(server, person, {});
    await keepBackup(person, randomBytes(200).toString('base64'));
    const gone = await remove(person);
    assert.deepEqual(gone.json, { success: true, message: 'User deleted' }, gone.describe());
    assert.match(String(gone.headers['set-cookie']), /session_token=;/, 'the cookie is taken back');
    for (const session of [person, elsewhere]) assert.equal(await session.session(server), null);
    assert.equal((await userinfo(server, tokens.access_token)).status, 401);
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token)), 400, 'invalid_grant');
    assertOAuthError(await postToken(server, exchangeForm(code)), 400, 'invalid_grant');
    const [notice] = await receiver.wait(person, '/my-app');
    assert.equal(claimsOf(notice.token).sub, person.userId);
    const backup = await server.request('GET', `/api/backup/sync?${new URLSearchParams({ bapId: person.bapId })}`, {
      headers: { authorization: `Bitcoin-Auth ${person.token('/api/backup/sync', { timestamp: distinctTime() })}` },
    });
    assert.equal(backup.status, 404);
    assert.equal((await server.request('GET', `/api/bap/profile?bapId=${person.bapId}`)).status, 404);

    const before = person.userId;
    await person.signIn(server);
    assert.notEqual(person.userId, before, 'the same key is somebody new');
  });

  test('another site cannot delete it, nor somebody without a session', async () => {
    const person = await newPerson(context.server);
    assertApiError(await remove(person, { headers: { origin: 'https://evil.example.com' } }), 403, 'INVALID_ORIGIN');
    assertApiError(await remove(new Person()), 401, 'UNAUTHORIZED');
    assert.notEqual(await person.session(context.server), null);
  });

  test('a token of the account’s key is looked at, and one of another key or request refused', async () => {
    const person = await newPerson(context.server);
    const sign = (key, path = deletePath, signed = '{}') => key.token(path, { body: signed, timestamp: distinctTime() });
    assertApiError(await remove(person, { token: sign(new Key()) }), 403, 'BAP_OWNERSHIP_FAILED');
    assertApiError(await remove(person, { token: sign(person, '/api/auth/sign-in/sigma') }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    assertApiError(await remove(person, { token: sign(person, deletePath, '{"x":1}') }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    assertApiError(await remove(person, { token: 'x' }), 400, 'INVALID_AUTH_TOKEN_FORMAT');
    assert.equal((await remove(person, { token: sign(person) })).status, 200);
  });

  if (context.store === 'postgres') {
    test('who signed in a day ago signs in again, or signs the request', async () => {
      const person = await newPerson(context.server);
      await ageSessions(context.server.databaseUrl, person.userId, 24);
      assertApiError(await remove(person), 400, 'SESSION_EXPIRED', /Sign in again/);
      assert.notEqual(await person.session(context.server), null, 'nothing was deleted');
      const token = person.token(deletePath, { body: '{}', timestamp: distinctTime() });
      assert.equal((await remove(person, { token })).status, 200);
    });
  }
});
