// Every page as a person meets it, in both themes, wide and on a phone: a picture to look at, axe's opinion, no sideways
// scrolling (also written from right to left), nothing that moves for people who asked for stillness.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endSessionPath } from '../support/logout.mjs';
import { newPkce, publicClient } from '../support/oauth.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor } from './support/browser.mjs';

const password = 'correct horse battery';
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const clients = [
  publicClient('photo-album', { skip_consent: false, client_name: 'Photo Album', client_uri: 'https://app.example.com' }),
  publicClient('television', { client_name: 'Living Room TV', grant_types: [grantType, 'refresh_token'], redirect_uris: [], response_types: [] }),
];
const wide = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 390, height: 844 } };

describe('every page', () => {
  let server;
  let browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  /** Takes the picture, then turns the page round: nothing of it may stick out when a language is read from the right. */
  async function look(visitor, name, title) {
    const { page } = visitor;
    await page.getByText('One moment…', { exact: true }).first().waitFor({ state: 'detached' });
    await visitor.shoot(`${name}-${title}`);
    const moving = await page.evaluate(() => document.getAnimations().map((animation) => animation.effect?.target?.className ?? ''));
    assert.deepEqual(moving, [], `${title} moves although stillness was asked for`);
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    assert.equal(await overflow(page), 0, `${title} is too wide from right to left`);
    if (name === 'phone-light') await page.screenshot({ path: `${import.meta.dirname}/../screenshots/rtl-${title}.png`, fullPage: true });
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'ltr'));
  }

  async function walk(visitor, name) {
    const { page } = visitor;
    const see = (title) => look(visitor, name, title);
    const ask = (more = {}) => visitor.open({ client_id: 'photo-album', code_challenge: newPkce().challenge, ...more });

    await page.goto(server.base);
    await visitor.heading('You are signed out');
    await see('signed-out-home');
    await ask();
    await visitor.heading('Sign in to Photo Album');
    await see('welcome');
    for (const [button, title] of [['Use recovery words', 'words'], ['Use a backup file', 'file'], ['Use a private key (WIF)', 'wif'], ['Use TokenPass on this computer', 'tokenpass']]) {
      await visitor.press(button);
      await see(title);
      await visitor.press('Back');
    }
    await visitor.create({ name: 'Ada', password });
    await visitor.heading('Photo Album asks for access');
    await see('consent');
    await visitor.press('Allow');
    await visitor.landed();
    await ask({ prompt: 'select_account' });
    await visitor.heading('Choose an identity');
    await see('select-identity');

    await page.goto(server.base);
    await visitor.home();
    await see('home');
    await page.goto(`${server.base}/account`);
    await page.getByText('Photo Album').waitFor();
    await see('account');
    await page.goto(`${server.base}/developers`);
    await page.getByText('You have not registered an application yet').waitFor();
    await see('developers');
    await page.goto(`${server.base}/developers#/new`);
    await visitor.heading('Register an application');
    await see('developers-register');
    await page.goto(`${server.base}/developers/try`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await see('developers-try');
    await page.goto(`${server.base}/signer`);
    await visitor.heading('This page works inside applications');
    await see('signer-alone');

    const { json: codes } = await server.request('POST', '/api/auth/device/code', { json: { client_id: 'television', scope: 'openid profile' } });
    await page.goto(codes.verification_uri_complete);
    await page.getByText('Is your identity on your phone?').click();
    await page.getByRole('img', { name: /^QR code of/ }).waitFor();
    await see('device');
    await visitor.press('Yes, it shows this code');
    await visitor.heading('Living Room TV asks for access on a device');
    await see('device-ask');

    visitor.expectComplaint(/400/);
    await ask({ client_id: 'nobody' });
    await see('error');
    await page.goto(`${server.base}${endSessionPath}`);
    await visitor.heading('Sign out?');
    await see('sign-out');
    await visitor.press('Sign out');
    await visitor.heading('You are signed out');
    await see('signed-out');
    await ask();
    await visitor.heading('Sign in to Photo Album');
    await see('unlock');
  }

  for (const [name, options] of Object.entries({
    'wide-light': { ...wide, colorScheme: 'light' },
    'phone-dark': { ...phone, colorScheme: 'dark' },
    'phone-light': { ...phone, colorScheme: 'light' },
    'wide-dark': { ...wide, colorScheme: 'dark' },
  })) {
    test(`${name}: accessible, within the screen from either side, still`, { timeout: 600_000 }, async () => {
      const visitor = await Visitor.arrive(browser, server, options);
      try {
        await walk(visitor, name);
      } catch (error) {
        await visitor.page.screenshot({ path: `${import.meta.dirname}/../screenshots/failed-every-page-${name}.png`, fullPage: true }).catch(() => {});
        await visitor.context.close();
        throw error;
      }
      await visitor.leave();
    });
  }

  test('what works meanwhile turns slowly for people who asked for stillness', async () => {
    const turning = async (reducedMotion) => {
      const visitor = await Visitor.arrive(browser, server, { reducedMotion });
      await visitor.page.goto(`${server.base}/login`);
      const seconds = await visitor.page.evaluate(() => {
        const spinner = Object.assign(document.createElement('span'), { className: 'spinner' });
        document.body.append(spinner);
        return Number.parseFloat(getComputedStyle(spinner).animationDuration);
      });
      await visitor.leave();
      return seconds;
    };
    assert.ok((await turning('no-preference')) < 1);
    assert.ok((await turning('reduce')) >= 4);
  });

  for (const page of ['/', '/login', '/account', '/device', '/developers', '/signer']) {
    test(`${page} says what is missing where JavaScript is switched off`, async () => {
      const visitor = await Visitor.arrive(browser, server, { javaScriptEnabled: false });
      await visitor.page.goto(`${server.base}${page}`);
      await visitor.heading('JavaScript is switched off');
      await visitor.leave();
    });
  }
});
