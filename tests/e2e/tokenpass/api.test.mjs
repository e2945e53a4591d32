// Every row of the endpoint table, as documented (tokenpass-contract §3).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BigNumber, BSM, Signature, Utils } from '@bsv/sdk';
import { verifyAuthToken } from 'bitcoin-auth';
import { password, startTokenPass, vectors } from './support/server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

test('the documented four steps run verbatim', async (t) => {
  const server = await startTokenPass(t);
  const { stdout } = await run(process.execPath, [path.join(here, 'support/four-steps.mjs')], {
    env: { ...process.env, TOKENPASS_URL: server.base },
  });
  assert.match(stdout, /address: '1[1-9A-Za-z]+'/);
  assert.match(stdout, /message: 'Hello World'/);
});

test('without a wallet', async (t) => {
  const server = await startTokenPass(t);
  const status = await server.get('/api/status');
  assert.equal(status.status, 200);
  assert.deepEqual(
    { ...status.json, version: '' },
    { success: true, product: 'tokenpass', version: '', seed: false, created: false, unlocked: false, keys: [], states: [] },
  );
  assert.deepEqual((await server.get('/api/profile')).json, {});
  for (const route of ['login', 'export', 'auth', 'sign', 'encrypt', 'decrypt', 'sign-aip', 'friend-pubkey']) {
    const answer = await server.post(`/api/${route}`, { password, host: 'example.com', message: 'x' });
    assert.equal(answer.status, 417, answer.describe());
    assert.equal(answer.json.code, 1);
    assert.equal(answer.json.errorURL, `${server.base}/auth`);
  }
  assert.equal((await server.post('/api/logout')).status, 200);
  assert.equal((await server.get('/api/health')).json.status, 'ok');
  assert.equal((await server.request('HEAD', '/')).status, 200, 'the desktop shell looks whether it is there');
});

test('register', async (t) => {
  const server = await startTokenPass(t);
  const refused = async (body) => {
    const answer = await server.post('/api/register', body);
    assert.equal(answer.status, 400, answer.describe());
    assert.equal(answer.json.success, false);
    return answer.json.error;
  };
  assert.match(await refused({}), /password/);
  assert.match(await refused({ password: '' }), /password/);
  assert.match(await refused({ password: '1234567' }), /8 characters/);
  assert.match(await refused({ password: 12345678 }), /string/);
  assert.match(await refused({ password, displayName: 'x'.repeat(101) }), /displayName/);
  assert.match(await refused({ password, paymail: 'nobody' }), /paymail/);
  assert.match(await refused({ password, logo: 'javascript:alert(1)' }), /logo/);
  assert.equal((await server.get('/api/status')).json.created, false);

  const made = await server.post('/api/register', {
    password,
    displayName: 'Älice',
    paymail: 'alice@example.com',
    logo: 'https://example.com/a.png',
  });
  assert.deepEqual([made.status, made.json], [200, { success: true }]);
  const { json: profile } = await server.get('/api/profile');
  assert.match(profile.bapID, /^[1-9A-HJ-NP-Za-km-z]{26,28}$/);
  assert.deepEqual(profile, {
    host: 'global',
    displayName: 'Älice',
    paymail: 'alice@example.com',
    logo: 'https://example.com/a.png',
    bapID: profile.bapID,
  });
  const { json: identity } = await server.get(`/api/identity?idKey=${profile.bapID}`);
  assert.equal(identity.attributes.displayName.value, 'Älice');

  const again = await server.post('/api/register', { password: 'another password' });
  assert.equal(again.status, 500, again.describe());
  assert.equal((await server.get('/api/profile')).json.bapID, profile.bapID);
});

test('login, logout, and a wrong password that changes nothing', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const token = await server.token();
  assert.equal((await server.post('/api/login', { password: 'wrong password' })).status, 401);
  assert.equal((await server.get('/api/status')).json.unlocked, true);
  assert.equal((await server.get('/api/identity')).json.count, 1);

  assert.deepEqual((await server.post('/api/logout')).json, { success: true });
  assert.deepEqual((await server.post('/api/logout')).json, { success: true });
  const locked = await server.get('/api/status');
  assert.deepEqual([locked.json.created, locked.json.unlocked, locked.json.bapId], [true, false, undefined]);
  const sign = await server.post('/api/sign', { message: 'x' }, { authorization: token });
  assert.deepEqual([sign.status, sign.json.code], [401, 1]);
  assert.equal((await server.get('/api/identity')).status, 401);

  assert.equal((await server.post('/api/login', {})).status, 400);
  assert.equal((await server.post('/api/login', { password })).status, 200);
  assert.equal((await server.post('/api/sign', { message: 'x' }, { authorization: token })).status, 200);
});

