// Passkeys that unlock a kept identity: Chromium's virtual authenticator (WebAuthn over CDP), with the PRF extension.
import { parseAuthToken, verifyAuthToken } from 'bitcoin-auth';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newPkce, publicClient } from '../support/oauth.mjs';
import { Key } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { startApp } from './support/app.mjs';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';

const password = 'correct horse battery';

describe('a passkey', () => {
  let server;
  let browser;
  let app;
  before(async () => {
    app = await startApp({ key: new Key(), clientId: 'my-app' });
    const clients = [publicClient('photo-album', { skip_consent: true, client_name: 'Photo Album' })];
    // Passkeys belong to a name; browsers have none for 127.0.0.1.
    [server, browser] = await Promise.all([startServer({ clients, host: 'localhost' }), launchBrowser()]);
    app.use(server.base);
  });
  after(async () => {
    await browser?.close();
    await app?.stop();
    await server?.stop();
  });

  /** Plugs an authenticator into the visitor's page. */
  async function plugIn(visitor, { hasPrf = true } = {}) {
    const cdp = await visitor.context.newCDPSession(visitor.page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        hasPrf,
      },
    });
    return {
      credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
      verifies: (isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    };
  }

  const visit = (title, act) => visitTest(title, () => Visitor.arrive(browser, server, { applications: [app.origin] }), act);

  const device = (visitor) =>
    visitor.page.locator('section').filter({ has: visitor.page.getByRole('heading', { name: 'On this device', exact: true }) });

  /** Brings a key, keeps it here and comes to the account. */
  async function keepAtAccount(visitor) {
    const key = new Key();
    await visitor.page.goto(`${visitor.server.base}/account`);
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Name').fill('Ada');
    await visitor.newPassword(password);
    await visitor.press('Sign in');
    await visitor.heading('Your account');
    return key;
  }

  /** … and presses "Add a passkey" there. */
  async function addAtAccount(visitor) {
    const key = await keepAtAccount(visitor);
    await device(visitor).getByRole('button', { name: 'Passkeys' }).click();
    await device(visitor).getByLabel('Password', { exact: true }).fill(password);
    await device(visitor).getByRole('button', { name: 'Add a passkey' }).click();
    return key;
  }
  const added = (visitor) => device(visitor).getByText('From now on the passkey unlocks this identity').waitFor();

  visit('made at the account unlocks the identity at the gate, without a password', async (visitor) => {
    const authenticator = await plugIn(visitor);
    const key = await addAtAccount(visitor);
    await added(visitor);
    await visitor.shoot('account-passkeys');
    const [credential] = await authenticator.credentials();
    assert.equal(credential.rpId, 'localhost');
    await visitor.signOut();

    await visitor.open({ client_id: 'photo-album', code_challenge: newPkce().challenge });
    await visitor.heading('Sign in to Photo Album');
    await visitor.shoot('unlock-passkey');
    await visitor.press('Unlock with passkey');
    assert.ok((await visitor.landed()).get('code'));
    const [kept] = await visitor.assertKept([key.wif, key.privateKey.toHex(), password]);
    assert.equal(kept.passkeys.length, 1);
  });

  visit('that is not used leaves the password as the other way', async (visitor) => {
    const authenticator = await plugIn(visitor);
    await addAtAccount(visitor);
    await added(visitor);
    await visitor.signOut();
    await authenticator.verifies(false);
    await visitor.open({ client_id: 'photo-album', code_challenge: newPkce().challenge });
    await visitor.press('Unlock with passkey');
    await visitor.page.getByText('The passkey was not used').waitFor();
    await visitor.type('Password', password);
    await visitor.press('Unlock with password');
    assert.ok((await visitor.landed()).get('code'));
  });

  visit('can be taken away again', async (visitor) => {
    const authenticator = await plugIn(visitor);
    await addAtAccount(visitor);
    await added(visitor);
    await device(visitor).getByRole('button', { name: /^Remove: Passkey of / }).click();
    await device(visitor).getByText('Passkey of').waitFor({ state: 'detached' });
    await visitor.signOut();
    await visitor.page.goto(`${server.base}/login`);
    await visitor.heading('Welcome back');
    assert.equal(await visitor.page.getByRole('button', { name: 'Unlock with passkey' }).count(), 0);
    await until(async () => (await authenticator.credentials()).length === 0); // the authenticator is told
  });

  visit('without the PRF extension is refused with a reason', async (visitor) => {
    await plugIn(visitor, { hasPrf: false });
    await addAtAccount(visitor);
    await device(visitor).getByText('lacks the PRF extension').waitFor();
    const [kept] = await visitor.page.evaluate(() => JSON.parse(localStorage.getItem('sigma.identities')));
    assert.equal(kept.passkeys, undefined);
  });

  test('is not offered at a bare address', { timeout: 180_000 }, async () => {
    const bare = await startServer();
    const visitor = await Visitor.arrive(browser, bare);
    await keepAtAccount(visitor);
    await device(visitor).getByRole('button', { name: 'Passkeys' }).click();
    await device(visitor).getByText('not at a bare address').waitFor();
    assert.equal(await device(visitor).getByRole('button', { name: 'Add a passkey' }).count(), 0);
    await visitor.leave();
    await bare.stop();
  });

  visit('unlocks the signer in a frame to which the application gave that right', async (visitor) => {
    await plugIn(visitor);
    const key = await addAtAccount(visitor);
    await added(visitor);
    await visitor.page.goto(`${app.origin}/cwi`);
    const frame = visitor.page.frameLocator('iframe');
    const [token] = await Promise.all([
      visitor.page.evaluate(
        async ([base, bapId]) => {
          const client = new globalThis.CwiClient(base);
          await new Promise((loaded) => {
            Object.assign(client.frame, { onload: loaded, allow: 'publickey-credentials-get', src: `${base}/signer?with-passkeys` });
          });
          client.setIdentity(bapId);
          return client.call('signAuthToken', { requestPath: '/api/moves', signatureType: 'brc77' });
        },
        [server.base, key.bapId],
      ),
      frame.getByRole('button', { name: 'Unlock with passkey' }).click(),
    ]);
    assert.equal(verifyAuthToken(token, { requestPath: '/api/moves', timestamp: new Date().toISOString() }), true);
    assert.equal(parseAuthToken(token).pubkey, key.pubkey);
  });
});
