// The signer in the frame of an application of another origin (sigma-contract §7, security case 63): the client plugin as
// npm has it speaks the older messages; cwi-client.mjs, written from the contract, the newer ones.
import { parseAuthToken, verifyAuthToken } from 'bitcoin-auth';
import { MemberID } from 'bsv-bap';
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { sigmaClient } from '../support/oauth.mjs';
import { Key, signInPath } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { startApp } from './support/app.mjs';
import { launchBrowser, pressToClose, Visitor, visitTest } from './support/browser.mjs';

const password = 'correct horse battery';
const appKey = new Key();

describe('the signer', () => {
  let server;
  let browser;
  let app;
  before(async () => {
    app = await startApp({ key: appKey, clientId: 'my-app' });
    const clients = [sigmaClient('my-app', appKey, { client_name: 'Chess Club', redirect_uris: [app.callback], skip_consent: false })];
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
    app.use(server.base);
  });
  after(async () => {
    await browser?.close();
    await app?.stop();
    await server?.stop();
  });

  const visit = (title, options, act) => visitTest(title, () => Visitor.arrive(browser, server, { applications: [app.origin], ...options }), act);

  /** Brings a key and keeps it on this device, signed in. */
  async function keepKey(visitor, key = new Key(), name = 'Ada') {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Name').fill(name);
    await visitor.newPassword(password);
    await visitor.press('Sign in');
    await visitor.home();
    return key;
  }

  const frameOf = (visitor) => visitor.page.frameLocator('iframe');

  /** The person's part when the frame appears at another site: fetches the identity by the window, then types the password. */
  async function allow(visitor, { fetch = true, name = 'Ada', button = 'Unlock and allow', shoot = '' } = {}) {
    const frame = frameOf(visitor);
    if (fetch) {
      const opening = visitor.context.waitForEvent('page');
      await frame.getByRole('button', { name: 'Open the window' }).click();
      const window = await opening;
      if (shoot) await window.getByRole('button', { name }).waitFor();
      if (shoot) await visitor.shoot(`${shoot}-window`, window);
      await pressToClose(window.getByRole('button', { name }));
    }
    await frame.getByLabel('Password', { exact: true }).fill(password);
    if (shoot) await visitor.shoot(shoot);
    await frame.getByRole('button', { name: button, exact: true }).click();
  }

  visit('gives the npm client of a page of another site what it asks for, after one question', {}, async (visitor) => {
    const key = await keepKey(visitor);
    await visitor.page.goto(app.origin);
    await visitor.page.evaluate(() => void globalThis.client.signIn.sigma({ clientId: 'my-app' }));
    await visitor.heading('Chess Club asks for access');
    await visitor.press('Allow');
    await visitor.page.waitForURL(`${app.origin}/auth/sigma/callback?**`);
    const { user } = await visitor.page.evaluate(() => globalThis.signedIn);
    assert.equal(user.bap_id, key.bapId);

    const [first] = await Promise.all([
      visitor.page.evaluate(() => globalThis.client.sigma.sign('/api/moves?game=7', { from: 'e2', to: 'e4' })),
      allow(visitor, { shoot: 'signer' }),
    ]);
    const body = JSON.stringify({ from: 'e2', to: 'e4' });
    const verified = (token, requestPath, covered) =>
      verifyAuthToken(token, { requestPath, timestamp: new Date().toISOString(), body: covered });
    assert.equal(parseAuthToken(first).pubkey, key.pubkey);
    assert.equal(verified(first, '/api/moves?game=7', body), true);
    assert.equal(verified(first, '/api/moves?game=7', '{}'), false);

    // From here on the frame works unseen.
    const frame = visitor.page.locator('iframe');
    await frame.waitFor({ state: 'hidden' });
    const bsm = await visitor.page.evaluate(() => globalThis.client.sigma.sign('/api/me', undefined, 'bsm'));
    assert.equal(parseAuthToken(bsm).scheme, 'bsm');
    assert.equal(verified(bsm, '/api/me'), true);

    const bap = new MemberID(key.privateKey);
    const signed = await visitor.page.evaluate(() => globalThis.client.sigma.signAIP(['6a', '68656c6c6f']));
    assert.deepEqual(signed, bap.signOpReturnWithAIP([[0x6a], [...Buffer.from('hello')]]).map((push) => Buffer.from(push).toString('hex')));

    const friend = new Key();
    const friendBap = new MemberID(friend.privateKey);
    const [theirs, ours] = [friendBap.getEncryptionPublicKeyWithSeed(key.bapId), bap.getEncryptionPublicKeyWithSeed(friend.bapId)];
    assert.equal(await visitor.page.evaluate((id) => globalThis.client.sigma.getFriendPublicKey(id), friend.bapId), ours);
    const message = await visitor.page.evaluate(([id, theirs]) => globalThis.client.sigma.encrypt('Schach ♟', id, theirs), [friend.bapId, theirs]);
    assert.equal(friendBap.decryptWithSeed(message, key.bapId), 'Schach ♟');
    const reply = friendBap.encryptWithSeed('matt ♟', key.bapId, ours);
    assert.equal(await visitor.page.evaluate(([text, id, theirs]) => globalThis.client.sigma.decrypt(text, id, theirs), [reply, friend.bapId, theirs]), 'matt ♟');
    assert.equal(await frame.isVisible(), false);

    await assert.rejects(visitor.page.evaluate((path) => globalThis.client.sigma.sign(path), signInPath), /belongs to the identity server/);
    // The tokens are good at this server too, for whoever may have one: here the wrong path is all that is wrong.
    const refused = await server.request('POST', signInPath, { json: {}, headers: { 'x-auth-token': bsm } });
    assert.match(refused.json.message, /path/i);

    await visitor.assertKept([password, key.wif]);
  });

  const openCwi = (visitor, origin, bapId) =>
    visitor.page.goto(`${origin}/cwi`).then(() =>
      visitor.page.evaluate(
        ([base, bapId]) => {
          globalThis.signer = new globalThis.CwiClient(base);
          globalThis.signer.setIdentity(bapId);
        },
        [server.base, bapId],
      ),
    );
  const callCwi = (visitor, call, args) => visitor.page.evaluate(([call, args]) => globalThis.signer.call(call, args), [call, args]);

  visit('gives a client of the newer messages the same', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    const key = await keepKey(visitor);
    await openCwi(visitor, app.origin, key.bapId);
    const [first] = await Promise.all([
      callCwi(visitor, 'signAuthToken', { requestPath: '/api/x', body: '{}', signatureType: 'brc77' }),
      allow(visitor, { shoot: 'signer-phone-dark' }),
    ]);
    assert.equal(verifyAuthToken(first, { requestPath: '/api/x', timestamp: new Date().toISOString(), body: '{}' }), true);
    assert.equal(parseAuthToken(first).pubkey, key.pubkey);
    const states = await visitor.page.evaluate(() => globalThis.signer.states);
    assert.equal(states[0], 'locked', 'said before anything was asked');
    assert.deepEqual(states.slice(-2), ['need_password', 'ready']);

    const friend = new MemberID(new Key().privateKey);
    const theirs = friend.getEncryptionPublicKeyWithSeed(key.bapId);
    const message = await visitor.page.evaluate(([theirs]) => globalThis.cwi.encrypt(globalThis.signer, 'Grüße ✓', 'a-friend', theirs), [theirs]);
    assert.equal(friend.decryptWithSeed(message, key.bapId), 'Grüße ✓');
    const ours = await visitor.page.evaluate(() => globalThis.cwi.publicKey(globalThis.signer, 'a-friend'));
    assert.equal(ours, new MemberID(key.privateKey).getEncryptionPublicKeyWithSeed('a-friend'));
    const reply = friend.encryptWithSeed('zurück', key.bapId, ours);
    assert.equal(await visitor.page.evaluate((text) => globalThis.cwi.decrypt(globalThis.signer, text, 'a-friend'), reply), 'zurück');
    assert.equal((await callCwi(visitor, 'signAIP', { hexArray: ['ff'] })).length, 6);
    await assert.rejects(callCwi(visitor, 'createAction', {}), /UNSUPPORTED/);
    await assert.rejects(callCwi(visitor, 'signAuthToken', { requestPath: '/api/backup/sync' }), /FORBIDDEN_PATH/);

    // Security case 63: another window than the embedding one gets nothing, although it has the application's origin.
    await visitor.page.evaluate(async () => {
      globalThis.heard = [];
      addEventListener('message', ({ data }) => globalThis.heard.push(data?.id));
      const sibling = document.body.appendChild(document.createElement('iframe'));
      sibling.contentWindow.eval(`parent.frames[0].postMessage({ type: 'CWI', isInvocation: true, id: 'forged', call: 'signAIP', args: { hexArray: ['ff'] } }, '*')`);
    });
    await callCwi(visitor, 'signAIP', { hexArray: ['ff'] });
    const heard = await visitor.page.evaluate(() => globalThis.heard);
    assert.equal(heard.length, 1);
    assert.ok(!heard.includes('forged'));
  });

  /** With an application that is the same site for a browser: the frame sees what the person keeps, and may store. */
  const withNeighbour = (act) => async (visitor) => {
    const neighbour = await startApp({ host: '127.0.0.1', key: appKey, clientId: 'my-app' });
    try {
      visitor.applications.push(neighbour.origin);
      neighbour.use(server.base);
      await act(visitor, neighbour);
    } finally {
      await neighbour.stop();
    }
  };

  visit('case 63: asks for the permission once, for the password each time and after ten minutes without use', {}, withNeighbour(async (visitor, neighbour) => {
    const key = await keepKey(visitor);
    await visitor.page.clock.install();
    for (const button of ['Unlock and allow', 'Unlock']) {
      await openCwi(visitor, neighbour.origin, key.bapId);
      const [signed] = await Promise.all([callCwi(visitor, 'signAIP', { hexArray: ['ff'] }), allow(visitor, { fetch: false, button })]);
      assert.equal(signed.length, 6);
    }
    // The keys are forgotten after ten minutes without use; a page that asks again asks the person.
    await visitor.page.clock.fastForward('09:50');
    assert.equal((await callCwi(visitor, 'signAIP', { hexArray: ['ff'] })).length, 6);
    await visitor.page.clock.fastForward('10:10');
    await Promise.all([callCwi(visitor, 'signAIP', { hexArray: ['ff'] }), allow(visitor, { fetch: false, button: 'Unlock' })]);
  }));

  visit('case 63: does nothing that the person does not allow', {}, withNeighbour(async (visitor, neighbour) => {
    const key = await keepKey(visitor);
    await openCwi(visitor, neighbour.origin, key.bapId);
    const asked = assert.rejects(callCwi(visitor, 'signAIP', { hexArray: ['ff'] }), /NOT_ALLOWED/);
    const frame = frameOf(visitor);
    await frame.getByRole('heading', { name: `${new URL(neighbour.origin).host} wants to use your identity` }).waitFor();
    await frame.getByLabel('Password', { exact: true }).fill('not the password');
    await frame.getByRole('button', { name: 'Unlock and allow' }).click();
    await frame.getByText('That is not the password').waitFor();
    // One more request does not take that back. (The third one is answered after it was heard.)
    const askedAgain = assert.rejects(callCwi(visitor, 'signAIP', { hexArray: ['ff'] }), /NOT_ALLOWED/);
    await assert.rejects(callCwi(visitor, 'signAuthToken', { requestPath: '/api/backup/sync' }), /FORBIDDEN_PATH/);
    assert.ok(await frame.getByText('That is not the password').isVisible());
    await frame.getByRole('button', { name: 'Don’t allow' }).click();
    await Promise.all([asked, askedAgain]);
    await visitor.page.locator('iframe').waitFor({ state: 'hidden' });
    await assert.rejects(callCwi(visitor, 'signAIP', { hexArray: ['ff'] }), /NOT_ALLOWED/);
    assert.equal(await visitor.page.locator('iframe').isVisible(), false, 'not asked again');
  }));

  visit('case 63: takes a password for the identity that it was typed for, not for another of the same words', {}, withNeighbour(async (visitor, neighbour) => {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.create({ name: 'Ada', password });
    await visitor.home();
    await visitor.anotherIdentity({ password });
    const [{ bapId: other }, { bapId }] = await visitor.page.evaluate(() => JSON.parse(localStorage.getItem('sigma.identities')));

    await visitor.page.clock.install();
    await openCwi(visitor, neighbour.origin, bapId);
    const sign = () => callCwi(visitor, 'signAIP', { hexArray: ['ff'] });
    const first = assert.rejects(sign(), /IDENTITY_CHANGED/);
    const frame = frameOf(visitor);
    await frame.getByText(bapId).waitFor();
    await frame.getByLabel('Password', { exact: true }).fill(password);
    // While the clock stands, the password is not turned into a key yet.
    await visitor.page.clock.pauseAt(Date.now() + 5_000);
    await frame.getByRole('button', { name: 'Unlock and allow' }).click();
    await visitor.page.evaluate((id) => globalThis.signer.setIdentity(id), other);
    const second = sign();
    await first;
    await frame.getByText(other).waitFor();
    await visitor.page.clock.resume();
    await frame.getByRole('button', { name: 'Unlock and allow', exact: true }).waitFor();
    assert.equal(await visitor.page.frames()[1].evaluate(() => localStorage.getItem('sigma.signer')), null, 'nothing was allowed');
    await allow(visitor, { fetch: false });
    assert.equal((await second).length, 6);
  }));

  visit('case 63: is the only page that may be framed', {}, async (visitor) => {
    for (const path of ['/', '/login', '/select-identity', '/consent', '/device']) {
      const { headers } = await server.request('GET', path);
      assert.match(headers['content-security-policy'], /frame-ancestors 'none'/, path);
      assert.equal(headers['x-frame-options'], 'DENY', path);
    }
    const { headers } = await server.request('GET', '/signer');
    assert.match(headers['content-security-policy'], /connect-src 'none';.*frame-ancestors \*/);
    assert.equal(headers['x-frame-options'], undefined);
    await visitor.page.goto(`${server.base}/signer`);
    await visitor.heading('This page works inside applications');
    await visitor.shoot('signer-alone');
  });
});
