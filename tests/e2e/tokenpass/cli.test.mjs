// The command line, with the server running and without.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { password, startTokenPass, TokenPass, vectors } from './support/server.mjs';

test('status, export and passwd, server running or not', async (t) => {
  const server = await startTokenPass(t);
  assert.match((await server.cli(['status'])).stdout, /wallet +none yet/);
  await server.registered();
  assert.match((await server.cli(['status'])).stdout, /wallet +unlocked/);
  const running = await server.cli(['export'], { input: `${password}\n` });
  assert.equal(JSON.parse(running.stdout).mnemonic.split(' ').length, 12);
  const wrong = await server.cli(['export'], { input: 'wrong password\n' });
  assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
  assert.match(wrong.stderr, /Invalid password/);

  await server.terminate();
  const status = JSON.parse((await server.cli(['status', '--json'])).stdout);
  assert.deepEqual([status.created, status.unlocked], [true, false]);
  const stopped = await server.cli(['export'], { input: `${password}\n` });
  assert.equal(stopped.stdout, running.stdout);
  const differ = await server.cli(['passwd'], { input: `${password}\nnew password\nnew passwort\n` });
  assert.equal(differ.code, 2);
  assert.equal((await server.cli(['passwd'], { input: `${password}\nnew password\nnew password\n` })).code, 0);
  await server.start();
  assert.equal((await server.post('/api/login', { password: 'new password' })).status, 200);
});

test('import: a file, and words', async (t) => {
  const [bep] = JSON.parse(await readFile(path.join(vectors, 'bep-backups.json'), 'utf8')).vectors;
  const server = await TokenPass.make();
  t.after(() => server.stop());
  const file = path.join(server.home, 'mine.bep');
  await writeFile(file, bep.fileText);
  const done = await server.cli(['import', file], { input: `${bep.password}\n${password}\n${password}\n` });
  assert.match(done.stdout, /imported 3WumfJKFTvnNjn6xHiVGPwYPNfLh/, done.stderr);
  const words = `${'abandon '.repeat(11)}about`;
  const again = await server.cli(['import', '-'], { input: `${words}\ncorrect horse battery\n${password}\n${password}\n` });
  assert.match(again.stdout, /imported 3WumfJKFTvnNjn6xHiVGPwYPNfLh/, again.stderr);
  assert.equal((await server.cli(['import', 'nothing.bep'])).code, 1);
});

test('approve and revoke', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const ask = (headers = {}) => server.post('/api/auth', { host: 'app.example', scopes: 'sign' }, headers);
  assert.equal((await ask()).status, 400);
  const yes = await server.cli(['approve', 'app.example', '--scopes', 'sign', '--for', '1d'], { input: `${password}\n` });
  assert.match(yes.stdout, /app.example may now sign/, yes.stderr);
  assert.equal((await ask()).status, 200);
  assert.equal((await ask({ origin: 'https://app.example' })).status, 200);
  assert.equal((await server.cli(['revoke', 'app.example'])).code, 0);
  assert.equal((await ask()).status, 400);
  assert.equal((await server.cli(['approve', 'app.example'], { input: 'wrong password\n' })).code, 1);

  await server.terminate();
  assert.equal((await server.cli(['approve', 'localhost:3000'], { input: `${password}\n` })).code, 0);
  await server.start();
  await server.post('/api/login', { password });
  const local = await server.post('/api/auth', { host: 'localhost:3000', scopes: 'sign' }, { origin: 'http://localhost:3000' });
  assert.equal(local.status, 200, local.describe());
});

test('doctor, version, help, and settings that cannot be', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const doctor = await server.cli(['doctor']);
  assert.equal(doctor.code, 0, doctor.stdout);
  assert.match(doctor.stdout, /ok +wallet +unlocked/);
  assert.match((await server.cli(['version'])).stdout, /^tokenpass \d/);
  assert.match((await server.cli(['--help'])).stdout, /TOKENPASS_ORIGIN_WHITELIST/);
  for (const [env, words] of [
    [{ TOKENPASS_PROT: '1' }, /TOKENPASS_PORT/],
    [{ TOKENPASS_PORT: 'x' }, /TOKENPASS_PORT=x is not a port/],
    [{ TOKENPASS_ORIGIN_WHITELIST: 'app.example' }, /no origin/],
    [{ TOKENPASS_AUTO_LOCK: 'never' }, /TOKENPASS_AUTO_LOCK/],
    [{ TOKENPASS_ALLOW_CLI: 'yes' }, /TOKENPASS_ALLOW_CLI/],
  ]) {
    const refused = await server.cli(['serve'], { env });
    assert.equal(refused.code, 2, JSON.stringify(env));
    assert.match(refused.stderr, words);
  }
  const second = await server.cli(['serve'], { env: { TOKENPASS_PORT: String(server.port + 1) } });
  assert.equal(second.code, 1, 'one server a folder');
});
