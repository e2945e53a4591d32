// oidc-client-ts in Chromium: an application without a server of its own signs people in, renews silently, signs out.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Key, newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { launchBrowser, Visitor, visitTest } from './support/browser.mjs';
import { startSpa } from './support/spa.mjs';

const applications = {
  plain: { scope: 'openid profile', loadUserInfo: true, automaticSilentRenew: false },
  offline: { scope: 'openid profile offline_access', automaticSilentRenew: false },
  // The token of one hour counts as nearly expired after two seconds.
  automatic: { scope: 'openid offline_access', automaticSilentRenew: true, accessTokenExpiringNotificationTimeInSeconds: 3598 },
  bound: { scope: 'openid offline_access', automaticSilentRenew: false, dpop: true },
  revoking: { scope: 'openid offline_access', automaticSilentRenew: false, revokeTokensOnSignout: true },
};

describe('oidc-client-ts', () => {
  let server;
  let browser;
  let spa;
  before(async () => {
    spa = await startSpa(applications);
    const clients = spa.clients({ plain: { skip_consent: false, client_name: 'Notes' }, bound: { dpop_bound_access_tokens: true } });
    [server, browser] = await Promise.all([startServer({ clients }), launchBrowser()]);
    spa.use(server.issuer);
  });
  after(async () => {
    await browser?.close();
    await spa?.stop();
    await server?.stop();
  });

  const visit = (title, act) => visitTest(title, () => Visitor.arrive(browser, server, { applications: spa.origins }), act);

  /** A person whose browser is signed in at the server already. */
  async function signedIn(visitor) {
    const person = await newPerson(server);
    const cookies = person.jar.header().split('; ').map((pair) => pair.split('='));
    await visitor.context.addCookies(
      cookies.map(([name, ...value]) => ({ name, value: value.join('='), url: server.base, httpOnly: true, sameSite: 'Lax' })),
    );
    return person;
  }

  /** Opens the application and sends the person to sign in. */
  async function leaveFor(visitor, base, options = {}) {
    await visitor.page.goto(base);
    await visitor.page.evaluate((given) => void globalThis.manager.signinRedirect(given), options);
  }

  /** Waits for the callback page; answers the user as the library stores them. */
  async function landedIn(visitor, base) {
    await visitor.page.waitForURL(`${base}/callback?**`);
    return visitor.page.evaluate(async () => {
      const user = await globalThis.arrived;
      return { ...user, expired: user.expired };
    });
  }

  async function signIn(visitor, base) {
    await leaveFor(visitor, base);
    return landedIn(visitor, base);
  }

  const renew = (visitor, options) =>
    visitor.page.evaluate(async (given) => {
      try {
        return { ...(await globalThis.manager.signinSilent(given)) };
      } catch (error) {
        return { error: error.error ?? error.name, message: error.message };
      }
    }, options);

  visit('a person signs in with their key, consents, and the application knows who they are', async (visitor) => {
    const key = new Key();
    const base = `${spa.otherSite}/plain`;
    await leaveFor(visitor, base, { state: { page: 'notes/7' }, url_state: 'deep' });
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
    await visitor.heading('Notes asks for access');
    await visitor.press('Allow');
    const user = await landedIn(visitor, base);
    assert.equal(user.profile.bap_id, key.bapId, 'of userinfo and ID token');
    assert.equal(user.profile.pubkey, key.pubkey);
    assert.deepEqual(user.state, { page: 'notes/7' });
    assert.equal(user.token_type, 'Bearer');
    assert.equal(user.expired, false);
    assert.ok(user.session_state === null || user.session_state === undefined, 'no session management by frames');
  });

  visit('the person declines, and the library says access_denied', async (visitor) => {
    await signedIn(visitor);
    const base = `${spa.otherSite}/plain`;
    await leaveFor(visitor, base);
    await visitor.heading('Notes asks for access');
    await visitor.press('Don’t allow');
    await visitor.page.waitForURL(`${base}/callback?**`);
    const error = await visitor.page.evaluate(() => globalThis.arrived.then(() => 'signed in', (failure) => failure.error));
    assert.equal(error, 'access_denied');
  });

  for (const where of ['otherSite', 'sameSite']) {
    visit(`silent renewal with the refresh token (${where})`, async (visitor) => {
      const person = await signedIn(visitor);
      const before = await signIn(visitor, `${spa[where]}/offline`);
      assert.equal(before.profile.sub, person.userId);
      const after = await renew(visitor);
      assert.equal(after.error, undefined, after.message);
      assert.notEqual(after.access_token, before.access_token);
      assert.notEqual(after.refresh_token, before.refresh_token);
      assert.equal(after.profile.sub, person.userId);
      assert.equal((await renew(visitor)).profile.sub, person.userId);
    });
  }

  visit('two tabs renew at once: both go on', async (visitor) => {
    await signedIn(visitor);
    await signIn(visitor, `${spa.otherSite}/offline`);
    const [one, two] = await Promise.all([renew(visitor), renew(visitor)]);
    assert.equal(one.error, undefined, one.message);
    assert.equal(two.error, undefined, two.message);
    assert.equal((await renew(visitor)).error, undefined);
  });

  visit('automatic renewal before the token expires', async (visitor) => {
    await signedIn(visitor);
    const before = await signIn(visitor, `${spa.otherSite}/automatic`);
    const renewed = await visitor.page.evaluate(
      (old) =>
        new Promise((resolve, reject) => {
          const { manager } = globalThis;
          manager.events.addSilentRenewError((error) => reject(error));
          manager.events.addUserLoaded((user) => user.access_token !== old && (manager.stopSilentRenew(), resolve(user.access_token)));
        }),
      before.access_token,
    );
    assert.notEqual(renewed, before.access_token);
  });

  visit('silent renewal in a frame, without a refresh token: within one site', async (visitor) => {
    const person = await signedIn(visitor);
    const before = await signIn(visitor, `${spa.sameSite}/automatic`);
    // What the frame gets is a redirect, never a page of the server: those refuse to be framed.
    const after = await renew(visitor, { forceIframeAuth: true });
    assert.equal(after.error, undefined, after.message);
    assert.equal(after.profile.sub, person.userId);
    assert.notEqual(after.access_token, before.access_token);
  });

  visit('silent renewal in a frame of another site: login_required, because the cookie stays at home', async (visitor) => {
    await signedIn(visitor);
    await signIn(visitor, `${spa.otherSite}/offline`);
    assert.equal((await renew(visitor, { forceIframeAuth: true })).error, 'login_required');
    assert.equal((await renew(visitor)).error, undefined, 'the refresh token still works');
  });

  visit('logout: by redirect and back; then nothing renews and the person has to sign in', async (visitor) => {
    const person = await signedIn(visitor);
    const base = `${spa.sameSite}/offline`;
    await signIn(visitor, base);
    await visitor.page.evaluate(() => void globalThis.manager.signoutRedirect({ state: 'bye' }));
    await visitor.page.waitForURL(`${base}/signed-out?**`);
    const answer = await visitor.page.evaluate(async () => (await globalThis.arrived).userState);
    assert.equal(answer, 'bye');
    assert.equal(await person.session(server), null);
    assert.equal(await visitor.page.evaluate(() => globalThis.manager.getUser()), null);
    assert.equal((await renew(visitor, { forceIframeAuth: true })).error, 'login_required');
    await leaveFor(visitor, base);
    await visitor.page.waitForURL(`${server.base}/login?**`);
  });

  visit('revokeTokensOnSignout ends the tokens as well', async (visitor) => {
    const person = await signedIn(visitor);
    const base = `${spa.otherSite}/revoking`;
    const user = await signIn(visitor, base);
    await visitor.page.evaluate(() => void globalThis.manager.signoutRedirect());
    await visitor.page.waitForURL(`${base}/signed-out**`);
    assert.equal(await person.session(server), null);
    const form = { grant_type: 'refresh_token', refresh_token: user.refresh_token, client_id: 'revoking' };
    const answer = await server.request('POST', '/api/auth/oauth2/token', { form });
    assert.equal(answer.json.error, 'invalid_grant', answer.describe());
  });

  visit('DPoP: a key that cannot leave the browser, a code bound to it, the server’s nonce', async (visitor) => {
    const person = await signedIn(visitor);
    visitor.expectComplaint(/400/); // the first proof knows no nonce
    const user = await signIn(visitor, `${spa.otherSite}/bound`);
    assert.equal(user.token_type, 'DPoP');
    const after = await renew(visitor);
    assert.equal(after.error, undefined, after.message);
    assert.equal(after.token_type, 'DPoP');
    const answer = await visitor.page.evaluate(async (url) => {
      const { manager } = globalThis;
      const signedIn = await manager.getUser();
      const ask = async (nonce) => {
        const dpop = await manager.dpopProof(url, signedIn, 'GET', nonce);
        return fetch(url, { headers: { authorization: `DPoP ${signedIn.access_token}`, dpop } });
      };
      const first = await ask('stale');
      const second = await ask(first.headers.get('dpop-nonce'));
      const asBearer = await fetch(url, { headers: { authorization: `Bearer ${signedIn.access_token}` } });
      return { refused: first.headers.get('www-authenticate'), claims: await second.json(), bearer: asBearer.status };
    }, `${server.base}/api/auth/oauth2/userinfo`);
    visitor.expectComplaint(/401/);
    visitor.expectComplaint(/401/);
    assert.match(answer.refused, /use_dpop_nonce/);
    assert.equal(answer.claims.sub, person.userId);
    assert.equal(answer.bearer, 401);
  });

  visit('a popup in which the person signs in', async (visitor) => {
    const key = new Key();
    const opener = visitor.page;
    await opener.goto(`${spa.otherSite}/offline`);
    const opened = visitor.context.waitForEvent('page');
    const outcome = opener.evaluate(() => globalThis.manager.signinPopup().then((user) => user.profile.pubkey, (error) => error.message));
    visitor.page = await opened;
    await visitor.press('Use a private key (WIF)');
    await visitor.type('Private key (WIF)', key.wif);
    await visitor.press('Continue');
    await visitor.page.getByLabel('Keep it on this device').uncheck();
    await visitor.press('Sign in');
    // Our pages let go of their opener (Cross-Origin-Opener-Policy); the library then finds home by a BroadcastChannel.
    assert.equal(await outcome, key.pubkey);
    visitor.page = opener;
  });

  visit('a popup that nobody has to answer in', async (visitor) => {
    const person = await signedIn(visitor);
    await visitor.page.goto(`${spa.otherSite}/offline`);
    const sub = await visitor.page.evaluate(async () => (await globalThis.manager.signinPopup()).profile.sub);
    assert.equal(sub, person.userId);
  });
});
