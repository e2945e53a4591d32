// The wallet's life over the documented API (tokenpass-contract §3.2 to §3.6, §5).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

test('security picture', async (t) => {
  const server = await startTokenPass(t);
  const icons = JSON.parse(await readFile(path.join(vectors, 'security-icon.json'), 'utf8')).vectors;
  const picture = await server.get('/api/auth/icon');
  assert.equal(picture.text, icons.find(({ seed }) => seed === 'Anon').svg);
  assert.equal(picture.headers['cache-control'], 'no-store');
  await server.registered();
  assert.notEqual((await server.get('/api/auth/icon')).text, picture.text);
});
