// Developers in their browser: applications registered, changed, given new keys, removed; security case 60 on this side.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe } from 'node:test';
import { postToken } from '../support/oauth.mjs';
import { Key } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';

const redirectUri = 'https://photos.example.com/auth/sigma/callback';

describe('the developers’ pages', () => {
  let server;
  let browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const visit = (title, options, act) => visitTest(title, () => Visitor.arrive(browser, server, options), act);

  /** Comes to the developers' page by way of the sign-in, with a key of their own. */
  const arrive = async (visitor, key = new Key()) => {
    await visitor.page.goto(`${server.base}/developers`);
    await visitor.page.waitForURL('**/login?**');
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
    await visitor.heading('Developers');
    return key;
  };
  const link = (visitor, name) => visitor.page.getByRole('link', { name, exact: true }).click();
  const copied = (visitor, label) =>
    visitor.page.locator('.copy').filter({ hasText: label }).locator('code, pre').first().textContent();
  const address = (visitor, number) =>
    visitor.page.getByRole('group', { name: 'Redirect URIs' }).getByLabel(`Address ${number}`, { exact: true });
  const newApplication = async (visitor, name) => {
    await link(visitor, 'Register an application');
    await visitor.heading('Register an application');
    await visitor.type('Name', name);
  };

  visit('register an application with a key that is made here, never sent and shown once', {}, async (visitor) => {
    await arrive(visitor);
    await visitor.page.getByText('You have not registered an application yet').waitFor();
    await visitor.shoot('developers-none');
    await newApplication(visitor, 'Photo Album');
    await visitor.shoot('developers-register');
    await visitor.press('Register');
    await visitor.page.getByText('Please give at least one address.').waitFor();
    await address(visitor, 1).fill(redirectUri);
    await visitor.press('Register');
    await visitor.heading('Store the private key now');
    const wif = await copied(visitor, 'SIGMA_MEMBER_PRIVATE_KEY');
    await visitor.shoot('developers-key');
    await visitor.page.getByLabel('I have stored it').check();
    await visitor.press('Go on to the application');
    await visitor.heading('Photo Album');
    const clientId = await copied(visitor, 'Client ID');
    await visitor.shoot('developers-application');

    const { json } = await server.admin('GET', `/admin/clients/${encodeURIComponent(clientId)}`);
    const { PrivateKey } = await import('@bsv/sdk');
    assert.deepEqual(json.member_pubkeys, [new Key(PrivateKey.fromWif(wif)).pubkey]);
    assert.deepEqual(json.redirect_uris, [redirectUri]);
    assert.equal(json.token_endpoint_auth_method, 'x_auth_token');
    await visitor.assertKept([wif]);
    await server.logWritten();
    assert.equal(server.output.includes(wif), false);
  });

  visit('hear what is wrong with an address while they type it', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    await arrive(visitor);
    await newApplication(visitor, 'Photo Album');
    const line = address(visitor, 1);
    await line.pressSequentially('http');
    assert.equal(await visitor.page.getByRole('alert').count(), 0, 'half an address is no mistake yet');
    await line.pressSequentially('://photos.example.com/cb#x');
    await visitor.page.getByText('An address must not hold a fragment').waitFor();
    await line.fill('http://photos.example.com/cb');
    await visitor.page.getByText('Must be https, so that').waitFor();
    await line.fill('http://127.0.0.1/cb');
    await visitor.page.getByText('is for applications on people’s devices only').waitFor();
    await visitor.shoot('developers-address-phone-dark');
    await visitor.page.getByRole('radio', { name: /^On people’s devices/ }).check();
    await visitor.page.getByText('is for applications on people’s devices only').waitFor({ state: 'detached' });
    await visitor.press('Register');
    await visitor.heading('Photo Album');
    await visitor.page.getByText('Nothing (public, PKCE)').waitFor();
    await visitor.shoot('developers-application-phone-dark');
    const { json } = await server.admin('GET', `/admin/clients/${encodeURIComponent(await copied(visitor, 'Client ID'))}`);
    assert.equal(json.application_type, 'native');
    assert.equal(json.token_endpoint_auth_method, 'none');
  });

  visit('name a key that is elsewhere only with its signature', {}, async (visitor) => {
    await arrive(visitor);
    const key = new Key();
    await newApplication(visitor, 'Keyed');
    await visitor.page.getByRole('radio', { name: /^I have a public key/ }).check();
    await visitor.type('Public key', key.wif);
    await visitor.page.getByText('This is a private key').waitFor();
    await visitor.type('Public key', key.pubkey);
    await address(visitor, 1).fill(redirectUri);
    await visitor.press('Register');
    await visitor.heading('Show that you hold the key');
    await visitor.shoot('developers-prove');
    const command = await copied(visitor, 'In a shell with Node');
    const body = /create-client '(.*)'$/s.exec(command)[1];
    const enter = (token) => visitor.type('Result of the command (X-Auth-Token)', token);
    await enter(new Key().token('/api/auth/oauth2/create-client', { body }));
    await visitor.press('Continue');
    await visitor.page.getByText('This was signed with another key').waitFor();
    visitor.expectComplaint(/400/);
    await enter(key.token('/api/auth/oauth2/create-client', { body: `${body} ` }));
    await visitor.press('Continue');
    await visitor.page.getByText('X-Auth-Token:').waitFor();
    await enter(key.token('/api/auth/oauth2/create-client', { body }));
    await visitor.press('Continue');
    await visitor.heading('Keyed');
    await visitor.page.getByText(key.pubkey).waitFor();
    assert.ok(!visitor.sent.some((text) => text.includes(key.wif)));
  });

  visit('paste public keys, are warned of a private one, and change to an address later', {}, async (visitor) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' };
    await arrive(visitor);
    await newApplication(visitor, 'Signs');
    await visitor.page.getByRole('radio', { name: /^Key of its own/ }).check();
    await visitor.page.getByRole('radio', { name: /^Pasted here/ }).check();
    await address(visitor, 1).fill(redirectUri);
    const privateJwk = JSON.stringify(privateKey.export({ format: 'jwk' }));
    await visitor.type('JWK Set (public keys only)', privateJwk);
    await visitor.page.getByText('There is a private key in this').waitFor();
    await visitor.press('Register');
    assert.ok(!visitor.sent.some((text) => text.includes('create-client')), 'not sent');
    await visitor.type('JWK Set (public keys only)', JSON.stringify({ keys: [jwk] }));
    await visitor.press('Register');
    await visitor.heading('Signs');
    await visitor.page.getByText('EC · key-1').waitFor();
    await visitor.shoot('developers-public-keys');
    const clientId = await copied(visitor, 'Client ID');
    const described = async () => (await server.admin('GET', `/admin/clients/${encodeURIComponent(clientId)}`)).json;
    assert.deepEqual((await described()).jwks.keys.map(({ kid }) => kid), ['key-1']);
    await visitor.press('Change the keys');
    await visitor.type('Address of the public keys (jwks_uri)', 'https://photos.example.com/jwks.json');
    await visitor.press('Use these keys');
    await visitor.page.getByText('https://photos.example.com/jwks.json').waitFor();
    assert.equal((await described()).jwks_uri, 'https://photos.example.com/jwks.json');
    assert.equal((await described()).jwks, undefined);
    await visitor.assertKept([JSON.parse(privateJwk).d]);
  });

  visit('rotate keys and secrets, change addresses, remove', {}, async (visitor) => {
    await arrive(visitor);
    await newApplication(visitor, 'Shop');
    await visitor.page.getByRole('radio', { name: /^Secret in the form/ }).check();
    await address(visitor, 1).fill(redirectUri);
    await visitor.press('Register');
    await visitor.heading('Store the secret now');
    const first = await copied(visitor, 'OIDC_CLIENT_SECRET');
    await visitor.page.getByLabel('I have stored it').check();
    await visitor.press('Go on to the application');
    await visitor.heading('Shop');
    const clientId = await copied(visitor, 'Client ID');
    const code = async (secret) =>
      (await postToken(server, { grant_type: 'authorization_code', code: 'x', redirect_uri: redirectUri, client_id: clientId, client_secret: secret })).json.error;
    assert.notEqual(await code(first), 'invalid_client');
    await visitor.press('Make a new secret');
    await visitor.confirm('Make a new secret?', 'Make a new secret');
    await visitor.heading('Store the secret now');
    const second = await copied(visitor, 'OIDC_CLIENT_SECRET');
    assert.equal(await code(first), 'invalid_client');
    assert.notEqual(await code(second), 'invalid_client');
    await visitor.page.getByLabel('I have stored it').check();
    await visitor.press('Go on to the application');

    await visitor.page.getByRole('button', { name: 'Add an address' }).first().click();
    await address(visitor, 2).fill(redirectUri);
    await visitor.page.getByText('This address is in the list already').waitFor();
    await address(visitor, 2).fill('https://photos.example.com/other');
    await visitor.press('Save');
    await visitor.page.getByRole('button', { name: 'Save', exact: true }).waitFor();
    await visitor.page.waitForFunction(() => document.querySelector('form [aria-busy=true]') === null);
    const { json } = await server.admin('GET', `/admin/clients/${encodeURIComponent(clientId)}`);
    assert.deepEqual(json.redirect_uris, [redirectUri, 'https://photos.example.com/other']);

    await visitor.press('Remove');
    await visitor.confirm('Remove Shop?', 'Remove');
    await visitor.page.getByText('You have not registered an application yet').waitFor();
    assert.equal((await server.admin('GET', `/admin/clients/${encodeURIComponent(clientId)}`)).status, 404);
  });

  visit('keep the old key for a week beside a new one', { viewport: { width: 390, height: 844 } }, async (visitor) => {
    const own = await arrive(visitor);
    await newApplication(visitor, 'Keyed');
    await visitor.page.getByRole('radio', { name: /^I have a public key/ }).check();
    await visitor.type('Public key', own.pubkey);
    await address(visitor, 1).fill(redirectUri);
    await visitor.press('Register');
    await visitor.heading('Keyed');
    await visitor.press('Rotate the key');
    await visitor.press('Use the new key');
    await visitor.heading('Store the private key now');
    const wif = await copied(visitor, 'SIGMA_MEMBER_PRIVATE_KEY');
    await visitor.page.getByLabel('I have stored it').check();
    await visitor.press('Go on to the application');
    await visitor.page.getByText(/^Until /).waitFor();
    await visitor.shoot('developers-keys-phone');
    const clientId = await copied(visitor, 'Client ID');
    const { json } = await server.admin('GET', `/admin/clients/${encodeURIComponent(clientId)}`);
    const { PrivateKey } = await import('@bsv/sdk');
    assert.equal(json.member_pubkeys[0], new Key(PrivateKey.fromWif(wif)).pubkey);
    assert.equal(json.member_pubkeys[1].pubkey, own.pubkey);
    const days = (Date.parse(json.member_pubkeys[1].not_after) - Date.now()) / 86_400_000;
    assert.ok(days > 6.9 && days < 7.1, String(days));
    await visitor.page.getByRole('button', { name: `Remove: ${own.pubkey}` }).click();
    await visitor.confirm('Remove this key?', 'Remove');
    await visitor.page.getByText(own.pubkey).waitFor({ state: 'detached' });
    await visitor.assertKept([wif]);
  });

  /** From "Send me there" to the answer, which must not stay in the address or in storage. */
  const goAndReturn = async (visitor) => {
    await visitor.press('Send me there');
    await visitor.press('Allow');
    await visitor.heading('4. The answer');
    assert.equal(visitor.page.url(), `${server.base}/developers/try`);
    const code = /^code=(.+)$/m.exec(await copied(visitor, 'Parameters'))[1];
    const kept = await visitor.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.ok(!kept.includes(code) && !kept.includes('verifier'));
  };

  visit('try the sign-in of a public application', {}, async (visitor) => {
    const key = await arrive(visitor);
    await newApplication(visitor, 'Desk');
    await visitor.page.getByRole('radio', { name: /^On people’s devices/ }).check();
    await address(visitor, 1).fill('http://127.0.0.1/cb');
    await visitor.press('Register');
    await visitor.heading('Desk');
    await link(visitor, 'Try the sign-in');
    await visitor.heading('This page as a redirect URI');
    await visitor.press('Add the address');
    await visitor.heading('3. The authorization request');
    await visitor.shoot('developers-try-request');
    await goAndReturn(visitor);
    await visitor.shoot('developers-try-answer');
    await visitor.press('Fetch the tokens');
    await visitor.heading('6. The tokens');
    assert.equal(JSON.parse(await copied(visitor, 'ID token: claims')).bap_id, key.bapId);
    assert.equal(JSON.parse(await copied(visitor, 'userinfo')).bap_id, key.bapId);
    await visitor.shoot('developers-try-tokens');
    await visitor.page.goto(`${server.base}/developers/try?state=x&code=y`);
    await visitor.page.getByText('does not remember asking for this').waitFor();
  });

  visit('try the sign-in with a member key, which signs here', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    const owner = await arrive(visitor);
    const key = new Key();
    const client = { client_id: `keyed-${owner.bapId}`, client_name: 'Keyed', application_type: 'native', owner_bap_id: owner.bapId };
    await server.createClient({ ...client, member_pubkeys: [key.pubkey], redirect_uris: [`${server.base}/developers/try`] });
    await visitor.page.goto(`${server.base}/developers/try`);
    await visitor.heading('3. The authorization request');
    await goAndReturn(visitor);
    await visitor.type('Private key (WIF) of the member key', 'not a key');
    await visitor.press('Fetch the tokens');
    await visitor.page.getByText('This is not a private key in WIF').waitFor();
    await visitor.type('Private key (WIF) of the member key', key.wif);
    await visitor.press('Fetch the tokens');
    await visitor.heading('6. The tokens');
    await visitor.shoot('developers-try-phone-dark');
    await visitor.assertKept([key.wif]);
  });
});