test('tokens and profile outlive the process; words alone do not open it', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const token = await server.token();
  const before = await server.post('/api/sign', { message: 'x' }, { authorization: token });
  await server.restart();
  assert.equal((await server.get('/api/status')).json.unlocked, false);
  await server.post('/api/login', { password });
  const after = await server.post('/api/sign', { message: 'x' }, { authorization: token });
  assert.equal(after.json.address, before.json.address);
  assert.equal(after.json.sig, before.json.sig);
});

test('export wants the password each time', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  assert.equal((await server.post('/api/export', {})).status, 400);
  assert.equal((await server.post('/api/export', { password: 'wrong password' })).status, 401);
  const answer = await server.post('/api/export', { password });
  assert.match(answer.json.seed, /^[0-9a-f]{128}$/);
  assert.equal(answer.json.mnemonic.split(' ').length, 12);
  await server.post('/api/logout');
  assert.equal((await server.post('/api/export', { password })).json.mnemonic, answer.json.mnemonic);
  assert.equal((await server.get('/api/status')).json.unlocked, false);
});

test('auth: hosts, durations, scopes, both spellings', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const auth = (body) => server.post('/api/auth', { password, host: 'example.com', ...body });
  const lifetime = async (body) => {
    const answer = await auth(body);
    assert.equal(answer.status, 200, answer.describe());
    return answer.json.expireTime === 0 ? 0 : Math.round((answer.json.expireTime - Date.now()) / 10_000) * 10;
  };
  for (const field of ['expire', 'expiry']) {
    assert.equal(await lifetime({ [field]: 'once' }), 10);
    assert.equal(await lifetime({ [field]: '1h' }), 3600);
    assert.equal(await lifetime({ [field]: 'forever' }), 0);
  }
  assert.equal(await lifetime({}), 10);
  assert.equal(await lifetime({ expire: '1m', expiry: '1h' }), 3600);
  assert.equal((await auth({ expire: '2h' })).status, 400);
  assert.equal((await auth({ host: '' })).status, 400);
  assert.equal((await auth({ host: 'exa mple' })).status, 400);
  assert.equal((await auth({ scopes: 7 })).status, 400);
  assert.equal((await auth({ identityKey: 'nobody' })).status, 400);
  assert.equal((await auth({ password: 'wrong password' })).status, 401);
  assert.equal((await server.post('/api/auth', { host: 'example.com' })).status, 400, 'a program without the password');

  const { json } = await auth({ scopes: 'sign, encrypt,flying' });
  const row = (await server.get('/api/status')).json.states.find(({ host }) => host === 'example.com');
  assert.deepEqual(row.scopes, ['sign', 'encrypt']);
  assert.match(json.bapId, /^[1-9A-HJ-NP-Za-km-z]{26,28}$/);
  await server.post('/api/logout');
  assert.deepEqual((await server.post('/api/auth', { host: 'example.com' })).json.code, 1);
  assert.equal((await auth({ scopes: ['sign'] })).status, 200, 'a right password also unlocks');
  assert.equal((await server.get('/api/status')).json.unlocked, true);
});

test('a program may have tokens without the password when the operator says so', async (t) => {
  const server = await startTokenPass(t, { env: { TOKENPASS_ALLOW_CLI: '1' } }).then((made) => made.registered());
  assert.equal((await server.post('/api/auth', { host: 'example.com', scopes: 'sign' })).status, 200);
});

test('token header: both forms, and every code', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const token = await server.token('example.com', 'sign');
  const sign = (authorization, body = { message: 'x' }) =>
    server.post('/api/sign', body, authorization === undefined ? {} : { authorization });
  for (const good of [token, `Bearer ${token}`, `bearer ${token}`, `BEARER   ${token} `, ` ${token} `]) {
    assert.equal((await sign(good)).status, 200, good);
  }
  for (const [header, code] of [
    [undefined, 2],
    ['', 2],
    ['Bearer', 2],
    ['Bearer ', 2],
    ['nope', 3],
    [`Basic ${token}`, 3],
  ]) {
    const answer = await sign(header);
    assert.deepEqual([answer.status, answer.json.code, answer.json.success], [401, code, false], answer.describe());
  }
  const scope = await server.post('/api/decrypt', { ciphertext: '00' }, { authorization: token });
  assert.deepEqual([scope.status, scope.json.code, scope.json.errorURL], [401, 6, undefined]);
  assert.equal((await sign(undefined, {})).status, 400, 'the body is looked at before the token');
});

