// Who gets access tokens with the password, and what each is good for (tokenpass-contract §1.1, §1.2, §4).
import assert from 'node:assert/strict';
import test from 'node:test';
import { password, startTokenPass } from './support/server.mjs';

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
