// People at their account: connected applications, sessions, what this browser keeps.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { rowsOf } from '../support/audit.mjs';
import { callback, exchange, newPkce, publicClient, userinfo } from '../support/oauth.mjs';
import { Key } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';

const password = 'correct horse battery';

describe('the account page', () => {
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

  const section = (visitor, name) => visitor.page.locator('section').filter({ has: visitor.page.getByRole('heading', { name, exact: true }) });

  visit('shows an application, whose tokens die when its access is withdrawn', {}, async (visitor) => {
    const { verifier, challenge } = newPkce();
    await visitor.open({ client_id: 'photo-album', scope: 'openid profile offline_access', code_challenge: challenge });
    await visitor.create({ name: 'Ada', password });
    await visitor.press('Allow');
    const code = (await visitor.landed()).get('code');
    const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: 'photo-album' });
    assert.equal((await userinfo(server, tokens.access_token)).status, 200);

    await visitor.page.goto(`${server.base}/account`);
    const applications = section(visitor, 'Connected applications');
    await applications.getByText('Photo Album').waitFor();
    await applications.getByText('It can').click();
    await applications.getByText('Stay connected when you are away').waitFor();
    await section(visitor, 'Where you are signed in').getByText('This browser', { exact: true }).waitFor();
    await visitor.shoot('account');
    await applications.getByRole('button', { name: 'Withdraw access' }).click();
    await visitor.page.getByRole('dialog', { name: 'Withdraw the access of Photo Album?' }).waitFor();
    await visitor.shoot('account-withdraw');
    await visitor.page.keyboard.press('Escape');
    await visitor.page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal((await userinfo(server, tokens.access_token)).status, 200, 'Escape changes nothing');
    await applications.getByRole('button', { name: 'Withdraw access' }).click();
    await visitor.confirm('Withdraw the access of Photo Album?', 'Withdraw access');
    await applications.getByText('No application has access').waitFor();
    assert.equal((await userinfo(server, tokens.access_token)).status, 401);
  });

  visit('changes name and picture, gives everything away as a file, and deletes the account for a typed word', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/account`);
    await visitor.create({ name: 'Ada', password });
    await visitor.heading('Your account');
    const profile = section(visitor, 'Profile');
    await profile.getByLabel('Your name').fill('Ada Lovelace');
    await profile.getByLabel('Picture').fill('pictures.example.com/ada.png');
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.getByText('Please give an address that begins with https://').waitFor();
    await profile.getByLabel('Picture').fill('https://pictures.example.com/ada.png');
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.getByText('Saved.').waitFor();
    await section(visitor, 'Identities').getByText('Ada Lovelace').waitFor();

    const { user } = await visitor.page.evaluate(() => fetch('/api/auth/get-session').then((answer) => answer.json()));
    await rowsOf(server, { user_id: user.id, type: 'sign_in' });
    await visitor.page.reload();
    await section(visitor, 'Activity').getByText('Signed in').first().waitFor();
    const data = section(visitor, 'Your data');
    const downloading = visitor.page.waitForEvent('download');
    await data.getByRole('button', { name: 'Download everything' }).click();
    const saved = await downloading;
    assert.match(saved.suggestedFilename(), /^sigma-auth-\d{4}-\d\d-\d\d\.json$/);
    const all = JSON.parse(readFileSync(await saved.path(), 'utf8'));
    assert.equal(all.account.name, 'Ada Lovelace');
    assert.equal(all.account.image, 'https://pictures.example.com/ada.png');

    await data.getByRole('button', { name: 'Delete the account' }).click();
    const dialog = visitor.page.getByRole('dialog', { name: 'Delete your account?' });
    await visitor.shoot('account-delete');
    await dialog.getByLabel('Type “delete” to confirm').fill('delet');
    await visitor.page.keyboard.press('Enter');
    assert.ok(await dialog.isVisible(), 'the word is missing');
    await dialog.getByLabel('Type “delete” to confirm').fill('Delete');
    await dialog.getByRole('button', { name: 'Delete the account' }).click();
    await visitor.page.getByText('Your account is deleted.').waitFor();
    await visitor.shoot('account-deleted');
    assert.equal(await visitor.page.evaluate(() => fetch('/api/auth/get-session').then((answer) => answer.json())), null);
    const { json } = await server.admin('GET', `/admin/users/${all.account.id}`);
    assert.equal(json.id, undefined, 'gone from the server');
    assert.equal((await visitor.assertKept([password])).length, 1, 'the keys stay with the person');
  });

  visit('shows wallets, makes another one primary, disconnects one', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/account`);
    await visitor.create({ name: 'Ada', password });
    await visitor.heading('Your account');
    const keys = [new Key(), new Key()];
    for (const key of keys) {
      const status = await visitor.page.evaluate(async (authToken) => {
        const { session } = await fetch('/api/auth/get-session').then((answer) => answer.json());
        const body = JSON.stringify({ bapId: session.activeOrganizationId, authToken });
        return (await fetch('/api/auth/wallet/connect', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status;
      }, key.token('/api/wallet/connect', { scheme: 'bsm' }));
      assert.equal(status, 200);
    }
    await visitor.page.reload();
    const wallets = section(visitor, 'Wallets');
    const row = ({ address }) => wallets.getByRole('listitem').filter({ hasText: address });
    for (const key of keys) await row(key).waitFor();
    const [primary, other] = (await row(keys[0]).getByText('Primary', { exact: true }).count()) ? keys : [...keys].reverse();
    await row(other).getByRole('button', { name: 'Make primary' }).click();
    await row(other).getByText('Primary', { exact: true }).waitFor();
    await visitor.shoot('account-wallets');
    await row(primary).getByRole('button', { name: /^Disconnect/ }).click();
    await visitor.confirm('Disconnect this wallet?', 'Disconnect');
    await row(primary).waitFor({ state: 'detached' });
    await row(other).waitFor();
  });

  visit('shows each identity as applications see it, whichever is in use and whatever it is called here', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.create({ name: 'Ada', password });
    await visitor.home();
    await visitor.anotherIdentity({ name: 'Work', password });
    await visitor.page.evaluate(() => localStorage.setItem('sigma.identities', localStorage.getItem('sigma.identities').replace('"Work"', '"The secret office"')));
    const publicNames = async () => {
      const { bapIds } = await visitor.page.evaluate(() => fetch('/api/user/bap-ids').then((answer) => answer.json()));
      return bapIds.map(({ name }) => name).sort();
    };

    await visitor.page.goto(`${server.base}/account`);
    const profile = section(visitor, 'Profile');
    assert.equal(await profile.getByLabel('Your name').inputValue(), 'Work');
    await profile.getByLabel('Picture').fill('https://pictures.example.com/work.png');
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.getByText('Saved.').waitFor();
    assert.deepEqual(await publicNames(), ['Ada', 'Work'], 'the name of this device is nobody else’s business');

    await visitor.press('Use this one: Ada');
    await visitor.page.getByRole('button', { name: 'Use this one: Work' }).waitFor();
    await visitor.page.waitForFunction(() => [...document.querySelectorAll('input[autocomplete=nickname]')].some(({ value }) => value === 'Ada'));
    await profile.getByLabel('Your name').fill('Ada L.');
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.getByText('Saved.').waitFor();
    assert.deepEqual(await publicNames(), ['Ada L.', 'Work']);

    await visitor.press('Remove from this device: The secret office');
    await visitor.page.getByRole('dialog').getByText('The secret office').waitFor();
    await visitor.shoot('account-remove');
    await visitor.page.keyboard.press('Escape');
    assert.deepEqual((await visitor.assertKept([password])).map(({ name }) => name).sort(), ['Ada L.', 'The secret office']);
  });

  visit('signs the person out elsewhere', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.create({ name: 'Ada', password });
    await visitor.home();
    const [{ backup }] = await visitor.page.evaluate(() => JSON.parse(localStorage.getItem('sigma.identities')));
    const phone = await Visitor.arrive(browser, server);
    await phone.page.goto(`${server.base}/login`);
    await phone.press('Use a backup file');
    await phone.page.getByLabel('Backup file').setInputFiles({ name: 'a.bep', mimeType: 'text/plain', buffer: Buffer.from(backup) });
    await phone.type('Password of the file', password);
    await phone.press('Continue');
    await phone.press('Sign in');
    await phone.home();
    await phone.page.goto(`${server.base}/developers#/new`);
    await phone.heading('Register an application');

    await visitor.page.goto(`${server.base}/account`);
    const sessions = section(visitor, 'Where you are signed in');
    await sessions.getByRole('button', { name: 'Sign out there' }).waitFor();
    await visitor.shoot('account-phone-dark');
    await sessions.getByRole('button', { name: 'Sign out everywhere else' }).click();
    await visitor.confirm('Sign out everywhere else?', 'Sign out everywhere else');
    await sessions.getByRole('button', { name: 'Sign out there' }).waitFor({ state: 'detached' });
    // The page that was open there says so, and leads back to its place.
    phone.expectComplaint(/401/);
    await phone.page.getByRole('link', { name: 'Back', exact: true }).click();
    await phone.heading('Please sign in again');
    await phone.shoot('session-ended');
    await phone.press('Sign in again');
    await phone.type('Password', password);
    await phone.press('Unlock with password');
    await phone.heading('Developers');
    assert.equal(phone.page.url(), `${server.base}/developers#/`);
    await phone.leave();
    await visitor.page.reload();
    await visitor.heading('Your account');
  });

  visit('checks a backup and shows its words, for the password only', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/account`);
    await visitor.page.waitForURL('**/login?**');
    const words = await visitor.create({ name: 'Ada', password });
    await visitor.heading('Your account');
    const device = section(visitor, 'On this device');
    await device.getByRole('button', { name: 'Check backup' }).click();
    await device.getByLabel('Password', { exact: true }).fill('not the password');
    await device.getByRole('button', { name: 'Check', exact: true }).click();
    await device.getByText('That is not the password').waitFor();
    await device.getByLabel('Password', { exact: true }).fill(password);
    await device.getByRole('button', { name: 'Check', exact: true }).click();
    await device.getByText('its keys give exactly this identity').waitFor();
    assert.equal(await device.getByText(words[0], { exact: true }).count(), 0);
    await device.getByRole('button', { name: 'Show the recovery words' }).click();
    const shown = await device.locator('ol.words li').evaluateAll((items) => items.map((item) => item.lastChild.textContent.trim()));
    assert.deepEqual(shown, words);
    const downloading = visitor.page.waitForEvent('download');
    await device.getByRole('button', { name: 'Download backup' }).click();
    assert.match((await downloading).suggestedFilename(), /\.bep$/);
    await visitor.signOut();
  });
});