test('sign: message forms', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const authorization = await server.token();
  const sign = (body) => server.post('/api/sign', body, { authorization });
  const texts = [
    [{ message: 'Hello' }, 'Hello'],
    [{ message: '48656c6c6f', encoding: 'hex' }, 'Hello'],
    [{ message: 'SGVsbG8=', encoding: 'BASE64' }, 'Hello'],
    [{ message: 'hé ✓', encoding: 'utf-8' }, 'hé ✓'],
    [{ message: 'm', path: '/api/x' }, 'm'],
  ];
  for (const [body, text] of texts) {
    const { json } = await sign(body);
    assert.equal(json.message, body.message);
    assert.ok(verifies(json, text), text);
  }
  for (const bad of [
    {},
    { message: '' },
    { message: 7 },
    { message: 'x', encoding: 'latin1' },
    { message: 'xyz', encoding: 'hex' },
    { message: '!', encoding: 'base64' },
    { path: '' },
    { path: '/a|b' },
    { path: '/a', signatureType: 'rsa' },
  ]) {
    assert.equal((await sign(bad)).status, 400, JSON.stringify(bad));
  }
});

/** True when the answer's address signed `text`. */
function verifies({ address, sig }, text) {
  const digest = new BigNumber(BSM.magicHash(Utils.toArray(text, 'utf8')));
  const recovery = Utils.toArray(sig, 'base64')[0] - 31;
  return Signature.fromCompact(sig, 'base64').RecoverPublicKey(recovery, digest).toAddress() === address;
}

test('sign: request tokens that the npm package verifies', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const authorization = await server.token();
  for (const signatureType of ['bsm', 'brc77', undefined]) {
    for (const body of [undefined, '', '{"a":1}']) {
      const { json } = await server.post('/api/sign', { path: '/api/x', body, signatureType }, { authorization });
      const [pubkey, scheme] = json.token.split('|');
      assert.equal(scheme, signatureType ?? 'brc77');
      assert.ok(
        verifyAuthToken(json.token, { requestPath: '/api/x', body, timestamp: new Date().toISOString() }, 5),
        `${scheme} ${body}`,
      );
      const { json: status } = await server.get('/api/status');
      assert.equal(status.keys.find(({ host }) => host === 'example.com').pub, pubkey);
    }
  }
});

test('encrypt and decrypt: host, notes about a friend, hex and base64', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const authorization = await server.token();
  const call = (route, body) => server.post(`/api/${route}`, body, { authorization });

  const host = (await call('encrypt', { message: 'secret ✓' })).json;
  assert.equal(host.encrypted, host.data);
  assert.equal(host.data, host.ciphertext);
  assert.match(host.address, /^1/);
  assert.equal((await call('decrypt', { ciphertext: host.data })).json.data, 'secret ✓');

  const note = (await call('encrypt', { data: 'a note', friendBapId: 'friend1' })).json;
  assert.equal(note.ciphertext, note.encrypted);
  assert.equal((await call('decrypt', { ciphertext: note.ciphertext, friendBapId: 'friend1' })).json.data, 'a note');
  const base64 = Buffer.from(note.ciphertext, 'hex').toString('base64');
  assert.equal((await call('decrypt', { ciphertext: base64, friendBapId: 'friend1' })).json.data, 'a note');

  for (const bad of [
    {},
    { ciphertext: '' },
    { ciphertext: 'zz!' },
    { ciphertext: '00ff' },
    { ciphertext: note.ciphertext, friendBapId: 'somebody else' },
    { ciphertext: note.ciphertext, friendBapId: 'friend1', theirPublicKey: 'nonsense' },
  ]) {
    const answer = await call('decrypt', bad);
    assert.deepEqual([answer.status, answer.json.success], [400, false], answer.describe());
  }
  assert.equal((await call('encrypt', {})).status, 400);
  const other = await server.token('other.example');
  assert.equal((await server.post('/api/decrypt', { ciphertext: host.data }, { authorization: other })).status, 400);
});

