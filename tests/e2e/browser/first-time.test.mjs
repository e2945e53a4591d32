// A first-time person, from an application's button to its callback in one go, and what can be seen of it on the way:
// no code, key, password or token in an address, a referrer, storage, the console or the server's log.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HD, Mnemonic } from '@bsv/sdk';
import { newPkce, exchange, publicClient, sigmaClient, callback } from '../support/oauth.mjs';
import { Key } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { startApp } from './support/app.mjs';
import { launchBrowser, Visitor } from './support/browser.mjs';

const password = 'correct horse battery';
const appKey = new Key();

describe('a first-time person', () => {
  let server;
  let browser;
  let app;
  before(async () => {
    app = await startApp({ key: appKey, clientId: 'chess-club' });
    const clients = [
      sigmaClient('chess-club', appKey, { client_name: 'Chess Club', redirect_uris: [app.callback], skip_consent: false }),
      publicClient('photo-album', { client_name: 'Photo Album', skip_consent: false }),
    ];
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
    app.use(server.base);
  });
  after(async () => {
    await browser?.close();
    await app?.stop();
    await server?.stop();
  });

  test('goes from an application’s button to its callback in one go', { timeout: 180_000 }, async () => {
    const visitor = await Visitor.arrive(browser, server, { applications: [app.origin] });
    const { page } = visitor;
    await page.goto(app.origin);
    await page.evaluate(() => {
      const button = Object.assign(document.createElement('button'), { textContent: 'Sign in with Bitcoin' });
      button.onclick = () => globalThis.client.signIn.sigma({ clientId: 'chess-club' });
      document.body.append(button);
    });
    await visitor.press('Sign in with Bitcoin');
    await visitor.heading('Sign in to Chess Club');
    await visitor.create({ name: 'Ada', password });
    await visitor.heading('Chess Club asks for access');
    const bapId = await page.locator('.identity .id').textContent();
    await visitor.press('Allow');
    await page.waitForURL(`${app.origin}/auth/sigma/callback?**`);
    const { user } = await page.evaluate(() => globalThis.signedIn);
    assert.equal(user.bap_id, bapId);
    await visitor.leave();
  });

  test('leaves no code, key, password or token in an address, a referrer, storage, the console or the log', { timeout: 180_000 }, async () => {
    const visitor = await Visitor.arrive(browser, server);
    const { page, context } = visitor;
    const requests = [];
    context.on('request', (request) => requests.push(request));
    const said = [];
    context.on('console', (message) => said.push(message.text()));
    /** Everything that our origin keeps in this browser, and every address of the tab's history. */
    const kept = [];
    const collect = async () =>
      kept.push(
        await page.evaluate(async () => {
          const databases = (await indexedDB.databases()).map(({ name }) => name);
          return JSON.stringify([location.href, document.referrer, { ...localStorage }, { ...sessionStorage }, databases, history.state]);
        }),
      );

    const { verifier, challenge } = newPkce();
    await visitor.open({ client_id: 'photo-album', scope: 'openid profile offline_access', code_challenge: challenge });
    const words = await visitor.create({ name: 'Ada', password });
    await visitor.heading('Photo Album asks for access');
    await collect();
    await visitor.press('Allow');
    const code = (await visitor.landed()).get('code');
    assert.equal(await page.evaluate(() => document.referrer), '', 'the application sees no address of ours');
    const tokens = await exchange(server, { code, verifier, redirectUri: callback, clientId: 'photo-album' });
    await page.goto(`${server.base}/account`);
    await page.getByText('Photo Album').waitFor();
    await collect();
    await page.goto(`${server.base}/developers`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await collect();

    const [session] = (await context.cookies(server.base)).filter(({ name }) => name.endsWith('session_token'));
    assert.ok(session.httpOnly, 'scripts cannot read the session');
    const root = HD.fromSeed(Mnemonic.fromString(words.join(' ')).toSeed()).privKey;
    const member = root.deriveChild(root.toPublicKey(), 'bap:0');
    const secrets = {
      password,
      words: words.join(' '),
      'root key': root.toWif(),
      'member key': member.toWif(),
      'member key in hex': member.toHex(),
      session: decodeURIComponent(session.value).split('.')[0],
      'access token': tokens.access_token,
      'refresh token': tokens.refresh_token,
      'ID token': tokens.id_token,
    };
    const addresses = requests.map((request) => decodeURIComponent(request.url()));
    await server.logWritten();
    const everywhere = {
      address: addresses,
      referrer: (await Promise.all(requests.map((request) => request.allHeaders().catch(() => ({}))))).map(({ referer }) => referer ?? ''),
      body: requests.map((request) => request.postData() ?? ''),
      storage: kept,
      console: said,
      log: [server.output],
    };
    for (const [place, texts] of Object.entries(everywhere))
      for (const [name, secret] of Object.entries(secrets)) assert.ok(!texts.some((text) => text.includes(secret)), `${name} in ${place}`);
    // The code travels once, in the address of the application's callback.
    assert.deepEqual([...new Set(addresses.filter((address) => address.includes(code)).map((address) => new URL(address).origin))], [new URL(callback).origin]);
    for (const place of ['referrer', 'storage', 'console', 'log']) assert.ok(!everywhere[place].some((text) => text.includes(code)), `code in ${place}`);
    assert.ok(everywhere.referrer.every((referrer) => referrer === ''), 'no page of ours tells where a request comes from');
    // X-Auth-Tokens are sent in the header only.
    const signed = requests.map((request) => request.headers()['x-auth-token']).filter(Boolean);
    assert.ok(signed.length > 0);
    for (const token of signed) assert.ok(!addresses.concat(everywhere.body, kept, said, [server.output]).some((text) => text.includes(token)));
    await visitor.leave();
  });
});
