// Every page of the administrators' console in both themes, wide and on a phone: a picture to look at, axe's opinion, no
// sideways scrolling (also written from right to left), and what a browser has to load for it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicClient, sigmaClient } from '../support/oauth.mjs';
import { getConsentedCode } from '../support/pages.mjs';
import { Key, newPerson, Person } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor } from './support/browser.mjs';

const boss = new Key();
const wide = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 390, height: 844 } };

describe('every page of the console', () => {
  let server;
  let browser;
  let person;
  before(async () => {
    const clients = [
      publicClient('photo-album', { client_name: 'Photo Album', skip_consent: false }),
      sigmaClient('chess-club', new Key(), { client_name: 'Chess Club', owner_bap_id: boss.bapId, verified: false }),
      publicClient('reading-room', { client_name: 'Reading Room', disabled: true }),
      publicClient('shop', { client_name: 'A shop with a name that goes on for much longer than anybody would expect', token_endpoint_auth_method: 'client_secret_basic' }),
    ];
    [server, browser] = await Promise.all([startServer({ clients, env: { SIGMA_ADMIN_BAP_IDS: boss.bapId } }), launchBrowser()]);
    person = await newPerson(server);
    await getConsentedCode(server, person, { client_id: 'photo-album' });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function arrive(options) {
    const visitor = await Visitor.arrive(browser, server, options);
    const administrator = new Person(boss.privateKey);
    await administrator.signIn(server);
    const [name, value] = administrator.jar.header().split(';')[0].split('=');
    await visitor.context.addCookies([{ name, value, url: server.base }]);
    return visitor;
  }

  const places = () => [
    ['', 'Administration', (page) => page.getByRole('img', { name: /^Requests per second/ })],
    ['#/clients', 'Clients', (page) => page.getByText('Photo Album')],
    ['#/clients/new', 'Register a client', (page) => page.getByRole('button', { name: 'Register', exact: true })],
    ['#/clients/chess-club', 'Client', (page) => page.getByRole('heading', { name: 'Member keys' })],
    ['#/clients/shop', 'Client', (page) => page.getByRole('heading', { name: 'Client secret' })],
    ['#/users', 'People', (page) => page.getByText(person.userId)],
    [`#/users/${person.userId}`, 'Person', (page) => page.getByRole('link', { name: 'photo-album' })],
    ['#/sessions', 'Sessions', (page) => page.getByText('This browser').first()],
    ['#/keys', 'Signing keys', (page) => page.getByText('ES256K · active')],
  ];

  for (const [look, options] of Object.entries({
    'wide-light': { ...wide, colorScheme: 'light' },
    'phone-dark': { ...phone, colorScheme: 'dark' },
    'phone-light': { ...phone, colorScheme: 'light' },
    'wide-dark': { ...wide, colorScheme: 'dark' },
  })) {
    test(`${look}: accessible, within the screen from either side`, { timeout: 300_000 }, async () => {
      const visitor = await arrive(options);
      const { page } = visitor;
      try {
        await page.goto(`${server.base}/admin`);
        for (const [hash, heading, ready] of places()) {
          await page.evaluate((next) => (location.hash = next), hash || '#/');
          await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
          await ready(page).waitFor();
          await visitor.shoot(`${look}-admin-${hash.replace(person.userId, 'person').replaceAll(/\W+/g, '-').replace(/^-/, '') || 'overview'}`);
          await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${hash} is too wide from right to left`);
          await page.evaluate(() => document.documentElement.setAttribute('dir', 'ltr'));
        }
      } catch (error) {
        await page.screenshot({ path: `${import.meta.dirname}/../screenshots/failed-admin-pages-${look}.png`, fullPage: true }).catch(() => {});
        await visitor.context.close();
        throw error;
      }
      await visitor.leave();
    });
  }

  test('what the console loads, and that the sign-in page loads nothing of it', async (t) => {
    const filesOf = async (visitor, address, ready) => {
      const files = new Map();
      visitor.page.on('response', (response) => files.set(new URL(response.url()).pathname, response));
      await visitor.page.goto(`${server.base}${address}`);
      await ready.waitFor();
      let bytes = 0;
      for (const [name, response] of files) if (name.startsWith('/assets/')) bytes += (await response.request().sizes()).responseBodySize;
      return { names: [...files.keys()].filter((name) => name.startsWith('/assets/')), bytes };
    };
    const visitor = await arrive(wide);
    const consoles = await filesOf(visitor, '/admin', visitor.page.getByRole('heading', { name: 'Health' }));
    await visitor.leave();
    const stranger = await Visitor.arrive(browser, server, { locale: 'de-DE' });
    const login = await filesOf(stranger, '/login', stranger.page.getByRole('heading', { level: 1 }));
    await stranger.leave();
    t.diagnostic(`console: ${(consoles.bytes / 1024).toFixed(1)} KB compressed; sign-in in German: ${(login.bytes / 1024).toFixed(1)} KB`);
    assert.ok(consoles.bytes < 80 * 1024, `${consoles.bytes} bytes`);
    assert.deepEqual(login.names.filter((name) => /admin/.test(name)), []);
  });
});
