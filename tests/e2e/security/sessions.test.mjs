// Sessions: security cases 46–48, sigma-contract.md §6. Logout is in logout.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, authorizePath, authorizeQuery, newPkce, publicClient, redirected } from '../support/oauth.mjs';
import { assertOwnPage } from '../support/pages.mjs';
import { newPerson, Person, sessionCookie } from '../support/person.mjs';
import { inDatabase } from '../support/postgres.mjs';
import { forEachStore } from '../support/stores.mjs';

const clients = [publicClient('my-app'), publicClient('asks-consent', { skip_consent: false })];

forEachStore('sessions', { clients }, (context) => {
  const challenge = newPkce().challenge;
  const ask = (person, overrides = {}, options) =>
    authorize(context.server, person, { code_challenge: challenge, ...overrides }, options);
  const sessionOf = async (cookie) =>
    (await context.server.request('GET', '/api/auth/get-session', { headers: { cookie } })).json;

  test('case 46: its secret is a new one at sign-in and at a step-up (signing in again), and worth nothing after sign-out', async () => {
    const { server } = context;
    const person = new Person();
    // An id that somebody planted before the sign-in is not the one that becomes valid by it.
    const planted = `${sessionCookie}=${'A'.repeat(32)}.${'A'.repeat(43)}%3D`;
    const first = await person.trySignIn(server, { headers: { cookie: planted, origin: server.base } });
    assert.equal(first.status, 200, first.describe());
    person.jar.absorb(first);
    assert.equal(await sessionOf(planted), null);
    assert.notEqual(person.jar.header(), planted);

    const before = person.jar.header();
    const { session } = await sessionOf(before);
    const again = await person.trySignIn(server, { headers: { cookie: before, origin: server.base } });
    assert.equal(again.status, 200, again.describe());
    person.jar.absorb(again);
    assert.notEqual(again.json.token, first.json.token);
    // Decision 0010: the session goes on under the new secret, and the old one is dead at once, as cookie and as bearer token.
    assert.equal(await sessionOf(before), null);
    const bearer = { authorization: `Bearer ${first.json.token}` };
    assert.equal((await server.request('GET', '/api/auth/get-session', { headers: bearer })).json, null);
    assert.equal((await sessionOf(person.jar.header())).session.id, session.id);
    assert.equal((await person.request(server, 'GET', '/api/auth/list-sessions')).json.length, 1);

    const after = person.jar.header();
    person.jar.absorb(await person.request(server, 'POST', '/api/auth/sign-out', { json: {} }));
    assert.equal(await sessionOf(after), null);
    assert.equal(person.jar.get(sessionCookie), undefined, 'the browser is told to forget it');
    await person.signIn(server);
    assert.notEqual(person.jar.header(), after);
    assert.equal(await sessionOf(after), null, 'and it stays dead');
  });

  test('case 46: somebody else’s sign-in in the same browser takes nothing over', async () => {
    const { server } = context;
    const [one, other] = [await newPerson(server), new Person()];
    const answer = await other.trySignIn(server, { headers: { cookie: one.jar.header(), origin: server.base } });
    other.jar.absorb(answer);
    assert.equal((await other.session(server)).user.id, answer.json.user.id);
    assert.notEqual(answer.json.user.id, one.userId);
    assert.equal((await sessionOf(one.jar.header())).user.id, one.userId, 'and ends nothing (decision 0010)');
  });

  // The contract fixes the names of the cookie, so `__Host-` cannot keep a sibling sub-domain from setting one of the
  // name. What it sets must not be taken for a session of ours, nor hide the one there is behind something better.
  test('case 46: a cookie that a sibling sub-domain has set is not accepted', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const attacker = await newPerson(server);
    const own = person.jar.header();
    const value = own.slice(sessionCookie.length + 1);
    const [token, mac] = decodeURIComponent(value).split('.');
    const pair = (text) => `${sessionCookie}=${encodeURIComponent(text)}`;
    const unsigned = [
      token,
      `${token}.`,
      `${token}.${mac.slice(0, -2)}`,
      `${'A'.repeat(32)}.${mac}`,
      `${attacker.sessionToken}.${mac}`,
      `${token}.${decodeURIComponent(attacker.jar.get(sessionCookie)).split('.')[1]}`,
      '',
    ];
    for (const text of unsigned) assert.equal(await sessionOf(pair(text)), null, text);

    // Two cookies of the name: a browser sends both, and which is first the attacker can choose (by path and age).
    for (const cookie of [`${own}; ${attacker.jar.header()}`, `${attacker.jar.header()}; ${own}`]) {
      const headers = { cookie };
      const seen = await server.request('GET', '/api/auth/get-session', { headers });
      assert.equal(seen.text, 'null', 'two of them: nobody knows whose browser this is');
      const code = await server.request('GET', `${authorizePath}?${authorizeQuery({ code_challenge: challenge })}`, {
        headers,
      });
      assertOwnPage(server, code);
      const out = await server.request('POST', '/api/auth/sign-out', {
        json: {},
        headers: { ...headers, origin: server.base },
      });
      assert.ok(out.status < 500, out.describe());
      for (const one of [own, attacker.jar.header()]) assert.ok(await sessionOf(one), 'neither session has ended');
    }
    for (const cookie of [`${own}; ${pair('x.y')}`, `${pair('x.y')}; ${own}`]) {
      assert.equal(await sessionOf(cookie), null, 'nor with one that is no session');
    }
    assert.ok(await sessionOf(`${own}; better-auth.session_tokens=x; xbetter-auth.session_token=y`));
  });

  // There is no second factor: a key that only its holder can use is all there is, and the session exists from the
  // moment it has been proven. So "pending" is everything before that.
  test('case 47: before the sign-in is complete nothing that wants a session works', async () => {
    const { server } = context;
    const person = new Person();
    const failed = await person.trySignIn(server, { token: `${person.token('/elsewhere')}` });
    assert.equal(failed.status, 401, failed.describe());
    assert.equal(failed.cookies.size, 0, 'no half of a session');
    person.jar.absorb(failed);
    assertOwnPage(server, await ask(person));
    const { query } = redirected(await ask(person, { prompt: 'none' }));
    assert.equal(query.get('error'), 'login_required');
    const state = assertOwnPage(server, await ask(person, { client_id: 'asks-consent' })).search.slice(1);
    const calls = [
      ['POST', '/api/auth/device/approve', { userCode: 'ABCD-2345' }],
      ['POST', '/api/auth/device/deny', { userCode: 'ABCD-2345' }],
      ['POST', '/api/auth/oauth2/consent', { accept: true, oauth_query: state }],
      ['POST', '/api/auth/oauth2/continue', { selected: true, oauth_query: state }],
      ['POST', '/api/auth/oauth2/delete-consent', { id: 'x' }],
      ['POST', '/api/auth/organization/set-active', { organizationId: person.bapId }],
      ['POST', '/api/auth/revoke-session', { token: 'x' }],
      ['POST', '/api/auth/revoke-sessions', {}],
      ['POST', '/api/auth/revoke-other-sessions', {}],
      ['GET', '/api/auth/list-sessions'],
      ['GET', '/api/auth/oauth2/get-consents'],
      ['GET', '/api/auth/organization/list'],
      ['GET', '/api/auth/organization/get-full-organization'],
      ['POST', '/api/auth/oauth2/update-consent', { id: 'x', update: { scopes: ['openid'] } }],
      ['POST', '/api/auth/sigma/store-consent-bap-id', { consentCode: 'x', bapId: person.bapId }],
      ['POST', '/api/user/bap-ids', { bapId: person.bapId, name: 'x', accountPubkey: person.pubkey }],
      ['POST', '/api/backup', { encryptedBackup: 'x'.repeat(100) }],
      ['GET', '/api/user/bap-ids'],
      ['GET', '/api/user/last-oauth-identity?clientId=my-app'],
      ['GET', '/api/auth/oauth2/get-consent?id=x'],
    ];
    for (const [method, path, json] of calls) {
      const answer = await person.request(server, method, path, json ? { json } : {});
      const toSignIn =
        answer.status === 200 &&
        answer.json?.redirect &&
        /^\/login/.test(new URL(answer.json.url, server.base).pathname);
      assert.ok(answer.status === 401 || toSignIn, `${path}: ${answer.describe()}`);
      assert.doesNotMatch(answer.text, /code=/, path);
    }
  });

  test('case 48: prompt=none shows no page and changes nothing', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const state = async () => ({
      sessions: (await person.request(server, 'GET', '/api/auth/list-sessions')).json,
      consents: (await person.request(server, 'GET', '/api/auth/oauth2/get-consents')).json,
      organization: (await person.session(server)).session.activeOrganizationId,
    });
    const before = await state();
    const requests = [
      [person, {}, undefined],
      [undefined, {}, 'login_required'],
      [person, { max_age: '0' }, 'login_required'],
      [person, { client_id: 'asks-consent' }, 'consent_required'],
      [person, { bapId: new Person().bapId }, 'interaction_required'],
      [person, { prompt: 'none login' }, 'invalid_request'],
      [person, { prompt: 'none consent' }, 'invalid_request'],
      [person, { prompt: 'none select_account' }, 'invalid_request'],
      [person, { prompt: 'none create' }, 'invalid_request'],
    ];
    for (const [who, overrides, error] of requests) {
      for (const path of [authorizePath, '/oauth2/authorize']) {
        const answer = await ask(who, { prompt: 'none', ...overrides }, { path });
        const { query } = redirected(answer);
        assert.equal(query.get('error'), error ?? null, answer.describe());
        assert.equal(query.has('code'), error === undefined, answer.describe());
        assert.equal(answer.headers['set-cookie'], undefined, answer.describe());
        assert.equal(answer.text, '', 'a redirect and nothing to see');
        assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/);
        assert.equal(answer.headers['x-frame-options'], 'DENY');
        assert.match(answer.headers['cache-control'], /no-store/);
      }
    }
    assert.deepEqual(await state(), before);
  });

  test('case 48: a frame on another site has no session to steal a code with: the cookie is SameSite=Lax', async () => {
    const answer = await new Person().signIn(context.server);
    const { attributes } = answer.cookies.get(sessionCookie);
    assert.equal(attributes.samesite, 'Lax', 'so a cross-site frame sends no cookie');
    assert.equal(attributes.httponly, true);
  });

  if (context.store === 'postgres') {
    /** As if all that time had passed since the session was last renewed. */
    const ageBy = (person, hours) =>
      inDatabase(context.server.databaseUrl, 'UPDATE sessions SET expires_at = expires_at - $2::bigint, updated_at = updated_at - $2::bigint WHERE user_id = $1', [
        person.userId,
        hours * 3_600_000,
      ]);

    test('contract §6: a session is renewed once a day, and the cookie with it', async () => {
      const { server } = context;
      const person = await newPerson(server);
      const get = () => person.request(server, 'GET', '/api/auth/get-session');
      await ageBy(person, 23);
      assert.equal((await get()).cookies.get(sessionCookie), undefined);
      await ageBy(person, 2);
      const renewed = await get();
      const cookie = renewed.cookies.get(sessionCookie);
      assert.equal(cookie?.attributes['max-age'], String(7 * 86_400), renewed.describe());
      assert.equal(renewed.headers['set-auth-token'], decodeURIComponent(cookie.value));
      assert.ok(Date.parse(renewed.json.session.expiresAt) - Date.now() > 6.99 * 86_400_000, renewed.text);
      assert.equal((await get()).cookies.get(sessionCookie), undefined, 'once a day');
      await ageBy(person, 25);
      const signedIn = await ask(person);
      assert.ok(signedIn.cookies.get(sessionCookie), 'who only signs in to applications is renewed as well');
      // Other calls cannot tell the browser, so they leave the session as it is.
      await ageBy(person, 25);
      assert.equal((await person.request(server, 'GET', '/api/auth/list-sessions')).cookies.get(sessionCookie), undefined);
      assert.ok((await get()).cookies.get(sessionCookie));
    });

    test('contract §6: the session of a bare token is renewed by any call', async () => {
      const { server } = context;
      const person = await newPerson(server);
      await ageBy(person, 100);
      const headers = { authorization: `Bearer ${person.sessionToken}` };
      assert.equal((await server.request('GET', '/api/auth/organization/list', { headers })).status, 200);
      const { session } = (await server.request('GET', '/api/auth/get-session', { headers })).json;
      assert.ok(Date.parse(session.expiresAt) - Date.now() > 6.99 * 86_400_000, session.expiresAt);
    });
  }
});
