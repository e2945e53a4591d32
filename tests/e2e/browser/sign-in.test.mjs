// People at the pages, in Chromium: they make or bring a key, sign in, choose, consent, and land in the application.
import { Key } from '../support/person.mjs';
import { callback, exchange, newPkce, publicClient, userinfo } from '../support/oauth.mjs';
import { startServer } from '../support/server.mjs';
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';

const album = 'photo-album';
const hostileName = '<img src=x onerror=alert(1)> & "Friends"';
const clients = [
  publicClient(album, { skip_consent: false, client_name: 'Photo Album', client_uri: 'https://app.example.com', policy_uri: 'https://app.example.com/privacy' }),
  publicClient('desktop', { skip_consent: false, client_name: 'Desktop', application_type: 'native', redirect_uris: ['com.example.desktop:/cb'] }),
  publicClient('hostile', { skip_consent: false, client_name: hostileName }),
];
const password = 'correct horse battery';
const abandon = `${'abandon '.repeat(11)}about`;
/** Identity 0 of those words (tests/vectors/tokenpass: gen3_rootPk, then `bap:0`). */
const abandonBapId = '2z6n5t91gLonM4WjNXFUQcqQjaNg';

describe('people in the browser', () => {
  let server;
  let browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Runs a person's visit; a failed one leaves a picture behind. */
  const visit = (title, options, act) => visitTest(title, () => Visitor.arrive(browser, server, options), act);

  const request = (more = {}) => {
    const { verifier, challenge } = newPkce();
    return { verifier, asked: { client_id: album, code_challenge: challenge, ...more } };
  };

  /** What the application does with the code: tokens, then who it is. */
  async function whoIs(landed, verifier) {
    assert.equal(landed.get('state'), 'k3x9q1');
    assert.equal(landed.get('iss'), server.issuer);
    const tokens = await exchange(server, { code: landed.get('code'), verifier, redirectUri: callback, clientId: album });
    return (await userinfo(server, tokens.access_token)).json;
  }

  visit('creates an identity, consents, and comes back by password alone', {}, async (visitor) => {
    const first = request();
    await visitor.open(first.asked);
    await visitor.heading('Sign in to Photo Album');
    await visitor.shoot('welcome');
    const words = await visitor.create({ name: 'Ada at home', password });
    await visitor.heading('Photo Album asks for access');
    await visitor.page.getByText('app.example.com', { exact: true }).waitFor();
    await visitor.page.getByText('Ada at home').waitFor();
    await visitor.shoot('consent');
    const bapId = await visitor.page.locator('.identity .id').textContent();
    await visitor.press('Allow');
    const ada = await whoIs(await visitor.landed(), first.verifier);
    assert.equal(ada.bap_id, bapId);

    await visitor.page.goto(server.base);
    await visitor.home();
    await visitor.shoot('home');
    await visitor.signOut();

    const second = request();
    await visitor.open(second.asked);
    await visitor.page.getByText('Ada at home').waitFor();
    await visitor.type('Password', 'not the password');
    await visitor.press('Unlock with password');
    await visitor.page.getByText('That is not the password of this identity.').waitFor();
    await visitor.shoot('unlock-wrong');
    assert.equal(await visitor.page.evaluate(() => document.activeElement?.getAttribute('autocomplete')), 'current-password');
    // From here with the keyboard alone; consent is remembered.
    await visitor.page.keyboard.press('ControlOrMeta+A');
    await visitor.page.keyboard.type(password);
    await visitor.page.keyboard.press('Enter');
    const again = await whoIs(await visitor.landed(), second.verifier);
    assert.equal(again.sub, ada.sub);
    assert.equal(again.bap_id, bapId);

    await visitor.assertKept([password, words.join(' '), words.slice(0, 3).join(' '), words.slice(-3).join(' ')]);
  });

  visit('brings recovery words and keeps them here', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (visitor) => {
    const { verifier, asked } = request();
    await visitor.open(asked);
    await visitor.press('Use recovery words');
    await visitor.type('Your 12 to 24 words', abandon.replace('about', 'ability'));
    await visitor.press('Continue');
    await visitor.page.getByText('they do not fit together').waitFor();
    await visitor.shoot('words-checksum');
    await visitor.type('Your 12 to 24 words', abandon.toUpperCase());
    await visitor.press('Continue');
    await visitor.heading('Your identity is ready');
    await visitor.page.getByText(abandonBapId).waitFor();
    await visitor.newPassword(password);
    await visitor.shoot('keep');
    await visitor.press('Sign in');
    await visitor.heading('Photo Album asks for access');
    await visitor.press('Allow');
    assert.equal((await whoIs(await visitor.landed(), verifier)).bap_id, abandonBapId);
    const kept = await visitor.assertKept([password, 'abandon abandon']);
    assert.deepEqual(kept.map(({ bapId }) => bapId), [abandonBapId]);
  });

  visit('brings a private key for this once', {}, async (visitor) => {
    const key = new Key();
    const { verifier, asked } = request();
    await visitor.open(asked);
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByText(key.bapId).waitFor();
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
    await visitor.heading('Photo Album asks for access');
    await visitor.press('Allow');
    const person = await whoIs(await visitor.landed(), verifier);
    assert.equal(person.bap_id, key.bapId);
    assert.equal(person.pubkey, key.pubkey);
    assert.deepEqual(await visitor.assertKept([key.wif, key.privateKey.toHex()]), []);
  });

  visit('does not allow, and the application learns only that', {}, async (visitor) => {
    const { asked } = request();
    await visitor.open(asked);
    await visitor.create({ password });
    await visitor.heading('Photo Album asks for access');
    await visitor.press('Don’t allow');
    const landed = await visitor.landed();
    assert.equal(landed.get('error'), 'access_denied');
    assert.equal(landed.get('state'), 'k3x9q1');
    assert.equal(landed.get('iss'), server.issuer);
    assert.equal(landed.get('code'), null);
  });

  visit('comes from a program on this device, and is told what to do when it was called', {}, async (visitor) => {
    const asked = request({ client_id: 'desktop', redirect_uri: 'com.example.desktop:/cb' }).asked;
    for (let calls = 0; calls < 3; calls++) visitor.expectComplaint(/asked another host: com\.example\.desktop:\/cb\?code=/);
    await visitor.open(asked);
    await visitor.create({ name: 'Ada', password });
    await visitor.heading('Desktop asks for access');
    await visitor.press('Allow');
    await visitor.heading('You can close this page');
    const link = visitor.page.getByRole('link', { name: 'Open the application' });
    assert.match(await link.getAttribute('href'), /^com\.example\.desktop:\/cb\?code=/);
    await visitor.shoot('in-program');
    // The same after the sign-in alone, and after a choice of identity. Chromium asks whether to open the program and takes
    // no more clicks in that tab: each has one of its own.
    visitor.page = await visitor.context.newPage();
    await visitor.open({ ...asked, prompt: 'login' });
    await visitor.type('Password', password);
    await visitor.press('Unlock with password');
    await visitor.heading('You can close this page');
    visitor.page = await visitor.context.newPage();
    await visitor.open({ ...asked, prompt: 'select_account' });
    await visitor.press('Continue');
    await visitor.heading('You can close this page');
  });

  visit('goes on after the server did not answer once', {}, async (visitor) => {
    const { verifier, asked } = request();
    await visitor.open(asked);
    await visitor.context.route('**/api/auth/oauth2/continue', (route) => route.abort(), { times: 1 });
    visitor.expectComplaint(/ERR_FAILED/);
    await visitor.create({ name: 'Ada', password });
    await visitor.page.getByRole('alert').getByText('could not be reached').waitFor();
    await visitor.shoot('onward-failed');
    await visitor.press('Try again');
    await visitor.heading('Photo Album asks for access');
    assert.equal(await visitor.page.title(), 'Photo Album asks for access · Sigma Auth');
    await visitor.press('Allow');
    assert.ok((await whoIs(await visitor.landed(), verifier)).sub);
  });

  visit('is asked for an identity of another key, and signs in with that one', {}, async (visitor) => {
    const wanted = new Key();
    const { verifier, asked } = request({ bapId: wanted.bapId, bap_id: wanted.bapId });
    await visitor.open(asked);
    await visitor.create({ name: 'First', password });
    await visitor.heading('Choose an identity');
    await visitor.page.getByText('which is not among yours').waitFor();
    await visitor.shoot('select-identity');
    await visitor.page.getByRole('link', { name: 'Use another identity' }).click();
    await visitor.press('Use another identity');
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', wanted.wif);
    await visitor.press('Continue');
    await visitor.newPassword(password);
    await visitor.press('Sign in');
    await visitor.heading('Photo Album asks for access');
    await visitor.page.getByText(wanted.bapId).waitFor();
    await visitor.press('Allow');
    assert.equal((await whoIs(await visitor.landed(), verifier)).bap_id, wanted.bapId);
  });

  visit('chooses among identities when the application asks for that', {}, async (visitor) => {
    const { verifier, asked } = request({ prompt: 'select_account' });
    await visitor.open(asked);
    await visitor.create({ name: 'Ada', password });
    await visitor.heading('Choose an identity');
    const bapId = await visitor.page.locator('.identity .id').textContent();
    await visitor.press('Continue');
    await visitor.heading('Photo Album asks for access');
    await visitor.press('Allow');
    assert.equal((await whoIs(await visitor.landed(), verifier)).bap_id, bapId);
  });

  visit('keeps several identities, picks one, forgets one', {}, async (visitor) => {
    const keys = [new Key(), new Key()];
    for (const [index, key] of keys.entries()) {
      await visitor.page.goto(`${server.base}/login`);
      if (index > 0) await visitor.press('Use another identity');
      await visitor.press('Use a private key (WIF)');
      await visitor.type('Private key (WIF)', key.wif);
      await visitor.press('Continue');
      await visitor.page.getByLabel('Name').fill(`Key ${index + 1}`);
      await visitor.newPassword(`${password} ${index}`);
      await visitor.press('Sign in');
      await visitor.home();
      await visitor.signOut();
    }
    const { verifier, asked } = request();
    await visitor.open(asked);
    await visitor.heading('Who is signing in?');
    await visitor.shoot('pick');
    await visitor.page.getByRole('button', { name: 'Key 1' }).click();
    await visitor.type('Password', `${password} 0`);
    await visitor.press('Unlock with password');
    await visitor.heading('Photo Album asks for access');
    await visitor.press('Allow');
    assert.equal((await whoIs(await visitor.landed(), verifier)).bap_id, keys[0].bapId);

    // An application that wants the other one is asked for that one's password, and the person forgets it instead.
    await visitor.open(request({ bapId: keys[1].bapId, bap_id: keys[1].bapId, prompt: 'login' }).asked);
    await visitor.page.getByText('Key 2').waitFor();
    await visitor.press('Forgot the password?');
    await visitor.press('Remove this identity from this device');
    await visitor.shoot('unlock-remove');
    await visitor.confirm('Remove this identity?', 'Remove');
    await visitor.page.getByText('Key 1').waitFor();
    assert.deepEqual((await visitor.assertKept([])).map(({ bapId }) => bapId), [keys[0].bapId]);
  });

  visit('meets an application with a hostile name and a link that somebody changed', {}, async (visitor) => {
    await visitor.open(request({ client_id: 'hostile', scope: 'openid' }).asked);
    await visitor.create({ password });
    await visitor.heading(`${hostileName} asks for access`);
    const changed = new URL(visitor.page.url());
    changed.searchParams.set('scope', 'openid profile email offline_access');
    visitor.expectComplaint(/400/);
    await visitor.page.goto(changed.href);
    await visitor.press('Allow');
    await visitor.page.getByRole('alert').getByText('start again').waitFor();
    assert.equal(new URL(visitor.page.url()).origin, server.base);
  });

  visit('has a clock that is wrong, and is told so', {}, async (visitor) => {
    await visitor.page.clock.install({ time: Date.now() + 3_600_000 });
    visitor.expectComplaint(/401/);
    await visitor.page.goto(`${server.base}/login`);
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', new Key().wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
    await visitor.page.getByRole('alert').getByText('clock seems to be wrong').waitFor();
    await visitor.shoot('wrong-clock');
  });

  visit('follows the link of an application that nobody knows', {}, async (visitor) => {
    visitor.expectComplaint(/400/);
    const answer = await visitor.open({ client_id: 'nobody', code_challenge: newPkce().challenge });
    assert.equal(answer.status(), 400);
    await visitor.page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(new URL(visitor.page.url()).origin, server.base);
    await visitor.shoot('error');
  });

  visit('has switched JavaScript off, and is told what is missing', { javaScriptEnabled: false }, async (visitor) => {
    await visitor.page.goto(`${server.base}/login`);
    await visitor.heading('JavaScript is switched off');
    await visitor.shoot('noscript');
  });
});
