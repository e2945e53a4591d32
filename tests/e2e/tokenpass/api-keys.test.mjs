// Signing, encrypting and decrypting with the keys of a host, a friend, an identity (tokenpass-contract §3.8 to §3.12).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { BigNumber, BSM, Signature, Utils } from '@bsv/sdk';
import { verifyAuthToken } from 'bitcoin-auth';
import { password, startTokenPass, vectors } from './support/server.mjs';

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
