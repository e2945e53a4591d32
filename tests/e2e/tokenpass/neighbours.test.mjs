// What TokenPass has to do with programs around it: npm's ciphers, the cloud backup of our identity provider, public
// profiles, the desktop.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { BSM, ECIES, PrivateKey, PublicKey, Signature, Utils } from '@bsv/sdk';
import { startServer } from '../support/server.mjs';
import { password, startTokenPass } from './support/server.mjs';

const { electrumDecrypt, electrumEncrypt } = ECIES;
const text = 'a secret ✓';

test('npm’s ECIES: theirs opens here, ours opens there', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const headers = { authorization: await server.token() };
  const call = async (route, body) => {
    const answer = await server.post(`/api/${route}`, body, headers);
    assert.equal(answer.status, 200, answer.describe());
    return answer.json;
  };
  const theirs = PrivateKey.fromRandom();
  const ours = (await call('friend-pubkey', { friendBapId: 'friend' })).publicKey;
  for (const sender of [undefined, theirs]) {
    const sealed = electrumEncrypt(Utils.toArray(text, 'utf8'), PublicKey.fromString(ours), sender);
    for (const ciphertext of [Utils.toHex(sealed), Utils.toBase64(sealed)]) {
      assert.equal((await call('decrypt', { ciphertext, friendBapId: 'friend' })).data, text);
    }
  }
  const { ciphertext } = await call('encrypt', { data: text, friendBapId: 'friend', theirPublicKey: theirs.toPublicKey().toString() });
  assert.equal(Utils.toUTF8(electrumDecrypt(Utils.toArray(ciphertext, 'hex'), theirs)), text);

  // The host's form: npm seals to the key that signs for the host.
  const { address, sig } = await call('sign', { message: 'x' });
  const { pub } = (await server.get('/api/status')).json.keys.find((row) => row.address === address);
  assert.ok(BSM.verify(Utils.toArray('x', 'utf8'), Signature.fromCompact(sig, 'base64'), PublicKey.fromString(pub)));
  const host = electrumEncrypt(Utils.toArray(text, 'utf8'), PublicKey.fromString(pub));
  assert.equal((await call('decrypt', { ciphertext: Utils.toHex(host) })).data, text);
});

test('cloud backup with our identity provider: nothing, push, look, take over', { timeout: 300_000 }, async (t) => {
  const cloud = await startServer();
  t.after(() => cloud.stop());
  const server = await startTokenPass(t, { env: { TOKENPASS_SYNC_URL: cloud.base } }).then((made) => made.registered());
  const bapId = (await server.get('/api/profile')).json.bapID;
  const state = async () => (await server.get('/api/sync/status')).json;
  assert.deepEqual((await state()).cloud, { exists: false, lastUpdated: null, error: null });
  assert.equal((await server.post('/api/sync/pull', {})).status, 404);
  const pushed = await server.post('/api/sync/push');
  assert.deepEqual([pushed.status, pushed.json.bapId], [200, bapId], pushed.describe());
  const { cloud: there, serverUrl } = await state();
  assert.deepEqual([there.exists, there.error, serverUrl], [true, null, cloud.base]);
  assert.ok(there.lastUpdated);

  await server.post('/api/identity', { name: 'made since' });
  const looked = await server.post('/api/sync/pull', {});
  assert.deepEqual([looked.json.exists, looked.json.replaced], [true, false]);
  assert.equal((await server.get('/api/identity')).json.count, 2, 'looking changes nothing');
  assert.equal((await server.post('/api/sync/pull', { replace: true })).status, 400);
  assert.equal((await server.post('/api/sync/pull', { replace: true, password: 'wrong password' })).status, 401);
  assert.equal((await server.get('/api/identity')).json.count, 2);
  const taken = await server.post('/api/sync/pull', { replace: true, password });
  assert.equal(taken.json.replaced, true, taken.describe());
  assert.deepEqual([(await server.get('/api/identity')).json.count, (await server.get('/api/profile')).json.bapID], [1, bapId]);
  assert.deepEqual((await readdir(server.folder)).filter((name) => name.endsWith('.vault')), ['wallet-2.vault', 'wallet.vault'], 'the old wallet lies beside it');

  await cloud.stop();
  assert.ok((await state()).cloud.error, 'a cloud that is away is told, and nothing fails');
});

test('public profiles: asked for by POST, errors told, switched off', async (t) => {
  const asked = [];
  const index = http.createServer(async (request, response) => {
    const { idKey } = JSON.parse((await request.toArray()).join(''));
    asked.push(`${request.method} ${request.url} ${idKey}`);
    const [status, json] = { known: [200, { status: 'OK', result: { idKey } }], nobody: [404, {}] }[idKey] ?? [500, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  await new Promise((ready) => index.listen(0, '127.0.0.1', ready));
  t.after(() => (index.close(), index.closeAllConnections()));
  const server = await startTokenPass(t, { env: { TOKENPASS_BAP_API_URL: `http://127.0.0.1:${index.address().port}/v1` } });
  const known = await server.get('/api/bap-profile?idKey=known');
  assert.deepEqual([known.status, known.json.result], [200, { idKey: 'known' }], known.describe());
  assert.equal((await server.get('/api/bap-profile?idKey=nobody')).status, 404);
  assert.equal((await server.get('/api/bap-profile?idKey=broken')).status, 502);
  assert.equal((await server.get('/api/bap-profile')).status, 400);
  assert.deepEqual(asked, ['POST /v1/identity/get known', 'POST /v1/identity/get nobody', 'POST /v1/identity/get broken']);
  const off = await startTokenPass(t);
  assert.equal((await off.get('/api/bap-profile?idKey=known')).status, 503);
});

test('a waiting question is shown on the desktop, once', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'desktop-'));
  t.after(() => rm(folder, { recursive: true }));
  const shown = path.join(folder, 'shown');
  await writeFile(path.join(folder, 'notify-send'), `#!/bin/sh\nprintf '%s\\n' "$*" >> ${shown}\n`);
  await chmod(path.join(folder, 'notify-send'), 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}`, XDG_RUNTIME_DIR: folder };
  const server = await startTokenPass(t, { env }).then((made) => made.registered());
  const ask = () => server.post('/api/auth', { host: 'app.example', scopes: ['sign'] }, { origin: 'https://app.example' });
  const answers = await Promise.all([ask(), ask()]);
  assert.ok(answers.every(({ status }) => status === 403));
  assert.equal(await readFile(shown, 'utf8'), `--app-name=TokenPass --icon=dialog-password -- app.example asks for access Answer on ${server.base}\n`);
});