test('friends: two wallets, both directions', async (t) => {
  const [alice, bob] = await Promise.all([startTokenPass(t), startTokenPass(t)]);
  await Promise.all([alice.registered(), bob.registered()]);
  const [forAlice, forBob] = [await alice.token(), await bob.token()];
  const keyFor = async (server, authorization, friendBapId) =>
    (await server.post('/api/friend-pubkey', { friendBapId }, { authorization })).json.publicKey;
  const bobsKey = await keyFor(bob, forBob, 'alice');
  const alicesKey = await keyFor(alice, forAlice, 'bob');
  const sealed = await alice.post(
    '/api/encrypt',
    { data: 'hello bob', friendBapId: 'bob', theirPublicKey: bobsKey },
    { authorization: forAlice },
  );
  const opened = await bob.post(
    '/api/decrypt',
    { ciphertext: sealed.json.ciphertext, friendBapId: 'alice', theirPublicKey: alicesKey },
    { authorization: forBob },
  );
  assert.equal(opened.json.data, 'hello bob', opened.describe());
});

test('sign-aip: the list of the cloud signer', async (t) => {
  const aip = JSON.parse(await readFile(path.join(vectors, 'aip.json'), 'utf8')).bap;
  const bep = JSON.parse(await readFile(path.join(vectors, 'bep-backups.json'), 'utf8')).vectors[0];
  const server = await startTokenPass(t);
  await server.post('/api/backups/import', { content: bep.fileText, password: bep.password });
  const authorization = (await server.post('/api/auth', { password: bep.password, host: 'example.com', scopes: 'sign', expire: '1h' })).json.accessToken;
  for (const vector of aip) {
    const { json } = await server.post('/api/sign-aip', { data: vector.data }, { authorization });
    assert.deepEqual(json.signedOps, vector.signedOpsHex);
    assert.equal(json.aip.address, vector.signingAddress);
  }
  for (const data of [undefined, [], ['zz'], 'aa', [7]]) {
    assert.equal((await server.post('/api/sign-aip', { data }, { authorization })).status, 400);
  }
});

test('profile', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const { bapID } = (await server.get('/api/profile')).json;
  const change = (body, headers) => server.post('/api/profile', body, headers);
  assert.deepEqual((await change({ displayName: 'A', custom: { x: 1 }, host: 'evil', bapID: 'evil' })).json, { success: true });
  assert.deepEqual((await server.get('/api/profile')).json, { host: 'global', bapID, displayName: 'A', custom: { x: 1 } });
  assert.equal((await change({ paymail: 'nobody' })).status, 400);

  const origin = 'https://example.com';
  assert.deepEqual((await server.get('/api/profile', { origin })).json, { displayName: 'A', bapID });
  assert.equal((await change({ displayName: 'B' }, { origin })).json.code, 2);
  const sign = await server.token('example.com', 'sign');
  assert.equal((await change({ displayName: 'B' }, { origin, authorization: sign })).json.code, 6);
  const write = await server.token('example.com', 'write_profile');
  assert.equal((await change({ displayName: 'B' }, { origin, authorization: write })).status, 200);

  await server.request('POST', '/api/profile?mode=clear', { json: { paymail: 'a@example.com' } });
  assert.deepEqual((await server.get('/api/profile')).json, { host: 'global', bapID, paymail: 'a@example.com' });
  await server.post('/api/logout');
  assert.equal((await server.get('/api/profile')).json.paymail, 'a@example.com');
  assert.equal((await change({ displayName: 'C' })).json.code, 1);
});

test('state of a host', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const mine = { authorization: await server.token('a.example', 'read_state,write_state') };
  const theirs = { authorization: await server.token('b.example', 'read_state') };
  assert.deepEqual((await server.get('/api/state', mine)).json, {});
  await server.post('/api/state', { a: 1, host: 'b.example', scopes: ['sign'], expireTime: 0, accessToken: 'x' }, mine);
  await server.post('/api/state', { b: { c: 2 } }, mine);
  assert.deepEqual((await server.get('/api/state', mine)).json, { host: 'a.example', a: 1, b: { c: 2 } });
  assert.deepEqual((await server.get('/api/state', theirs)).json, {});
  assert.equal((await server.post('/api/state', { a: 1 }, theirs)).json.code, 6);
  assert.equal((await server.post('/api/state', { big: 'x'.repeat(70_000) }, mine)).status, 400);
  await server.request('POST', '/api/state?mode=clear', { json: { d: 4 }, headers: mine });
  assert.deepEqual((await server.get('/api/state', mine)).json, { host: 'a.example', d: 4 });
  assert.deepEqual((await server.del('/api/state', {}, mine)).json, { success: true });
  assert.deepEqual((await server.get('/api/state', mine)).json, {});
});

