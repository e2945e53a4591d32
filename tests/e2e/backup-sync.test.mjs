// Cloud backups of identities: @sigma-auth/better-auth-plugin's sync client unmodified, and what it would never send.
// sigma-contract.md §8, §8b, §13.24.
import { HD, PrivateKey } from '@bsv/sdk';
import { checkBackupStatus, pullBackup, pushBackup } from '@sigma-auth/better-auth-plugin/client/sync';
import { BAP } from 'bsv-bap';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { assertApiError } from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const path = '/api/backup/sync';
const json = { 'content-type': 'application/json' };
const encrypted = () => randomBytes(200).toString('base64');

/** POST as the sync client does, with any part replaced. */
function push(server, key, { bapId = key.bapId, content = encrypted(), body, signed, token, headers } = {}) {
  body ??= JSON.stringify({ bapId, encryptedBackup: content });
  token ??= key.token(path, { body: signed ?? body, timestamp: distinctTime() });
  return server.request('POST', path, {
    body,
    headers: { ...json, ...(headers ?? { authorization: `Bitcoin-Auth ${token}` }) },
  });
}

function pull(server, key, { bapId = key.bapId, version, token, headers } = {}) {
  const query = new URLSearchParams({ bapId, ...(version === undefined ? {} : { version }) });
  token ??= key.token(path, { timestamp: distinctTime() });
  return server.request('GET', `${path}?${query}`, { headers: headers ?? { authorization: `Bitcoin-Auth ${token}` } });
}

