// Folders of the older versions: their wallets open with their passwords, nothing of theirs is touched, and every site
// keeps its address (tokenpass-contract §6, §11).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { decryptBackup } from 'bitcoin-backup';
import { password, startTokenPass, vectors } from './support/server.mjs';

const load = async (name) => JSON.parse(await readFile(path.join(vectors, name), 'utf8'));
const lines = (rows) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;

/** Puts `files` into the folder before the start, and afterwards checks that they still are what they were. */
async function startWith(t, files) {
  const server = await startTokenPass(t, {
    prepare: async (folder) => {
      await mkdir(folder, { mode: 0o755 });
      for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    },
  });
  server.untouched = async () => {
    for (const [name, text] of Object.entries(files)) {
      assert.equal(await readFile(path.join(server.folder, name), 'utf8'), text, name);
    }
  };
  return server;
}

/** Address of a host, as a signature shows it. */
async function address(server, secret, host) {
  const answer = await server.post('/api/auth', { password: secret, host, scopes: 'sign', expire: '1h' });
  assert.equal(answer.status, 200, answer.describe());
  const sign = await server.post('/api/sign', { message: 'x' }, { authorization: answer.json.accessToken });
  return sign.json.address;
}

test('first generation', async (t) => {
  const seed = (await load('seed-db.json')).gen1[0];
  const keys = (await load('host-keys.json')).gen1_bip44;
  const server = await startWith(t, {
    'seed.db': `${seed.fileLine}\n`,
    'keys.db': lines(keys.map(({ host, path: place, pub, address: where }) => ({ host, path: place, pub, address: where, _id: host }))),
    'state.db': lines([{ host: 'global', displayName: 'Old Alice', icon: 'i', _id: 'g' }]),
  });
  const status = (await server.get('/api/status')).json;
  assert.deepEqual([status.created, status.unlocked], [true, false]);
  assert.equal((await server.post('/api/register', { password })).status, 500, 'there is a wallet');
  assert.equal((await server.post('/api/login', { password: 'not it at all' })).status, 401);
  assert.equal((await server.post('/api/login', { password: seed.password })).status, 200);
  for (const { host, address: where } of keys) assert.equal(await address(server, seed.password, host), where, host);
  assert.equal((await server.get('/api/profile')).json.displayName, 'Old Alice');
  const exported = (await server.post('/api/export', { password: seed.password })).json;
  assert.deepEqual([exported.mnemonic, exported.seed], [seed.mnemonic, seed.storedHex]);
  await server.untouched();
  // From now on our own vault opens, also after a restart.
  await server.restart();
  assert.equal((await server.post('/api/login', { password: seed.password })).status, 200);
  assert.ok((await readdir(server.folder)).includes('seed.vault'));
  assert.equal(await address(server, seed.password, 'example.com'), keys.find(({ host }) => host === 'example.com').address);
});

test('second generation: the password as typed, however it was stored', async (t) => {
  const { gen2 } = await load('seed-db.json');
  for (const seed of gen2.slice(0, 2)) {
    const server = await startWith(t, { 'seed.db': lines([seed.document]) });
    assert.equal((await server.post('/api/login', { password: seed.typedPassword })).status, 200, seed.createdThrough);
    const exported = (await server.post('/api/export', { password: seed.typedPassword })).json;
    assert.deepEqual([exported.seed, exported.mnemonic], [seed.seedHex, seed.mnemonic]);
    await server.untouched();
  }
});

test('third generation: backup.bep, with its tokens and hosts', async (t) => {
  const [bep] = (await load('bep-backups.json')).vectors;
  const { gen3_type42_tokenpass_steadyState: keys } = await load('host-keys.json');
  const token = '0b2d1f0e-7a53-4f0e-9c59-0d0f5f3f8a11';
  const server = await startWith(t, {
    'backup.bep': bep.fileText,
    'config.json': JSON.stringify({ currentBackupPath: '~/.tokenpass/backup.bep', knownBackups: [] }),
    'keys.db': lines(keys.map(({ host, invoice, pub, address: where }) => ({ host, path: invoice, pub, address: where, _id: host }))),
    'state.db': lines([
      { host: 'global', displayName: 'Alice', bapID: '3WumfJKFTvnNjn6xHiVGPwYPNfLh', _id: 'g' },
      { host: 'example.com', accessToken: token, scopes: ['sign'], expireTime: 0, note: 'mine', _id: 'e' },
      { host: 'past.example', accessToken: 'x', scopes: ['sign'], expireTime: 1, _id: 'p' },
    ]),
    'settings.json': '{"launchAtLogin":true}',
  });
  assert.equal((await server.post('/api/login', { password: bep.password })).status, 200);
  const { json: list } = await server.get('/api/identity');
  assert.deepEqual(list.identities.map(({ name }) => name), ['Primary Identity', 'Guest @ example.com']);
  assert.equal(list.primaryId, '3WumfJKFTvnNjn6xHiVGPwYPNfLh');
  for (const { host, address: where } of keys) assert.equal(await address(server, bep.password, host), where, host);
  const signed = await server.post('/api/sign', { message: 'x' }, { authorization: token });
  assert.equal(signed.status, 200, 'a token of then goes on');
  assert.equal((await server.get('/api/profile')).json.displayName, 'Alice');
  const exported = (await server.post('/api/export', { password: bep.password })).json;
  assert.equal(exported.mnemonic, undefined, 'this wallet never had words');
  assert.match(exported.rootPk, /^[KL]/);
  await server.untouched();
});

