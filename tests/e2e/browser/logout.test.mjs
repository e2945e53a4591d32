// Logout as Chromium does it: SameSite cookies, form-action and the Origin header have their own opinions.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endSessionPath, postLogout } from '../support/logout.mjs';
import { exchange, getCode, publicClient } from '../support/oauth.mjs';
import { newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor } from './support/browser.mjs';

const clients = [publicClient('rp', { client_name: 'Photo Album', post_logout_redirect_uris: [postLogout] })];
const application = 'https://app.example.com/account';

describe('logout in the browser', () => {
  let server;
  let browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A signed-in person at the application, whose page posts or links to the end-session endpoint. */
  async function atTheApplication(method, parameters, options) {
    const person = await newPerson(server);
    const { id_token: hint } = await exchange(server, await getCode(server, person, { client_id: 'rp' }));
    const visitor = await Visitor.arrive(browser, server, options);
    const cookies = person.jar.header().split('; ').map((pair) => pair.split('='));
    await visitor.context.addCookies(
      cookies.map(([name, ...value]) => ({ name, value: value.join('='), url: server.base, httpOnly: true, sameSite: 'Lax' })),
    );
    const fields = Object.entries(parameters(hint)).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
    const body = `<form method="${method}" action="${server.base}${endSessionPath}">${fields.join('')}<button>Log out</button></form>`;
    await visitor.context.route(application, (route) => route.fulfill({ contentType: 'text/html', body }));
    await visitor.page.goto(application);
    await visitor.press('Log out');
    return { person, visitor };
  }
  const isSignedIn = async (person) => (await person.session(server)) !== null;

  for (const method of ['get', 'post']) {
    test(`an application signs the person out by ${method}, and they are back`, async () => {
      const { person, visitor } = await atTheApplication(method, (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: postLogout, state: 's' }));
      await visitor.page.waitForURL(`${postLogout}?state=s`);
      assert.equal(await isSignedIn(person), false);
      assert.deepEqual(await visitor.context.cookies(server.base), []);
      await visitor.leave();
    });

    test(`without proof the person is asked, by ${method}; their yes needs no script`, async () => {
      const { person, visitor } = await atTheApplication(method, () => ({ client_id: 'rp' }), { javaScriptEnabled: false, colorScheme: 'dark' });
      await visitor.heading('Sign out?');
      await visitor.shoot(`sign-out-${method}`);
      assert.equal(await isSignedIn(person), true);
      await visitor.press('Sign out');
      await visitor.heading('You are signed out');
      await visitor.shoot(`signed-out-${method}`);
      assert.equal(await isSignedIn(person), false);
      await visitor.leave();
    });
  }

  for (const [locale, question, yes, end] of [
    ['en-GB', 'Sign out?', 'Sign out', 'You are signed out'],
    ['de-AT', 'Abmelden?', 'Abmelden', 'Sie sind abgemeldet'],
    ['es-MX', '¿Cerrar la sesión?', 'Cerrar la sesión', 'La sesión está cerrada'],
  ]) {
    test(`the logout pages speak the browser’s language: ${locale}`, async () => {
      const { person, visitor } = await atTheApplication('get', () => ({ client_id: 'rp' }), { locale });
      await visitor.heading(question);
      assert.equal(await visitor.page.evaluate(() => document.documentElement.lang), locale.slice(0, 2));
      await visitor.shoot(`sign-out-${locale.slice(0, 2)}`);
      await visitor.press(yes);
      await visitor.heading(end);
      assert.equal(await isSignedIn(person), false);
      await visitor.leave();
    });
  }

  test('the application’s ui_locales comes before the browser’s language, up to the end', async () => {
    const { visitor } = await atTheApplication('get', () => ({ client_id: 'rp', ui_locales: 'fr de' }), { locale: 'es-MX' });
    await visitor.heading('Abmelden?');
    await visitor.press('Abmelden');
    await visitor.heading('Sie sind abgemeldet');
    await visitor.leave();
  });

  test('after a yes the person goes where the application has proven to live', async () => {
    const somebody = await newPerson(server);
    const { id_token: old } = await exchange(server, await getCode(server, somebody, { client_id: 'rp' }));
    const { person, visitor } = await atTheApplication('get', () => ({ id_token_hint: old, post_logout_redirect_uri: postLogout, state: 's' }));
    await visitor.heading('Sign out?');
    await visitor.page.getByText('Photo Album asks to sign you out').waitFor();
    await visitor.press('Sign out');
    await visitor.page.waitForURL(`${postLogout}?state=s`);
    assert.equal(await isSignedIn(person), false);
    await visitor.leave();
  });

  test('who says no stays signed in', async () => {
    const { person, visitor } = await atTheApplication('get', () => ({}));
    await visitor.page.getByRole('link', { name: 'Stay signed in' }).click();
    await visitor.page.waitForURL(`${server.base}/`);
    assert.equal(await isSignedIn(person), true);
    await visitor.leave();
  });
});
