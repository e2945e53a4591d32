// What the pages show of a profile that its owner, or somebody who wishes readers ill, published on chain.
import { chainIdentity, startBapApi } from '../support/bap-api.mjs';
import { newPkce, publicClient } from '../support/oauth.mjs';
import { Person, sessionCookie } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from './support/browser.mjs';

const image =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('profiles from the chain in the browser', () => {
  let api, server, browser;
  before(async () => {
    [api, browser] = await Promise.all([startBapApi(), launchBrowser()]);
    const clients = [publicClient('album', { skip_consent: false, client_name: 'Photo Album' })];
    server = await startServer({ clients, env: api.env({ SIGMA_BAP_API_TIMEOUT: '10s' }) });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await api?.close();
  });

  /** The consent page as the person with that profile sees it. */
  async function consent(profile, look) {
    const person = new Person();
    api.identities.push(chainIdentity([person], profile));
    const signedIn = await person.signIn(server);
    const visitor = await Visitor.arrive(browser, server);
    const { value } = signedIn.cookies.get(sessionCookie);
    await visitor.context.addCookies([{ name: sessionCookie, value, url: server.base }]);
    await visitor.open({ client_id: 'album', code_challenge: newPkce().challenge });
    await visitor.heading('Photo Album asks for access');
    await look(visitor.page, person);
    await visitor.leave();
  }

  test('name and picture of the identity are shown at consent', { timeout: 180_000 }, () =>
    consent({ alternateName: 'Alice of the chain', image }, async (page, person) => {
      await page.getByText('Alice of the chain', { exact: true }).waitFor();
      assert.equal(await page.locator('.identity .id').textContent(), person.bapId);
      assert.equal(await page.locator('.identity img').getAttribute('src'), image);
      assert.equal(await page.locator('.identity img').evaluate((element) => element.naturalWidth), 1);
    }),
  );

  // A page that asked another host for a picture would fail in visitor.leave().
  test('case 64: a hostile name is text, and a picture elsewhere is not fetched', { timeout: 180_000 }, () =>
    consent(
      { alternateName: '<img src=x onerror=alert(1)>', image: 'https://tracker.example.com/who-signs-in.png' },
      async (page) => {
        await page.getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor();
        assert.equal(await page.locator('.identity img').count(), 0);
        assert.equal(await page.locator('.identity svg').count(), 1);
      },
    ),
  );
});