test('every kind of backup can be imported; single payment keys are refused with a reason', async (t) => {
  const { vectors: files } = await load('bep-backups.json');
  const server = await startTokenPass(t);
  for (const file of files) {
    const answer = await server.post('/api/import', { content: file.fileText, filePassword: file.password, password });
    const wallet = !/Wif|OneSat/.test(file.kind);
    assert.equal(answer.status, wallet ? 200 : 400, `${file.kind} ${answer.describe()}`);
    if (!wallet) assert.match(answer.json.error, /payment keys/);
  }
  const wrong = await server.post('/api/import', { content: files[0].fileText, filePassword: 'not the password', password });
  assert.equal(wrong.status, 401);
  const plain = await server.post('/api/import', { content: files[0].plaintextJson, password });
  assert.equal(plain.json.bapId, '3WumfJKFTvnNjn6xHiVGPwYPNfLh');
});

test('words: with nothing else than them the wallet comes back', async (t) => {
  const first = await startTokenPass(t).then((made) => made.registered());
  const { mnemonic } = (await first.post('/api/export', { password })).json;
  const before = await address(first, password, 'example.com');
  const second = await startTokenPass(t);
  for (const bad of ['', 'abandon abandon', `${mnemonic} zoo`]) {
    assert.equal((await second.post('/api/import', { mnemonic: bad, password })).status, 400);
  }
  const answer = await second.post('/api/import', { mnemonic: `  ${mnemonic.toUpperCase()} `, password: 'a forgotten one' });
  assert.equal(answer.status, 200, answer.describe());
  assert.equal(answer.json.bapId, (await first.get('/api/profile')).json.bapID);
  assert.equal(await address(second, 'a forgotten one', 'example.com'), before);
});

test('a lost password: nothing but the words helps', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  await server.post('/api/logout');
  const vault = JSON.parse(await readFile(path.join(server.folder, 'wallet.vault'), 'utf8'));
  for (const attempt of [vault.key, vault.contents, vault.kdf.salt, createHash('sha256').update(password).digest('hex')]) {
    assert.equal((await server.post('/api/login', { password: attempt })).status, 401);
  }
});

test('a backup of ours opens in the npm package', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  await server.post('/api/identity', { name: 'Work' });
  const plain = await server.post('/api/backups/download', { password });
  const backup = await decryptBackup(plain.json.content, password);
  assert.deepEqual(Object.keys(backup).sort(), ['createdAt', 'ids', 'label', 'rootPk']);
  const { BAP } = await import('bsv-bap');
  const bap = new BAP({ rootPk: backup.rootPk });
  bap.importIds(backup.ids);
  const ids = (await server.get('/api/identity')).json.identities.map(({ idKey }) => idKey);
  assert.deepEqual(bap.listIds(), ids);
  const words = await server.post('/api/backups/download', { password, withWords: true });
  assert.equal((await decryptBackup(words.json.content, password)).mnemonic.split(' ').length, 12);

  const other = await startTokenPass(t);
  const imported = await other.post('/api/backups/import', { content: words.json.content, password });
  assert.deepEqual([imported.json.identityCount, imported.json.hasMnemonic], [2, true], imported.describe());
});

test('another password: the old one and the old versions are worth nothing any more', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  for (const name of ['a', 'b', 'c']) await server.post('/api/identity', { name });
  assert.ok((await readdir(server.folder)).includes('wallet.vault~1'));
  const authorization = await server.token();
  const before = await server.post('/api/sign', { message: 'x' }, { authorization });
  assert.equal((await server.post('/api/password', { password, newPassword: 'short' })).status, 400);
  assert.equal((await server.post('/api/password', { password: 'wrong password', newPassword: 'a new password' })).status, 401);
  assert.equal((await server.post('/api/password', { password, newPassword: 'a new password' })).status, 200);
  assert.deepEqual((await readdir(server.folder)).filter((name) => name.includes('~')), []);
  await server.restart();
  assert.equal((await server.post('/api/login', { password })).status, 401);
  assert.equal((await server.post('/api/login', { password: 'a new password' })).status, 200);
  const after = await server.post('/api/sign', { message: 'x' }, { authorization });
  assert.equal(after.json.sig, before.json.sig, 'the keys are the same, and so are the tokens');
});

test('several wallets in one folder', async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const first = (await server.get('/api/profile')).json.bapID;
  const made = await server.post('/api/backups/create', { path: '~/.tokenpass/second.vault', password: 'second password', label: 'Second' });
  assert.equal(made.status, 200, made.describe());
  const second = made.json.bapId;
  assert.notEqual(second, first);
  const rows = (await server.get('/api/backups')).json.backups;
  assert.deepEqual(rows.map(({ label, isCurrent }) => [label, isCurrent]), [['Second', true], ['Default', false]]);
  const switched = await server.post('/api/backups/switch', { path: 'wallet.vault' });
  assert.equal(switched.json.currentPath, '~/.tokenpass/wallet.vault');
  assert.equal((await server.get('/api/status')).json.unlocked, false);
  await server.post('/api/login', { password });
  assert.equal((await server.get('/api/profile')).json.bapID, first);
  assert.equal((await server.del('/api/backups', { path: 'second.vault' })).json.success, true);
  assert.equal((await server.get('/api/backups')).json.backups.length, 1);
  assert.ok((await readdir(server.folder)).includes('second.vault'), 'off the list, not off the disk');
});
