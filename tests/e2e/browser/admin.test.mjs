// The administrators' console in Chromium (SIGMA_ADMIN_BAP_IDS); who may ask the server for it: ../administrators.test.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { rowsOf } from '../support/audit.mjs';
import { authorize, callback, newPkce, publicClient, sigmaClient } from '../support/oauth.mjs';
import { getConsentedCode } from '../support/pages.mjs';
import { Key, newPerson, Person, tokenPath } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';

const admin = new Key();

describe('administrators', () => {
  let server;
  let browser;
  before(async () => {
    const clients = [publicClient('photo-album', { client_name: 'Photo Album' }), publicClient('chess', { client_name: 'Chess Club' }), publicClient('asking', { skip_consent: false })];
    [server, browser] = await Promise.all([startServer({ clients, env: { SIGMA_ADMIN_BAP_IDS: admin.bapId } }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const visit = (title, options, act) => visitTest(title, () => Visitor.arrive(browser, server, options), act);

  async function signIn(visitor, key, heading = 'Administration') {
    await visitor.page.waitForURL('**/login?**');
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
    await visitor.heading(heading);
  }
  async function arrive(visitor, key = admin) {
    await visitor.page.goto(`${server.base}/admin`);
    await signIn(visitor, key);
  }
  const menu = async (visitor, name, heading = name) => {
    await visitor.page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name, exact: true }).click();
    await visitor.heading(heading);
  };
  const link = (visitor, name) => visitor.page.getByRole('link', { name, exact: true }).click();
  const stored = async (id) => (await server.admin('GET', `/admin/clients/${encodeURIComponent(id)}`)).json;

  visit('switch a client off and on', {}, async (visitor) => {
    await arrive(visitor);
    const person = await newPerson(server);
    const answerOf = async () => (await authorize(server, person, { client_id: 'chess', code_challenge: newPkce().challenge })).status;
    assert.equal(await answerOf(), 302);
    await menu(visitor, 'Clients');
    await visitor.page.getByText('Photo Album').waitFor();
    await visitor.page.getByLabel('Search').fill('che');
    await visitor.page.getByText('Photo Album').waitFor({ state: 'detached' });
    await visitor.press('Switch off: Chess Club');
    await visitor.page.getByRole('dialog', { name: 'Switch Chess Club off?' }).waitFor();
    await visitor.shoot('admin-switch-off');
    assert.equal(await answerOf(), 302, 'not before the answer');
    await visitor.confirm('Switch Chess Club off?', 'Switch off');
    await visitor.page.getByText('Switched off').waitFor();
    assert.equal(await answerOf(), 400);
    await visitor.page.getByLabel('Search').fill('');
    await visitor.shoot('admin-clients');
    await visitor.press('Switch on: Chess Club');
    await visitor.page.getByText('Switched off').waitFor({ state: 'detached' });
    assert.equal(await answerOf(), 302);
    assert.ok(visitor.sent.every((text) => !text.includes(server.adminToken)), 'the admin token is never in the browser');
    assert.ok(!JSON.stringify(await visitor.page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).includes(server.adminToken));
  });

  visit('register a client, change it, give it another secret, remove it', {}, async (visitor) => {
    await arrive(visitor);
    await menu(visitor, 'Clients');
    await link(visitor, 'Register a client');
    await visitor.heading('Register a client');
    await visitor.press('Register');
    await visitor.page.getByText('Please give at least one address.').waitFor();
    await visitor.page.getByText('Please give the application a name.').waitFor();
    await visitor.type('Name', 'Reading Room');
    await visitor.type('Client ID (optional)', 'reading/room');
    await visitor.page.getByRole('group', { name: 'Redirect URIs' }).getByLabel('Address 1', { exact: true }).fill(callback);
    await visitor.shoot('admin-register');
    await visitor.press('Register');
    await visitor.heading('Store the secret now');
    const secret = await visitor.page.locator('.copy').filter({ hasText: 'OIDC_CLIENT_SECRET' }).locator('code').textContent();
    await link(visitor, 'Clients');
    await visitor.page.getByRole('alert').getByText('it is lost for good').waitFor();
    await visitor.page.goBack();
    await visitor.page.waitForURL(/#\/clients\/new$/);
    assert.equal(await visitor.page.locator('.copy').filter({ hasText: 'OIDC_CLIENT_SECRET' }).locator('code').textContent(), secret, 'a link does not lose it');
    await visitor.shoot('admin-secret');
    await visitor.page.getByLabel('I have stored it').check();
    await visitor.press('Go on to the application');
    await visitor.heading('Client');
    await visitor.page.getByRole('heading', { name: 'Reading Room' }).waitFor();
    await visitor.shoot('admin-client');
    assert.equal((await stored('reading/room')).token_endpoint_auth_method, 'client_secret_basic');

    await visitor.type('Name', 'The Reading Room');
    await visitor.type('Scopes (optional)', 'openid profile');
    await visitor.page.getByLabel('PKCE is required').check();
    await visitor.page.getByLabel('It acts for itself').check();
    await visitor.press('Save');
    await visitor.page.getByRole('heading', { name: 'The Reading Room' }).waitFor();
    const changed = await stored('reading/room');
    assert.equal(changed.client_name, 'The Reading Room');
    assert.equal(changed.scope, 'openid profile');
    assert.equal(changed.require_pkce, true);
    assert.deepEqual(changed.grant_types, ['authorization_code', 'refresh_token', 'client_credentials']);
    const granted = (text) =>
      server.request('POST', tokenPath, { form: { grant_type: 'client_credentials' }, headers: { authorization: `Basic ${btoa(`reading%2Froom:${text}`)}` } });
    assert.equal((await granted(secret)).status, 200);

    await visitor.page.getByLabel('not at all: others may know it').check();
    await visitor.press('Make a new secret');
    await visitor.heading('Store the secret now');
    const fresh = await visitor.page.locator('.copy').filter({ hasText: 'OIDC_CLIENT_SECRET' }).locator('code').textContent();
    assert.equal((await granted(secret)).status, 401);
    assert.equal((await granted(fresh)).status, 200);
    await visitor.page.getByLabel('I have stored it').check();
    await visitor.press('Go on to the application');

    await visitor.press('Delete');
    await visitor.confirm('Delete The Reading Room?', 'Delete');
    await visitor.heading('Clients');
    await visitor.page.getByText('Photo Album').waitFor();
    assert.equal(await visitor.page.getByText('The Reading Room').count(), 0);
    assert.equal((await granted(fresh)).status, 401);
  });

  visit('give a client another member key and take the old one, vouch for it', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    const [old, fresh] = [new Key(), new Key()];
    await server.createClient(sigmaClient('keyed', old, { owner_bap_id: new Key().bapId, verified: false, client_name: 'Keyed' }));
    await arrive(visitor);
    await menu(visitor, 'Clients');
    await visitor.shoot('admin-clients-phone-dark');
    await link(visitor, 'Keyed');
    await visitor.heading('Member keys');
    await visitor.type('Public key', fresh.wif);
    await visitor.page.getByText('This is a private key').waitFor();
    await visitor.type('Public key', fresh.pubkey);
    await visitor.press('Add the key');
    await visitor.press(`Remove: ${old.pubkey}`);
    await visitor.confirm('Remove this key?', 'Remove');
    await visitor.page.getByText(old.pubkey).waitFor({ state: 'detached' });
    await visitor.type('Name', 'Typed, not saved');
    await visitor.press('Vouch for it');
    await visitor.page.getByText('You vouch for it.').waitFor();
    assert.equal(await visitor.page.getByLabel('Name', { exact: true }).inputValue(), 'Typed, not saved');
    await visitor.shoot('admin-client-phone-dark');
    const client = await stored('keyed');
    assert.deepEqual(client.member_pubkeys, [fresh.pubkey]);
    assert.notEqual(client.verified, false);
  });

  visit('find one client of many', {}, async (visitor) => {
    for (let number = 100; number < 155; number++) await server.createClient(publicClient(`bulk-${number}`, { client_name: `Bulk ${number}` }));
    await arrive(visitor);
    await menu(visitor, 'Clients');
    await visitor.page.getByText('Bulk 100', { exact: true }).waitFor();
    assert.equal(await visitor.page.getByText('Photo Album').count(), 0, 'it is on the second page');
    await visitor.page.getByLabel('Search').fill('photo');
    await visitor.page.getByText('Photo Album').waitFor();
    await visitor.page.getByLabel('Search').fill('no such client');
    await visitor.page.getByText('Nothing matches.').waitFor();
    await visitor.page.reload();
    await visitor.press('Show more');
    await visitor.page.getByText('Photo Album').waitFor();
    for (let number = 100; number < 155; number++) await server.admin('DELETE', `/admin/clients/bulk-${number}`);
  });

  visit('find a person, sign them out, switch the account off and on, remove it', {}, async (visitor) => {
    const person = await newPerson(server);
    await getConsentedCode(server, person, { client_id: 'asking' });
    await arrive(visitor);
    await menu(visitor, 'People');
    await visitor.page.getByText(person.userId).waitFor();
    await visitor.shoot('admin-people');
    await visitor.page.getByLabel('Search').fill(person.bapId);
    await visitor.page.getByRole('listitem').filter({ has: visitor.page.getByText(/^Since/) }).nth(1).waitFor({ state: 'detached' });
    await visitor.page.getByRole('link', { name: person.address }).click();
    await visitor.heading('Person');
    await visitor.page.getByText(person.pubkey).waitFor();
    await visitor.page.getByRole('link', { name: 'asking' }).waitFor();
    await visitor.page.getByRole('button', { name: /^Sign out: / }).waitFor();
    await visitor.shoot('admin-person');
    await visitor.press('Withdraw access: asking');
    await visitor.confirm('Withdraw the access of asking?', 'Withdraw access');
    await visitor.page.getByText('No application has been allowed anything.').waitFor();
    assert.deepEqual((await server.admin('GET', `/admin/users/${person.userId}/consents`)).json.items, []);
    await visitor.page.getByRole('button', { name: /^Sign out: / }).click();
    await visitor.page.getByText('There is no session.').waitFor();
    assert.equal(await person.session(server), null);
    for (let browsers = 0; browsers < 2; browsers++) await new Person(person.privateKey).signIn(server);
    await visitor.page.reload();
    await visitor.press('Sign out everywhere');
    // One of them has ended by itself meanwhile: the others end all the same.
    const [gone] = (await server.admin('GET', `/admin/users/${person.userId}/sessions`)).json.items;
    await server.admin('DELETE', `/admin/sessions/${gone.id}`);
    await visitor.confirm('Sign out everywhere?', 'Sign out everywhere');
    await visitor.page.getByText('There is no session.').waitFor();
    assert.deepEqual((await server.admin('GET', `/admin/users/${person.userId}/sessions`)).json.items, []);

    await visitor.press('Switch off');
    await visitor.confirm(`Switch ${person.address} off?`, 'Switch off');
    await visitor.page.getByText('this person cannot sign in').waitFor();
    assert.notEqual((await person.trySignIn(server)).status, 200);
    await visitor.press('Switch on');
    await visitor.page.getByText('this person cannot sign in').waitFor({ state: 'detached' });
    assert.equal((await person.trySignIn(server)).status, 200);
    await visitor.press('Delete');
    await visitor.confirm(`Delete ${person.address}?`, 'Delete');
    await visitor.heading('People');
    await visitor.page.getByText(person.userId).waitFor({ state: 'detached' });
    assert.equal((await server.admin('GET', `/admin/users/${person.userId}`)).status, 404);
  });

  visit('see all sessions; their own account and browser are safe from them', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    const person = await newPerson(server);
    await arrive(visitor);
    await visitor.page.getByRole('heading', { name: 'In numbers' }).waitFor();
    await visitor.page.getByRole('img', { name: /^Requests per second/ }).waitFor();
    await visitor.shoot('admin-overview-phone-dark');
    await menu(visitor, 'Sessions');
    const row = visitor.page.getByRole('listitem').filter({ hasText: person.userId });
    await row.waitFor();
    await visitor.shoot('admin-sessions-phone-dark');
    await row.getByRole('button', { name: /^Sign out/ }).click();
    await row.waitFor({ state: 'detached' });
    assert.equal(await person.session(server), null);
    const own = visitor.page.getByRole('listitem').filter({ hasText: 'This browser' });
    assert.equal(await own.getByRole('button').count(), 0);
    for (let browsers = 0; browsers < 2; browsers++) await new Person(admin.privateKey).signIn(server);
    await own.getByRole('link').click();
    await visitor.page.getByText('This is you.').waitFor();
    await visitor.press('Sign out everywhere');
    await visitor.confirm('Sign out everywhere?', 'Sign out everywhere');
    await visitor.page.getByRole('button', { name: /^Sign out: / }).first().waitFor({ state: 'detached' });
    await visitor.page.getByText('This browser', { exact: true }).waitFor();
    for (const name of ['Switch off', 'Delete']) assert.equal(await visitor.page.getByRole('button', { name, exact: true }).count(), 0);
    await visitor.shoot('admin-person-phone-dark');
  });

  visit('see the server at work and replace a key', { colorScheme: 'dark' }, async (visitor) => {
    await arrive(visitor);
    await visitor.page.getByRole('img', { name: /^Requests per second: now/ }).waitFor();
    await visitor.page.getByText('The server answers.').waitFor();
    await visitor.shoot('admin-overview-dark');
    await menu(visitor, 'Signing keys');
    await visitor.press('Replace the RS256 key');
    await visitor.shoot('admin-rotate-dark');
    await visitor.confirm('Replace the RS256 key?', 'Replace the RS256 key');
    await visitor.page.getByText('RS256 · published, not used yet').waitFor();
    await visitor.shoot('admin-keys-dark');
    await server.logWritten();
    const called = server.logs.filter((line) => JSON.stringify(line).includes('administrator_call'));
    assert.ok(called.length > 0, 'who did it is in the log');
  });

  visit('read in the audit log who did what, and take it away', {}, async (visitor) => {
    const person = await newPerson(server);
    await authorize(server, person, { client_id: 'chess', code_challenge: newPkce().challenge });
    await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    await rowsOf(server, { user_id: person.userId }, 3);
    await arrive(visitor);
    await visitor.page.goto(`${server.base}/admin#/users/${person.userId}`);
    await link(visitor, 'What happened');
    await visitor.heading('Audit log');
    const events = visitor.page.locator('li .name');
    await events.nth(2).waitFor();
    assert.deepEqual(await events.allTextContents(), ['sign_out', 'code_issued', 'sign_in'], 'newest first');
    const details = visitor.page.locator('li details').first();
    await details.locator('summary').click();
    await details.getByText('"network"').waitFor();
    await visitor.shoot('admin-audit');

    await visitor.type('Type', 'code_issued');
    await events.nth(1).waitFor({ state: 'detached' });
    assert.deepEqual(await events.allTextContents(), ['code_issued']);
    const [saved] = await Promise.all([visitor.page.waitForEvent('download'), visitor.press('Download as JSON lines')]);
    assert.match(saved.suggestedFilename(), /^sigma-audit-.*\.jsonl$/);
    const lines = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ type, client_id: client, user_id: user }) => [type, client, user]), [['code_issued', 'chess', person.userId]]);
    await visitor.page.getByText('1 line was saved.').waitFor();
    await visitor.page.getByLabel('Outcome').selectOption('Refused');
    await visitor.page.getByText('Nothing has happened that fits.').waitFor();
    await visitor.page.goto(`${server.base}/admin#/clients/chess`);
    await link(visitor, 'What happened');
    await visitor.page.getByText('client_created', { exact: true }).waitFor();
  });

  visit('come by keyboard alone', {}, async (visitor) => {
    await arrive(visitor);
    const { keyboard } = visitor.page;
    const focused = () => visitor.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? '');
    const tabTo = async (name) => {
      for (let presses = 0; presses < 40; presses++) {
        if ((await focused()) === name) return;
        await keyboard.press('Tab');
      }
      assert.fail(`the keyboard does not come to ${name}; last ${await focused()}`);
    };
    await tabTo('Clients');
    await keyboard.press('Enter');
    await visitor.heading('Clients');
    await visitor.page.getByText('Photo Album').waitFor();
    await tabTo('Switch off: Photo Album');
    await keyboard.press('Enter');
    await visitor.page.getByRole('dialog', { name: 'Switch Photo Album off?' }).waitFor();
    await tabTo('Switch off');
    await keyboard.press('Enter');
    await visitor.page.getByText('Switched off').waitFor();
    assert.equal((await stored('photo-album')).disabled, true);
    await tabTo('Photo Album');
    await keyboard.press('Enter');
    await visitor.page.getByText('nobody can sign in to it').waitFor();
    await tabTo('Delete');
    await keyboard.press('Enter');
    await visitor.page.getByRole('dialog', { name: 'Delete Photo Album?' }).waitFor();
    await keyboard.press('Escape');
    await visitor.page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Delete', 'the focus is back where it was');
    await tabTo('Switch on');
    await keyboard.press('Space');
    await visitor.page.getByText('nobody can sign in to it').waitFor({ state: 'detached' });
  });

  visit('sign in again when the last time was long ago', {}, async (visitor) => {
    await arrive(visitor);
    const stale = { status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, detail: 'You signed in more than a day ago.', code: 'sign_in_again' }) };
    await visitor.context.route('**/api/admin/clients?**', (route) => route.fulfill(stale), { times: 1 });
    visitor.expectComplaint(/403/);
    await visitor.page.goto(`${server.base}/admin#/clients`);
    await visitor.heading('Please sign in again');
    await visitor.shoot('admin-stale');
    await visitor.press('Sign in again');
    await signIn(visitor, admin, 'Clients');
    assert.equal(new URL(visitor.page.url()).hash, '#/clients', 'back where they were');
    await visitor.page.getByText('Photo Album').waitFor();
  });

  visit('are told from everybody else, kindly', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    const key = new Key();
    await arrive(visitor, key);
    await visitor.heading('This page is for the administrators of this server');
    await visitor.page.getByText(key.bapId).waitFor();
    await visitor.shoot('admin-refused-phone-dark');
    assert.equal(await visitor.page.getByRole('link', { name: 'Administration' }).count(), 0);
    assert.ok(visitor.sent.every((text) => !text.includes('/api/admin')), 'nothing was asked for in vain');
  });

  for (const [locale, title, clients] of [
    ['de-DE', 'Verwaltung', 'Clients'],
    ['es-ES', 'Administración', 'Clientes'],
  ]) {
    visit(`read it in their language: ${locale}`, { locale, viewport: { width: 390, height: 844 } }, async (visitor) => {
      const boss = new Person(admin.privateKey);
      await boss.signIn(server);
      const [name, value] = boss.jar.header().split(';')[0].split('=');
      await visitor.context.addCookies([{ name, value, url: server.base }]);
      await visitor.page.goto(`${server.base}/admin`);
      await visitor.heading(title);
      assert.equal(await visitor.page.title(), `${title} · Sigma Auth`);
      await visitor.page.getByRole('img').first().waitFor();
      await visitor.shoot(`admin-overview-${locale}`);
      await visitor.page.getByRole('navigation', { name: title }).getByRole('link', { name: clients, exact: true }).click();
      await visitor.page.getByText('Photo Album').waitFor();
      await visitor.shoot(`admin-clients-${locale}`);
    });
  }
});
