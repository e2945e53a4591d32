// A person at /device: signs in on the way, compares the code, chooses, answers. Security cases 37, 41.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { publicClient, userinfo } from '../support/oauth.mjs';
import { Key } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const clients = [publicClient('television', { client_name: 'Living Room TV', grant_types: [grantType, 'refresh_token'], redirect_uris: [], response_types: [] })];
const env = { SIGMA_ALLOW_UNREGISTERED_DEVICE_CLIENTS: 'on', SIGMA_TRUSTED_PROXIES: '127.0.0.1/32' };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const password = 'correct horse battery';

describe('a device in the browser', () => {
  let server;
  let browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer({ clients, env }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const visit = (title, options, act) => visitTest(title, () => Visitor.arrive(browser, server, options), act);

  const start = async (clientId = 'television', headers = {}) =>
    (await server.request('POST', '/api/auth/device/code', { json: { client_id: clientId, scope: 'openid profile offline_access' }, headers })).json;
  /** With a key that this browser does not keep. */
  const signInWithWif = async (visitor) => {
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', new Key().wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
  };
  const poll = (codes, clientId = 'television') =>
    server.request('POST', '/api/auth/device/token', { json: { grant_type: grantType, device_code: codes.device_code, client_id: clientId } });

  visit('is connected by its link, with a sign-in on the way', phone, async (visitor) => {
    const codes = await start();
    await visitor.page.goto(codes.verification_uri_complete);
    await visitor.heading('Connect a device');
    // Security case 41: the link alone asks and answers nothing.
    assert.equal(await visitor.page.getByLabel('Code', { exact: true }).inputValue(), codes.user_code);
    assert.ok(!visitor.sent.some((text) => text.includes('/api/auth/device')));
    await visitor.press('Yes, it shows this code');
    await visitor.page.waitForURL('**/login?**');
    const words = await visitor.create({ name: 'Ada at home', password });
    await visitor.heading('Connect a device');
    assert.equal(await visitor.page.getByLabel('Code', { exact: true }).inputValue(), codes.user_code);
    await visitor.shoot('device-link');
    await visitor.press('Yes, it shows this code');
    await visitor.heading('Living Room TV asks for access on a device');
    await visitor.page.getByText(codes.user_code).waitFor();
    await visitor.page.getByText('Stay connected when you are away').waitFor();
    await visitor.page.getByText('the same network as yours', { exact: true }).waitFor();
    assert.equal(await visitor.page.getByText('comes from another network').count(), 0);
    await visitor.shoot('device-ask');
    assert.equal((await poll(codes)).json.error, 'authorization_pending');
    const bapId = await visitor.page.locator('.identity .id').textContent();
    await visitor.press('Allow');
    await visitor.heading('Living Room TV is allowed');
    await visitor.shoot('device-allowed');
    const tokens = await poll(codes);
    assert.equal(tokens.status, 200, tokens.describe());
    assert.equal((await userinfo(server, tokens.json.access_token)).json.bap_id, bapId);
    await visitor.assertKept([password, words.join(' ')]);
  });

  visit('is refused after its code was typed, wrong at first', {}, async (visitor) => {
    const codes = await start('your-app-name');
    await visitor.page.goto(`${server.base}/login`);
    await signInWithWif(visitor);
    await visitor.home();

    visitor.expectComplaint(/400/);
    await visitor.page.goto(codes.verification_uri);
    await visitor.page.getByLabel('Code', { exact: true }).pressSequentially('abcd2345');
    await visitor.press('Continue');
    await visitor.page.getByText('This code is not valid (any more)').waitFor();
    await visitor.shoot('device-wrong');
    await visitor.type('Code', codes.user_code.toLowerCase().replace('-', ' '));
    await visitor.page.keyboard.press('Enter');
    await visitor.heading('your-app-name asks for access on a device');
    await visitor.page.getByText('Not verified.').waitFor();
    await visitor.shoot('device-unverified');
    await visitor.press('Don’t allow');
    await visitor.heading('your-app-name was refused');
    assert.equal((await poll(codes, 'your-app-name')).json.error, 'access_denied');
  });

  visit('that asks from far away is told apart, and refused', phone, async (visitor) => {
    const codes = await start('television', { 'x-forwarded-for': '203.0.113.77' });
    await visitor.page.goto(codes.verification_uri_complete);
    await visitor.press('Yes, it shows this code');
    await visitor.page.waitForURL('**/login?**');
    await signInWithWif(visitor);
    await visitor.heading('Connect a device');
    await visitor.press('Yes, it shows this code');
    await visitor.heading('Living Room TV asks for access on a device');
    await visitor.page.getByText('another network than yours: 203.0.113.x', { exact: true }).waitFor();
    await visitor.page.getByText('comes from another network').waitFor();
    await visitor.shoot('device-far-away');
    await visitor.press('Don’t allow');
    await visitor.heading('Living Room TV was refused');
    assert.equal((await poll(codes)).json.error, 'access_denied');
  });

  visit('is asked for with another way back than a page of ours', {}, async (visitor) => {
    await visitor.page.goto(`${server.base}/login?return_to=${encodeURIComponent('//app.example.com/device')}`);
    await signInWithWif(visitor);
    await visitor.home();
    assert.equal(visitor.page.url(), `${server.base}/`);
  });
});
