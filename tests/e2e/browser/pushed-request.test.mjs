// A pushed request (RFC 9126) with claims asked for by name, through the pages in Chromium: the address bar holds a
// reference only, and the consent page shows all that is asked for.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oidc from 'openid-client';
import { publicClient } from '../support/oauth.mjs';
import { discover, newRequest } from '../support/openid.mjs';
import { Key } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor } from './support/browser.mjs';

describe('a pushed request in the browser', () => {
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

  test('a person signs in, sees what is asked for, allows it once', { timeout: 90_000 }, async () => {
    const config = await discover(server, 'photo-album');
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const request = await newRequest({ scope: 'openid', claims });
    const url = await oidc.buildAuthorizationUrlWithPAR(config, request.parameters);
    const visitor = await Visitor.arrive(browser, server);
    const key = new Key();
    await visitor.page.goto(url.href);
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
    await visitor.heading('Photo Album asks for access');
    assert.deepEqual((await visitor.page.locator('ul.scopes li').count()) >= 2, true, 'openid, and the profile behind name');
    await visitor.shoot('consent-claims');
    await visitor.press('Allow');
    await visitor.landed();
    const tokens = await oidc.authorizationCodeGrant(config, new URL(visitor.page.url()), request.checks);
    assert.equal(tokens.scope, 'openid');
    const user = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(user.bap_id, key.bapId);
    assert.ok(user.name);
    const { expectedState, expectedNonce } = request.checks;
    const before = visitor.sent.slice(0, -1);
    assert.ok(!before.some((text) => text.includes(expectedNonce)), 'the nonce never came through the browser');
    assert.equal(visitor.sent.filter((text) => text.includes(expectedState) && !text.includes('app.example.com')).length, 0);

    // The way back in the browser's history leads to no second code.
    await visitor.page.goto(url.href);
    await visitor.page.getByText('push the request again').waitFor();
    visitor.expectComplaint(/400/);
    await visitor.leave();
  });
});