test('fund and transfer: no wallet is connected', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const authorization = await server.token('example.com', 'fund,transfer');
  const fund = await server.post('/api/fund', { rawtx: '00' }, { authorization });
  assert.deepEqual([fund.status, fund.json.code, fund.json.error], [501, 8, 'No wallet connected']);
  assert.equal((await server.post('/api/transfer', {}, { authorization })).status, 501);
  const sign = await server.token('example.com', 'sign');
  assert.equal((await server.post('/api/fund', { rawtx: '00' }, { authorization: sign })).json.code, 6);
});

test('identities, and a token that is bound to one', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const guest = await server.post('/api/identity/guest', { host: 'example.com' });
  assert.deepEqual([guest.json.name, guest.json.counter], ['Guest @ example.com', 1]);
  const work = await server.post('/api/identity', { name: 'Work' });
  assert.equal(work.json.success, true);
  assert.equal((await server.post('/api/identity', {})).status, 400);
  const { json: list } = await server.get('/api/identity');
  assert.deepEqual(list.identities.map(({ name }) => name), ['Primary Identity', 'Guest @ example.com', 'Work']);
  assert.equal(list.primaryId, list.identities[0].idKey);
  const { json: details } = await server.get(`/api/identity?idKey=${guest.json.idKey}`);
  assert.equal(details.attributes.guestFor.value, 'example.com');
  assert.equal((await server.get('/api/identity?idKey=nobody')).status, 404);

  const answer = await server.post('/api/auth', { password, host: 'example.com', scopes: 'sign', identityKey: work.json.idKey, expire: '1h' });
  assert.equal(answer.json.bapId, work.json.idKey);
  await server.restart();
  await server.post('/api/login', { password });
  assert.equal((await server.get('/api/identity')).json.count, 3);
});

test('the paths of 2023 answer too', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const auth = await server.post('/auth', { password, host: 'example.com', scopes: 'sign,encrypt', expire: '1h' });
  assert.equal(auth.status, 200);
  const headers = { authorization: auth.json.accessToken };
  assert.equal((await server.post('/sign', { message: 'x', host: 'example.com' }, headers)).status, 200);
  assert.equal((await server.post('/encrypt', { message: 'x' }, headers)).status, 200);
  assert.equal((await server.get('/profile')).status, 200);
  assert.match((await server.get('/auth/icon')).headers['content-type'], /svg/);
  assert.equal((await server.post('/logout')).status, 200);
  assert.equal((await server.post('/login', { password })).status, 200);
  assert.equal((await server.post('/export', { password })).status, 200);
  assert.equal((await server.get('/state', headers)).json.code, 6);
  assert.equal((await server.post('/fund', { rawtx: '' }, headers)).status, 400);
});

test('security picture', async (t) => {
  const server = await startTokenPass(t);
  const icons = JSON.parse(await readFile(path.join(vectors, 'security-icon.json'), 'utf8')).vectors;
  const picture = await server.get('/api/auth/icon');
  assert.equal(picture.text, icons.find(({ seed }) => seed === 'Anon').svg);
  assert.equal(picture.headers['cache-control'], 'no-store');
  await server.registered();
  assert.notEqual((await server.get('/api/auth/icon')).text, picture.text);
});

test('what is no question to us', async (t) => {
  const server = await startTokenPass(t);
  const expectError = (answer, status) => {
    assert.equal(answer.status, status, answer.describe());
    assert.equal(answer.json.success, false);
    assert.ok(answer.json.error);
  };
  expectError(await server.get('/api/nothing'), 404);
  expectError(await server.get('/api/sign'), 405);
  expectError(await server.request('POST', '/api/login/', { json: { password } }), 417);
  for (const body of ['{bad', '[]', '"x"', '7', '', '{"password":1,"password":2}']) {
    const answer = await server.request('POST', '/api/register', { body, headers: { 'content-type': 'application/json' } });
    expectError(answer, 400);
  }
  expectError(await server.request('POST', '/api/register', { json: { password: 'x'.repeat(1_100_000) } }), 413);
});
