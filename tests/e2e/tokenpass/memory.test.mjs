// Secrets in the memory of the process: there while the wallet is open, in locked pages; gone when it is locked.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { sanitized } from '../support/sanitized.mjs';
import { password, startTokenPass, vectors } from './support/server.mjs';

const secret = 'the password to look for';

/** Every needle that lies somewhere in the writable memory of the process. */
async function found(pid, needles) {
  const maps = (await readFile(`/proc/${pid}/maps`, 'latin1')).split('\n').filter((line) => / rw/.test(line));
  const memory = await open(`/proc/${pid}/mem`, 'r');
  const hits = new Set();
  try {
    for (const line of maps) {
      const [from, to] = line.split(' ')[0].split('-').map((hex) => Number.parseInt(hex, 16));
      if (to - from > 256 * 1024 * 1024) continue; // reserved, not used
      const block = Buffer.alloc(to - from);
      const { bytesRead } = await memory.read(block, 0, block.length, from).catch(() => ({ bytesRead: 0 }));
      for (const [name, bytes] of Object.entries(needles)) {
        if (block.subarray(0, bytesRead).includes(bytes)) hits.add(name);
      }
    }
  } finally {
    await memory.close();
  }
  return [...hits].sort();
}

async function statusOf(pid, field) {
  const line = (await readFile(`/proc/${pid}/status`, 'utf8')).split('\n').find((text) => text.startsWith(`${field}:`));
  return Number.parseInt(line.split(/\s+/)[1], 10); // kB
}

const noLook =
  (sanitized && 'sanitizers keep what was given back, to see who still uses it') ||
  (process.getuid() !== 0 && 'only root may read the memory of the process');
test('locking wipes words, keys and password', { timeout: 600_000, skip: noLook }, async (t) => {
  const wallet = JSON.parse(await readFile(path.join(vectors, 'bip39-bip32.json'), 'utf8')).vectors.find(({ mnemonic }) => mnemonic.startsWith('legal'));
  const { gen3_rootPk: root, gen3_afterLogin: master } = wallet.masters;
  const needles = {
    'the words': Buffer.from(wallet.mnemonic),
    'the seed': Buffer.from(wallet.seedHex, 'hex'),
    'the seed as text': Buffer.from(wallet.seedHex),
    'the root key': Buffer.from(root.privHex, 'hex'),
    'the root key as text': Buffer.from(root.privHex),
    'the root key as WIF': Buffer.from(root.wif),
    'the master key': Buffer.from(master.privHex, 'hex'),
    'the password': Buffer.from(secret),
  };
  const server = await startTokenPass(t);
  const imported = await server.post('/api/import', { mnemonic: wallet.mnemonic, passphrase: wallet.passphrase, password: secret });
  assert.equal(imported.status, 200, imported.describe());
  // Everything that touches secrets, once.
  const { json } = await server.post('/api/auth', { password: secret, host: 'example.com', scopes: 'sign,encrypt,decrypt', expire: '1h' });
  const authorization = json.accessToken;
  await server.post('/api/sign', { message: 'x' }, { authorization });
  await server.post('/api/sign', { path: '/x' }, { authorization });
  await server.post('/api/sign-aip', { data: ['6a'] }, { authorization });
  const sealed = await server.post('/api/encrypt', { data: 'x', friendBapId: 'friend' }, { authorization });
  await server.post('/api/decrypt', { ciphertext: sealed.json.ciphertext, friendBapId: 'friend' }, { authorization });
  await server.post('/api/identity', { name: 'Work' });
  await server.post('/api/backups/download', { password, withWords: true });
  await signInToAnApplication(server);
  await server.post('/api/export', { password: secret });
  await server.post('/api/login', { password: secret });
  // Last, so that the worker that made the right one's key has put it away.
  await server.post('/api/login', { password: 'wrong password' });

  const open = await found(server.pid, needles);
  assert.ok(open.includes('the words') && open.includes('the root key'), `the search finds what is there: ${open}`);
  assert.ok(!open.includes('the password'), 'the password is not kept');
  assert.ok((await statusOf(server.pid, 'VmLck')) > 0, 'what is kept is locked');

  await server.post('/api/logout');
  assert.deepEqual(await found(server.pid, needles), []);
});

/** The wallet signs in to the provider, which leaves nothing of the keys behind either. */
async function signInToAnApplication(server) {
  const redirect_uri = 'http://127.0.0.1:7/cb';
  const client = { client_name: 'Notes', redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' };
  const { client_id } = (await server.post('/api/auth/oauth2/register', client)).json;
  const code_challenge = createHash('sha256').update('verifier').digest('base64url');
  const wish = new URLSearchParams({ client_id, redirect_uri, response_type: 'code', scope: 'openid', code_challenge, code_challenge_method: 'S256' });
  const { location } = (await server.get(`/api/auth/oauth2/authorize?${wish}`)).headers;
  const own = { origin: server.base };
  const { session } = (await server.post('/api/login', { password: secret }, own)).json;
  const answer = await server.post('/api/authorization/answer', { query: location.split('?')[1], allow: true }, { ...own, 'x-tokenpass-session': session });
  assert.equal(answer.status, 200, answer.describe());
}

test('idle memory stays under 20 MB', { timeout: 300_000, skip: sanitized && 'sanitizers have shadows of everything' }, async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  await server.post('/api/login', { password });
  await server.get('/.well-known/openid-configuration');
  const kilobytes = await statusOf(server.pid, 'VmRSS');
  t.diagnostic(`idle and unlocked: ${kilobytes} kB`);
  assert.ok(kilobytes < 20 * 1024, `${kilobytes} kB`);
});

test('no core dumps, and no other program of the same user looks inside', { timeout: 300_000 }, async (t) => {
  const server = await startTokenPass(t);
  const limits = await readFile(`/proc/${server.pid}/limits`, 'utf8');
  assert.match(limits, /Max core file size +0 +0/);
});
