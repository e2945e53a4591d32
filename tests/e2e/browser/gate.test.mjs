// Ways into the gate: every kind of backup, several identities below one root, TokenPass, other languages.
import { HD, Mnemonic, PrivateKey } from '@bsv/sdk';
import { BAP } from 'bsv-bap';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { newPkce, publicClient } from '../support/oauth.mjs';
import { Key } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';

const password = 'correct horse battery';
const files = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../vectors/tokenpass/bep-backups.json'), 'utf8')).vectors;
const firstIdentity = (rootPk) => new BAP({ rootPk }).newIdWithCounter(0, 'x').getIdentityKey();

describe('the gate', () => {
  let server;
  let browser;
  before(async () => {
    const clients = [publicClient('photo-album', { skip_consent: false, client_name: 'Photo Album' })];
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const visit = (title, options, act) => visitTest(title, () => Visitor.arrive(browser, server, options), act);

  const identityInSession = async (visitor) => {
    await visitor.home();
    const { session } = await visitor.page.evaluate(() => fetch('/api/auth/get-session').then((answer) => answer.json()));
    return session.activeOrganizationId;
  };

  const ready = (visitor) => visitor.page.getByRole('heading', { name: /^Your identit(y is|ies are) ready$/ }).waitFor();

  const choose = (visitor, name, text) =>
    visitor.page.getByLabel('Backup file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });

  async function bringFile(visitor, name, text, filePassword) {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.press('Use a backup file');
    await choose(visitor, name, text);
    if (filePassword !== undefined) await visitor.type('Password of the file', filePassword);
    await visitor.press('Continue');
  }

  for (const [kind, id] of [
    ['BapMasterBackup (type42, what the desktop writes)', (json) => firstIdentity(json.rootPk)],
    ['BapMasterBackup (bip32 with mnemonic)', (json) => { const bap = new BAP(json.xprv); bap.importIds(json.ids); return bap.listIds()[0]; }],
    ['legacy iteration count', (json) => firstIdentity(json.rootPk)],
    ['BapMemberBackup', (json) => new Key(PrivateKey.fromWif(json.wif)).bapId],
  ]) {
    visit(`opens a file: ${kind}`, {}, async (visitor) => {
      const file = files.find((item) => item.kind === kind);
      const json = JSON.parse(file.plaintextJson);
      await bringFile(visitor, 'backup.bep', file.fileText, file.password);
      await ready(visitor);
      await visitor.page.getByText('The password of the file opens them here, too.').waitFor();
      await visitor.press('Sign in');
      assert.equal(await identityInSession(visitor), id(json));
      await visitor.signOut();
      // What was kept opens with the password of the file.
      await visitor.page.goto(`${server.base}/login`);
      if (file.plaintextJson.includes('rootPk')) await visitor.page.getByRole('button', { name: 'Primary Identity' }).click();
      await visitor.type('Password', file.password);
      await visitor.press('Unlock with password');
      assert.equal(await identityInSession(visitor), id(json));
      await visitor.assertKept([file.password, json.rootPk ?? json.wif ?? json.xprv]);
    });
  }

  const memberOf = (wif) => new Key(PrivateKey.fromWif(wif)).bapId;
  for (const [kind, id] of [
    ['type42 with the mnemonic kept', (json) => firstIdentity(json.rootPk)],
    ['unicode password', (json) => firstIdentity(json.rootPk)],
    ['WifBackup', (json) => memberOf(json.wif)],
    ['VaultBackup (gen2 seed.db payload)', (json) => firstIdentity(HD.fromSeed([...Buffer.from(JSON.parse(json.encryptedVault).hex, 'hex')]).privKey.toWif())],
    ['OneSatBackup', (json) => memberOf(json.identityPk)],
  ]) {
    visit(`opens a file: ${kind}`, {}, async (visitor) => {
      const file = files.find((item) => item.kind === kind);
      await bringFile(visitor, 'backup.bep', file.fileText, file.password);
      await ready(visitor);
      await visitor.page.getByLabel(/Keep (it|them) on this device/).uncheck();
      await visitor.press('Sign in');
      assert.equal(await identityInSession(visitor), id(JSON.parse(file.plaintextJson)));
      assert.deepEqual(await visitor.assertKept([file.password]), []);
    });
  }

  visit('opens a file that is not encrypted, after one that is none and one with a wrong password', { viewport: { width: 390, height: 844 } }, async (visitor) => {
    const file = files[0];
    await bringFile(visitor, 'holiday.json', '{"photos":[]}');
    await visitor.page.getByText('There is no identity in this file').waitFor();
    await choose(visitor, 'backup.bep', file.fileText);
    await visitor.type('Password of the file', 'not the password');
    await visitor.press('Continue');
    await visitor.page.getByText('The password does not open this file').waitFor();
    await visitor.shoot('file-wrong');
    await choose(visitor, 'backup.json', file.plaintextJson);
    await visitor.press('Continue');
    await ready(visitor);
    await visitor.newPassword(password);
    await visitor.press('Sign in');
    assert.equal(await identityInSession(visitor), firstIdentity(JSON.parse(file.plaintextJson).rootPk));
  });

  visit('offers the backup of a new identity, which opens elsewhere', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.press('Create a new identity');
    await visitor.page.getByLabel('Name').fill('Ada');
    await visitor.press('Continue');
    const words = await visitor.page.locator('ol.words li').evaluateAll((items) => items.map((item) => item.lastChild.textContent.trim()));
    await visitor.shoot('create-words');
    await visitor.press('I have written them down');
    for (const label of await visitor.page.locator('form label').allTextContents()) await visitor.type(label, words[Number(/\d+/.exec(label)[0]) - 1]);
    await visitor.press('Continue');
    await visitor.newPassword(password);
    await visitor.press('Create identity');
    await visitor.heading('Your identity is ready');
    await visitor.shoot('create-saved');
    const downloading = visitor.page.waitForEvent('download');
    await visitor.press('Download backup file');
    const saved = await downloading;
    assert.match(saved.suggestedFilename(), /^sigma-ada-\d{4}-\d\d-\d\d\.bep$/);
    const text = readFileSync(await saved.path(), 'utf8');
    await visitor.press('Continue and sign in');
    const bapId = await identityInSession(visitor);

    const elsewhere = await Visitor.arrive(browser, server);
    await bringFile(elsewhere, saved.suggestedFilename(), text, password);
    await elsewhere.press('Sign in');
    assert.equal(await identityInSession(elsewhere), bapId);
    await elsewhere.leave();
  });

  visit('adds an identity to the same words, renames it, and a file brings both', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.create({ name: 'Ada', password });
    const first = await identityInSession(visitor);
    await visitor.signOut();
    await visitor.page.goto(`${server.base}/login`);
    await visitor.press('Another identity from the same words');
    await visitor.shoot('another');
    await visitor.page.getByLabel('Name').fill('Work');
    await visitor.type('Password', password);
    await visitor.press('Add identity and sign in');
    const second = await identityInSession(visitor);
    assert.notEqual(second, first);
    const owned = await visitor.page.evaluate(() => fetch('/api/user/bap-ids').then((answer) => answer.json()));
    assert.deepEqual(new Map(owned.bapIds.map(({ bapId, name }) => [bapId, name])), new Map([[first, 'Ada'], [second, 'Work']]));
    await visitor.signOut();
    await visitor.page.goto(`${server.base}/login`);
    await visitor.page.getByRole('button', { name: /^Work/ }).click();
    await visitor.press('Rename');
    await visitor.type('Rename on this device', 'The office');
    await visitor.press('Save');
    await visitor.press('Use another identity');
    await visitor.page.getByRole('button', { name: 'The office' }).waitFor();
    await visitor.page.getByRole('button', { name: /^Ada/ }).click(); // an id may hold the letters, too
    await visitor.type('Password', password);
    await visitor.press('Unlock with password');
    assert.equal(await identityInSession(visitor), first);
    const kept = await visitor.assertKept([password]);
    assert.deepEqual(new Set(kept.map(({ bapId }) => bapId)), new Set([first, second]));
    assert.equal(new Set(kept.map(({ backup }) => backup)).size, 1);

    const elsewhere = await Visitor.arrive(browser, server);
    await bringFile(elsewhere, 'both.bep', kept[0].backup, password);
    await elsewhere.heading('Your identities are ready');
    await elsewhere.shoot('keep-many');
    await elsewhere.page.getByRole('radio', { name: /^Work/ }).check();
    await elsewhere.press('Sign in');
    assert.equal(await identityInSession(elsewhere), second);
    await elsewhere.leave();
  });

  visit('finds the copy on the server with the key of one identity', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/login`);
    const words = await visitor.create({ name: 'Ada', password, copy: true });
    const bapId = await identityInSession(visitor);
    const root = HD.fromSeed(Mnemonic.fromString(words.join(' ')).toSeed()).privKey;
    const memberWif = root.deriveChild(root.toPublicKey(), 'bap:0').toWif();

    const elsewhere = await Visitor.arrive(browser, server, { viewport: { width: 390, height: 844 } });
    await elsewhere.page.goto(`${server.base}/login`);
    await elsewhere.press('Use a private key (WIF)');
    await elsewhere.type('Private key (WIF)', memberWif);
    await elsewhere.press('Continue');
    await elsewhere.page.locator('summary').click();
    await elsewhere.press('Look for a backup on this server');
    await elsewhere.type('Password', 'not the password');
    await elsewhere.press('Open the backup');
    await elsewhere.page.getByText('That is not the password').waitFor();
    await elsewhere.shoot('cloud-found');
    await elsewhere.type('Password', password);
    await elsewhere.press('Open the backup');
    await elsewhere.page.getByText('The password of the file opens them here, too.').waitFor();
    await elsewhere.press('Sign in');
    assert.equal(await identityInSession(elsewhere), bapId);
    // At the account page the copy is seen to be an older one, and replaced.
    await elsewhere.page.goto(`${server.base}/account`);
    await elsewhere.page.getByRole('button', { name: /^Copy on the server: / }).click();
    await elsewhere.type('Password', password);
    await elsewhere.press('Unlock with password');
    await elsewhere.page.getByText('The server has another backup').waitFor();
    await elsewhere.press('Save this backup on the server');
    await elsewhere.page.getByText('The server has this backup').waitFor();
    await elsewhere.shoot('account-cloud');
    await elsewhere.page.getByRole('button', { name: /^Rename: / }).click();
    await elsewhere.page.getByLabel('Name for applications').fill('Ada L.');
    await elsewhere.page.locator('form', { hasText: 'Name for applications' }).getByRole('button').click();
    await elsewhere.page.getByText('Ada L.').first().waitFor();
    const owned = await elsewhere.page.evaluate(() => fetch('/api/user/bap-ids').then((answer) => answer.json()));
    assert.equal(owned.bapIds[0].name, 'Ada L.');
    await elsewhere.assertKept([password, memberWif, words.join(' ')]);
    await elsewhere.leave();
  });

  visit('asks for TokenPass when the person says so', {}, async (visitor) => {
    const key = new Key();
    let state = { seed: true, unlocked: false };
    const tokenpass = http.createServer(async (request, response) => {
      const body = JSON.parse((await request.toArray()).join('') || '{}');
      const answers = {
        'GET /api/status': [200, { success: true, ...state, keys: [], states: [] }],
        'POST /api/auth': [200, { success: true, accessToken: 'token-1', host: body.host, expireTime: 0 }],
        'POST /api/sign': request.headers.authorization === 'Bearer token-1' ? [200, { token: body.path && key.token(body.path) }] : [401, { error: 'no' }],
      };
      const [status, json] = answers[`${request.method} ${request.url}`] ?? [204, ''];
      const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type, authorization', 'access-control-allow-private-network': 'true' };
      response.writeHead(status, { 'content-type': 'application/json', ...cors }).end(json && JSON.stringify(json));
    });
    await new Promise((ready) => tokenpass.listen(0, '127.0.0.1', ready));
    // The program's port may be taken on this machine: the browser is led to ours.
    await visitor.context.route('http://localhost:21000/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      await route.fulfill({ response: await route.fetch({ url: `http://127.0.0.1:${tokenpass.address().port}${pathname}` }) });
    });
    visitor.applications.push('http://localhost:21000');
    try {
      await visitor.page.goto(`${server.base}/login`);
      await visitor.press('Use TokenPass on this computer');
      assert.ok(!visitor.sent.some((text) => text.includes(':21000')), 'not asked before the person said so');
      await visitor.press('Look for TokenPass');
      await visitor.page.getByText('TokenPass is locked.').waitFor();
      await visitor.shoot('tokenpass-locked');
      state = { seed: true, unlocked: true };
      await visitor.press('Try again');
      assert.equal(await identityInSession(visitor), key.bapId);
      // The next time this way is offered first, and goes no sooner.
      await visitor.signOut();
      visitor.sent.length = 0;
      await visitor.page.goto(`${server.base}/login`);
      await visitor.heading('Use TokenPass');
      assert.ok(!visitor.sent.some((text) => text.includes(':21000')), 'not asked before the person said so');
      await visitor.shoot('tokenpass-again');
      await visitor.press('Use another identity');
      await visitor.heading('Sign in');
      await visitor.page.reload();
      await visitor.press('Sign in with TokenPass');
      assert.equal(await identityInSession(visitor), key.bapId);
    } finally {
      tokenpass.close();
    }
  });

  visit('speaks the person’s language', { locale: 'de-AT' }, async (visitor) => {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.heading('Anmelden');
    assert.equal(await visitor.page.evaluate(() => document.documentElement.lang), 'de');
    await visitor.shoot('welcome-de');
    await visitor.page.getByRole('group', { name: 'Sprache' }).getByRole('button', { name: 'Español' }).click();
    await visitor.heading('Iniciar sesión');
    await visitor.page.reload();
    await visitor.heading('Iniciar sesión');
    await visitor.open({ client_id: 'photo-album', ui_locales: 'en', code_challenge: newPkce().challenge });
    await visitor.heading('Iniciar sesión en Photo Album');
  });
});