forEachStore('backups', {}, (context) => {
  test('the sync client from npm, unmodified: nothing, push, status, pull', async () => {
    const config = { serverUrl: context.server.base };
    const bap = new BAP({ rootPk: PrivateKey.fromRandom().toWif() });
    for (let i = 0; i < 3; i++) {
      const bapId = bap.newId().getIdentityKey();
      assert.deepEqual(await checkBackupStatus(bap, bapId, config), { exists: false });
      const content = encrypted();
      assert.deepEqual(await pushBackup(bap, bapId, content, config), { success: true });
      const status = await checkBackupStatus(bap, bapId, config);
      assert.equal(status.exists, true);
      const pulled = await pullBackup(bap, bapId, config);
      assert.equal(pulled.encryptedBackup, content, JSON.stringify(pulled));
      assert.equal(pulled.lastUpdated, status.lastUpdated);
      assert.match(pulled.lastUpdated, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  // bsv-bap exports as "member" the key that signs now, which in its BIP-32 wallets is never the one that the id derives
  // from. Who owns the id cannot be seen from such a key alone.
  test('the sync client from npm with a BIP-32 wallet is told why', async () => {
    const bap = new BAP(HD.fromRandom().toString());
    const bapId = bap.newId().getIdentityKey();
    const pushed = await pushBackup(bap, bapId, encrypted(), { serverUrl: context.server.base });
    assert.equal(pushed.success, false);
    assert.match(pushed.error, /member key/);
  });

  test('the newest of five versions is the backup; older ones can be asked for', async () => {
    const { server } = context;
    const key = new Key();
    const contents = Array.from({ length: 7 }, encrypted);
    for (const content of contents) {
      const answer = await push(server, key, { content });
      assert.equal(answer.status, 200, answer.describe());
      assert.equal(answer.json.success, true);
    }
    const newest = (await pull(server, key)).json;
    assert.equal(newest.encryptedBackup, contents[6]);
    assert.equal(newest.version, 7);
    assert.deepEqual(
      newest.versions.map(({ version }) => version),
      [7, 6, 5, 4, 3],
    );
    assert.equal((await pull(server, key, { version: 3 })).json.encryptedBackup, contents[2]);
    assert.equal((await pull(server, key, { version: 2 })).status, 404, 'forgotten');
    for (const version of ['0', '-1', 'x', '1.5', '9'.repeat(30)]) {
      assertApiError(await pull(server, key, { version }), 400, 'VALIDATION_ERROR');
    }
  });

  test('twenty pushes at once: five versions with numbers of their own', async () => {
    const { server } = context;
    const key = new Key();
    const answers = await Promise.all(Array.from({ length: 20 }, () => push(server, key)));
    const numbers = answers.map((answer) => answer.json.version).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    assert.equal((await pull(server, key)).json.versions.length, 5);
  });

  test('no backup: 404 in the words that clients look for', async () => {
    const answer = await pull(context.server, new Key());
    assert.equal(answer.status, 404, answer.describe());
    assert.deepEqual(answer.json, { error: 'not_found', message: 'not_found: no backup for this identity' });
  });

  test('X-Auth-Token carries the token as well; the scheme’s name has no case; one token, not two', async () => {
    const { server } = context;
    const key = new Key();
    const body = JSON.stringify({ bapId: key.bapId, encryptedBackup: encrypted() });
    const token = () => key.token(path, { body, timestamp: distinctTime() });
    for (const headers of [{ 'x-auth-token': token() }, { authorization: `bitcoin-auth ${token()}` }]) {
      const answer = await push(server, key, { body, headers });
      assert.equal(answer.status, 200, answer.describe());
    }
    const both = { 'x-auth-token': token(), authorization: `Bitcoin-Auth ${token()}` };
    assertApiError(await push(server, key, { body, headers: both }), 400, 'INVALID_AUTH_TOKEN_FORMAT');
    assertApiError(await push(server, key, { body, headers: {} }), 401, 'NO_AUTH_TOKEN_PROVIDED');
    const bearer = { authorization: `Bearer ${token()}` };
    assertApiError(await push(server, key, { body, headers: bearer }), 401, 'NO_AUTH_TOKEN_PROVIDED');
  });

  test('only the identity’s own key reads and writes, with a token for this request', async () => {
    const { server } = context;
    const [owner, thief] = [await newPerson(server), new Key()];
    assert.equal((await push(server, owner)).status, 200);
    assertApiError(await pull(server, thief, { bapId: owner.bapId }), 403, 'BAP_OWNERSHIP_FAILED');
    assertApiError(await push(server, thief, { bapId: owner.bapId }), 403, 'BAP_OWNERSHIP_FAILED');
    assertApiError(await push(server, owner, { signed: '{}' }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    const time = distinctTime;
    for (const token of [
      owner.token(path, { timestamp: time() }),
      owner.token('/api/auth/sign-in/sigma', { body: '{}', timestamp: time() }),
    ]) {
      assertApiError(await push(server, owner, { token }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    }
    for (const token of [
      owner.token(`${path}?bapId=${owner.bapId}`, { timestamp: time() }),
      owner.token(path, { body: '{}', timestamp: time() }),
      owner.token(path, { timestamp: new Date(Date.now() - 6 * 60_000).toISOString() }),
    ]) {
      assertApiError(await pull(server, owner, { token }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    }
    const token = owner.token(path, { timestamp: time() });
    assert.equal((await pull(server, owner, { token })).status, 200);
    assertApiError(await pull(server, owner, { token }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /used before/);
    const cookie = { cookie: owner.jar.header(), origin: server.base };
    assertApiError(await pull(server, owner, { headers: cookie }), 401, 'NO_AUTH_TOKEN_PROVIDED');
  });

  test('a backup that is not encrypted is refused and not kept', async () => {
    const { server } = context;
    const key = new Key();
    const bap = new BAP({ rootPk: PrivateKey.fromRandom().toWif() });
    for (const content of [
      '',
      HD.fromRandom().toString(),
      JSON.stringify({ ids: 'x', rootPk: bap.type42RootKey ?? key.wif }),
      JSON.stringify({ ids: 'x', xprv: 'xprv…', mnemonic: 'abandon …' }),
      JSON.stringify({ wif: key.wif, id: 'x' }),
    ]) {
      assertApiError(await push(server, key, { content }), 400, 'VALIDATION_ERROR', /encryptedBackup/);
    }
    assert.equal((await pull(server, key)).status, 404);
    await server.logWritten();
    assert.ok(!server.output.includes(key.wif), 'and not in the log');
    const other = await push(server, key, { content: JSON.stringify({ iv: 'a', ct: 'b' }) });
    assert.equal(other.status, 200, 'what is inside is the wallet’s business');
  });

  test('malformed requests', async () => {
    const { server } = context;
    const key = new Key();
    for (const body of ['{', '[]', '{}', `{"bapId":"${key.bapId}"}`, '{"encryptedBackup":"x"}', '{"bapId":5}']) {
      assertApiError(await push(server, key, { body }), 400, 'VALIDATION_ERROR');
    }
    assertApiError(await pull(server, key, { bapId: '' }), 400, 'VALIDATION_ERROR');
    const form = await server.request('POST', path, { form: { bapId: key.bapId } });
    assert.equal(form.status, 415, form.describe());
  });

  test('backups may be larger than other bodies, and have a limit', async () => {
    const { server } = context;
    const key = new Key();
    const large = await push(server, key, { content: 'x'.repeat(200 * 1024) });
    assert.equal(large.status, 200, large.describe());
    const tooLarge = await push(server, key, { content: 'x'.repeat(257 * 1024) });
    assert.equal(tooLarge.status, 413, tooLarge.describe());
    assert.ok(tooLarge.json?.message, tooLarge.describe());
  });

  test('a page of any origin may call: the key is the authentication', async () => {
    const { server } = context;
    const origin = 'https://wallet.example';
    const preflight = await server.request('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    assert.equal(preflight.status, 204, preflight.describe());
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
  });

  test('POST /api/backup keeps one for the identity of the session; the key gets it back', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const content = encrypted();
    const keep = (headers, body = { encryptedBackup: content }) =>
      server.request('POST', '/api/backup', { json: body, headers });
    const cookie = { cookie: person.jar.header() };
    const answer = await keep(cookie);
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.bapId, person.bapId);
    assert.ok(answer.json.message);
    assert.equal((await pull(server, person)).json.encryptedBackup, content);
    assertApiError(await keep({}), 401, 'UNAUTHORIZED');
    assertApiError(await keep({ ...cookie, origin: 'https://evil.example' }), 403, 'INVALID_ORIGIN');
    assertApiError(await keep(cookie, {}), 400, 'VALIDATION_ERROR');
    assertApiError(await keep(cookie, { encryptedBackup: `{"wif":"${person.wif}"}` }), 400, 'VALIDATION_ERROR');
  });
});

test('where nobody joins without signing up, backups are for those who have', async () => {
  const server = await startServer({ env: { SIGMA_IMPLICIT_SIGN_UP: 'off' } });
  try {
    const person = new Person();
    assertApiError(await push(server, person), 403, 'RESTORE_PROFILE_NOT_FOUND');
    const body = JSON.stringify({ bapId: person.bapId, intent: 'sign-up' });
    const enrolled = await server.request('POST', '/api/auth/sign-up/sigma', {
      body,
      headers: {
        ...json,
        'x-auth-token': person.token('/api/auth/sign-in/sigma', { timestamp: distinctTime() }),
        'x-sigma-enrollment-proof': person.token('/api/auth/sign-up/sigma', { body, timestamp: distinctTime() }),
      },
    });
    assert.equal(enrolled.status, 200, enrolled.describe());
    assert.equal((await push(server, person)).status, 200);
  } finally {
    await server.stop();
  }
});
