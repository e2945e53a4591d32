// People at the pages: make a wallet, unlock, answer a site, look after backups.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Person, startBrowser } from './support/person.mjs';
import { password, startTokenPass } from './support/server.mjs';

test('make a wallet: words shown, confirmed; lock and unlock', { timeout: 600_000 }, async (t) => {
  const server = await startTokenPass(t);
  const person = await Person.at(await startBrowser(t), server, { viewport: { width: 360, height: 740 } });
  await person.open();
  await person.heading('Your own identity server');
  await person.look('begin');
  await person.press('Make a new wallet');
  await person.type('Name (optional)', 'Alice');
  await person.type('New password', 'short');
  await person.press('Continue');
  await person.page.getByText('Please choose a password of at least 8 characters.').waitFor();
  await person.type('New password', password);
  await person.type('Repeat the password', 'something else');
  await person.press('Continue');
  await person.page.getByText('The two passwords are not the same yet.').waitFor();
  await person.look('create');
  await person.type('Repeat the password', password);
  await person.press('Continue');

  await person.heading('Write these words down');
  const words = await person.page.locator('ol.words li').evaluateAll((items) => items.map((item) => item.lastChild.textContent.trim()));
  assert.equal(words.length, 12);
  await person.look('words');
  await person.press('I have written them down');
  await person.heading('Show that you have them');
  const asked = await person.page.locator('form label').allTextContents();
  assert.equal(asked.length, 3);
  for (const label of asked) await person.type(label, 'zebra');
  await person.press('Done');
  assert.ok((await person.page.getByText('That is not the word at this place.').count()) > 0);
  for (const label of asked) await person.type(label, words[Number(/\d+/.exec(label)[0]) - 1]);
  await person.press('Done');

  await person.heading('Connected sites');
  await person.page.getByText('Primary Identity').waitFor();
  await person.look('dashboard');
  assert.equal((await server.post('/api/export', { password })).json.mnemonic, words.join(' '));
  assert.equal((await server.get('/api/profile')).json.displayName, 'Alice');

  await person.page.reload();
  await person.heading('Connected sites');
  await person.press('Lock');
  await person.heading('Unlock');
  assert.equal((await server.get('/api/status')).json.unlocked, false);
  await person.look('unlock');
  await person.unlock('wrong password');
  await person.page.getByText('That is not the password. Please try again.').waitFor();
  await person.unlock();
  await person.heading('Connected sites');

  await person.type('Another identity', 'Work');
  await person.press('Add');
  await person.page.getByText('Work', { exact: true }).waitFor();
  await person.leave();
});

test('backup: words with the password, a file, another password; settings and activity', { timeout: 600_000 }, async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const person = await Person.at(await startBrowser(t), server);
  await person.open();
  await person.unlock();
  await person.heading('Connected sites');
  await person.press('Backup');
  await person.heading('The words');
  await person.page.getByLabel('Password', { exact: true }).first().fill(password);
  await person.press('Show the words');
  await person.page.locator('ol.words li').first().waitFor();
  await person.look('backup');
  await person.press('Hide');
  assert.equal(await person.page.locator('ol.words').count(), 0);

  await person.type('Your password', 'wrong password');
  await person.press('Save a backup file');
  await person.page.getByText('That is not the password. Please try again.').waitFor();
  const saving = person.page.waitForEvent('download');
  await person.type('Your password', password);
  await person.press('Save a backup file');
  const file = await (await saving).path();
  const other = await startTokenPass(t);
  const imported = await other.post('/api/backups/import', { content: await readFile(file, 'utf8'), password });
  assert.equal(imported.json.bapId, (await server.get('/api/profile')).json.bapID);

  await person.page.getByText('Change the password', { exact: true }).click();
  await person.type('Present password', password);
  await person.type('New password', 'a new password');
  await person.type('Repeat the password', 'a new password');
  await person.press('Change');
  await person.page.getByText('The password is changed.').waitFor();
  assert.equal((await server.post('/api/login', { password: 'a new password' })).status, 200);

  await person.press('Settings');
  await person.page.getByText(server.folder).waitFor();
  await person.type('Name (optional)', 'Älice');
  await person.type('Paymail (optional)', 'nobody');
  await person.press('Save');
  await person.page.getByText('paymail must look like name@example.com.').waitFor();
  await person.type('Paymail (optional)', 'alice@example.com');
  await person.press('Save');
  await person.page.getByText('Saved.').waitFor();
  const { displayName, paymail } = (await server.get('/api/profile')).json;
  assert.deepEqual([displayName, paymail], ['Älice', 'alice@example.com']);
  await person.look('settings');
  await person.press('Activity');
  await person.heading('Activity');
  await person.leave();
});

test('restore from words', { timeout: 600_000 }, async (t) => {
  const server = await startTokenPass(t);
  const person = await Person.at(await startBrowser(t), server);
  await person.open();
  await person.press('Restore one from words or a file');
  await person.page.getByLabel('The words', { exact: true }).fill('abandon abandon');
  await person.type('New password', password);
  await person.type('Repeat the password', password);
  await person.press('Restore');
  await person.page.getByText('Please type all the words').waitFor();
  await person.page.getByLabel('The words', { exact: true }).fill(`${'Abandon '.repeat(11)}\n about`);
  await person.page.getByText('The wallet was made by an earlier TokenPass').click();
  await person.page.getByLabel('Passphrase of the words (optional)', { exact: true }).fill('correct horse battery');
  await person.look('restore');
  await person.press('Restore');
  await person.heading('Connected sites');
  await person.page.getByText('3WumfJKFTvnNjn6xHiVGPwYPNfLh').waitFor();
  await person.leave();
});
