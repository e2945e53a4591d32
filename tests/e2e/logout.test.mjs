// RP-initiated logout: the certification suite's modules by name (oidcc-modules.md §6), and what it leaves out.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oidc from 'openid-client';
import { newSigner, signJwt, unsignedJwt } from './support/jws.mjs';
import {
  assertSignedIn,
  assertSignedOutPage,
  confirm,
  endSession,
  endSessionPath,
  longState,
  postLogout,
  readQuestion,
} from './support/logout.mjs';
import { claimsOf, exchange, fullScope, getCode, headerOf, publicClient, userinfo } from './support/oauth.mjs';
import { assertErrorPage } from './support/pages.mjs';
import { newPerson, sessionCookie } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const withQuery = `${postLogout}?tab=1`;
const elsewhere = 'https://app.example.com/elsewhere';
const clients = [
  publicClient('rp', { client_name: 'Photo <Album>', post_logout_redirect_uris: [postLogout, withQuery] }),
  publicClient('other-rp', { post_logout_redirect_uris: [elsewhere] }),
  publicClient('off', { post_logout_redirect_uris: [postLogout] }),
  publicClient('es256', { post_logout_redirect_uris: [postLogout], id_token_signed_response_alg: 'ES256' }),
];
const env = { SIGMA_ID_TOKEN_LIFETIME: '10s' };

forEachStore('logout', { clients, env }, (context) => {
  const signIn = async (clientId = 'rp', more = {}) => {
    const person = await newPerson(context.server);
    person.tokens = await exchange(context.server, await getCode(context.server, person, { client_id: clientId, ...more }));
    return person;
  };
  const parameters = (person, more = {}) => {
    const all = { id_token_hint: person.tokens.id_token, post_logout_redirect_uri: postLogout, state: longState, ...more };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  };
  /** Whose ID token is old when the last test comes. */
  let early;
  before(async () => {
    early = await signIn();
  });
  const signedIn = (person, expected) => assertSignedIn(context.server, person, expected, 'rp');

  /** Sends the browser there; asserts that it comes back to `where` and that nobody is signed in any more. */
  async function assertLogsOut(person, given, where, options) {
    const { server } = context;
    const answer = await endSession(server, person, given, options);
    assert.equal(answer.status, 302, answer.describe());
    assert.equal(answer.location, where);
    assert.equal(answer.cookies.get(sessionCookie)?.attributes['max-age'], '0', answer.describe());
    await signedIn(person, false);
  }

  /** Asserts a page without any way to an address outside, and that the session lives. */
  async function assertAsks(person, given, options) {
    const { server } = context;
    const answer = await endSession(server, person, given, options);
    const question = readQuestion(answer);
    assert.doesNotMatch(answer.text, /https?:\/\//, answer.describe());
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['x-frame-options'], 'DENY');
    assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.doesNotMatch(answer.text, /<script/, 'works without scripts');
    await signedIn(person, true);
    return question;
  }

  async function assertRefuses(person, given, words = /^post_logout_redirect_uri is not registered/) {
    const answer = await endSession(context.server, person, given);
    assertErrorPage(answer, words);
    assert.equal(answer.headers['set-cookie'], undefined);
    await signedIn(person, true);
    return answer;
  }

  test('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => {
    const { server } = context;
    const { json } = await server.request('GET', '/api/auth/.well-known/openid-configuration');
    assert.equal(json.end_session_endpoint, `${server.base}${endSessionPath}`);
    assert.equal(json.backchannel_logout_supported, true);
    assert.equal(json.backchannel_logout_session_supported, true);
  });

  test('oidcc-rp-initiated-logout', async () => {
    const person = await signIn();
    await signedIn(person, true);
    await assertLogsOut(person, parameters(person), `${postLogout}?state=${encodeURIComponent(longState).replaceAll('~', '%7E')}`);
    assert.equal((await userinfo(context.server, person.tokens.access_token)).status, 401, 'its tokens are dead');
  });

  test('oidcc-rp-initiated-logout-no-state', async () => {
    const person = await signIn();
    await assertLogsOut(person, parameters(person, { state: undefined }), postLogout);
  });

  test('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', async () => {
    const person = await signIn();
    await assertRefuses(person, parameters(person, { post_logout_redirect_uri: 'https://app.example.com/nowhere' }));
  });

  test('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', async () => {
    const person = await signIn();
    await assertRefuses(person, parameters(person, { post_logout_redirect_uri: `${postLogout}?foo=bar` }));
  });

  test('oidcc-rp-initiated-logout-modified-id-token-hint', async () => {
    const person = await signIn();
    const hint = unsignedJwt(claimsOf(person.tokens.id_token));
    await assertAsks(person, parameters(person, { id_token_hint: hint }));
  });

  test('oidcc-rp-initiated-logout-bad-id-token-hint', async () => {
    const person = await signIn();
    const { kid } = headerOf(person.tokens.id_token);
    const hint = signJwt(newSigner('RS256'), claimsOf(person.tokens.id_token), { kid });
    await assertAsks(person, parameters(person, { id_token_hint: hint }));
  });

  test('oidcc-rp-initiated-logout-no-id-token-hint', async () => {
    const person = await signIn();
    const question = await assertAsks(person, parameters(person, { id_token_hint: undefined, client_id: 'rp' }));
    assertSignedOutPage(await confirm(context.server, person, question));
    await signedIn(person, false);
  });

  test('oidcc-rp-initiated-logout-no-params', async () => {
    const person = await signIn();
    const question = await assertAsks(person);
    const answer = await confirm(context.server, person, question);
    assertSignedOutPage(answer);
    assert.equal(answer.cookies.get(sessionCookie)?.attributes['max-age'], '0', answer.describe());
    await signedIn(person, false);
  });

  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async () => {
    const person = await signIn();
    assertSignedOutPage(await endSession(context.server, person, { id_token_hint: person.tokens.id_token }));
    await signedIn(person, false);
  });

  test('oidcc-rp-initiated-logout-only-state', async () => {
    const person = await signIn();
    const question = await assertAsks(person, { state: longState });
    assertSignedOutPage(await confirm(context.server, person, question));
    await signedIn(person, false);
  });

  test('openid-client builds the address', async () => {
    const { server } = context;
    const person = await signIn();
    const config = await oidc.discovery(new URL(server.issuer), 'rp', undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });
    const url = oidc.buildEndSessionUrl(config, parameters(person, { state: 's' }));
    const answer = await person.request(server, 'GET', url.pathname + url.search);
    assert.equal(answer.location, `${postLogout}?state=s`, answer.describe());
    await signedIn(person, false);
  });

  test('state goes back untouched, also behind a query', async () => {
    const person = await signIn();
    const state = 'a&b=c#d\r\nSet-Cookie: x=1 ü';
    const answer = await endSession(context.server, person, parameters(person, { post_logout_redirect_uri: withQuery, state }));
    const url = new URL(answer.location);
    assert.equal(url.searchParams.get('state'), state);
    assert.equal(url.searchParams.get('tab'), '1');
    assert.equal(url.hash, '');
    assert.equal(answer.headers['set-cookie'].some((line) => line.startsWith('x=')), false);
  });

  test('by form post, the browser is asked again by GET, where its cookie comes along', async () => {
    const { server } = context;
    const person = await signIn();
    // As a browser posts it from the application's page: SameSite=Lax, so without the cookie.
    const posted = await server.request('POST', endSessionPath, { form: parameters(person), headers: { origin: 'https://app.example.com' } });
    assert.equal(posted.status, 303, posted.describe());
    assert.equal(posted.headers['set-cookie'], undefined);
    const answer = await person.request(server, 'GET', posted.location);
    assert.equal(answer.status, 302, answer.describe());
    assert.equal(new URL(answer.location).searchParams.get('state'), longState);
    await signedIn(person, false);
  });

  test('by form post with more than fits into an address: the person is asked', async () => {
    const { server } = context;
    const person = await signIn();
    for (const more of [{ id_token_hint: 'x'.repeat(8_001) }, { state: 's'.repeat(8_001) }]) {
      const posted = await server.request('POST', endSessionPath, { form: parameters(person, more) });
      assert.equal(posted.status, 303, posted.describe());
      assert.ok(posted.location.length < 8_000);
      const answer = await person.request(server, 'GET', posted.location);
      readQuestion(answer);
      await signedIn(person, true);
    }
  });

  test('by form post from our own site, and under its other name', async () => {
    const { server } = context;
    for (const path of [endSessionPath, '/api/auth/oauth2/endsession']) {
      const person = await signIn();
      const answer = await person.request(server, 'POST', path, { form: parameters(person, { state: undefined }) });
      assert.equal(answer.status, 302, answer.describe());
      assert.equal(answer.location, postLogout);
      await signedIn(person, false);
      const second = await signIn();
      await assertLogsOut(second, parameters(second, { state: undefined }), postLogout, { path });
    }
  });

  test('who is signed out already goes straight back, or sees that', async () => {
    const { server } = context;
    const person = await signIn();
    await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    for (const somebody of [person, undefined]) {
      const answer = await endSession(server, somebody, parameters(person, { state: 's' }));
      assert.equal(answer.location, `${postLogout}?state=s`, answer.describe());
      assertErrorPage(await endSession(server, somebody, parameters(person, { post_logout_redirect_uri: elsewhere })), /^post_logout_redirect_uri is not registered/);
      assertSignedOutPage(await endSession(server, somebody, { post_logout_redirect_uri: postLogout, client_id: 'rp' }));
    }
  });

  test('case 44: only a registered address, letter for letter, and only for its own client', async () => {
    const person = await signIn();
    const lookAlikes = [
      `${postLogout}/`,
      `${postLogout}#x`,
      `${postLogout}%20`,
      postLogout.toUpperCase(),
      postLogout.replace('https', 'http'),
      postLogout.replace('app.example.com', 'app.example.com:443'),
      postLogout.replace('app.example.com', 'app.example.com@evil.example'),
      postLogout.replace('app.example.com', 'app.example.com.evil.example'),
      'https://evil.example/',
      '//evil.example',
      'javascript:alert(1)',
      elsewhere, // another client's
    ];
    for (const uri of lookAlikes) {
      await assertRefuses(person, parameters(person, { post_logout_redirect_uri: uri }));
    }
    await assertRefuses(person, parameters(person, { client_id: 'other-rp' }), /^client_id names another application/);
    const twice = new URLSearchParams(parameters(person));
    twice.append('post_logout_redirect_uri', postLogout);
    await assertRefuses(person, twice, /more than once/);
    await signedIn(person, true);
  });

  test('case 44: a hint that is not a genuine ID token of ours for this very session proves nothing', async () => {
    const { server } = context;
    const person = await signIn('rp', { scope: fullScope });
    const { id_token: genuine, access_token: access, refresh_token: refresh } = person.tokens;
    const claims = claimsOf(genuine);
    const { kid } = headerOf(genuine);
    const [header, body, signature] = genuine.split('.');
    const es256 = await signIn('es256');
    const hints = {
      'alg none': unsignedJwt(claims, { header: { kid } }),
      'alg none, other spelling': unsignedJwt(claims, { spelling: 'NONE', header: { kid }, signature }),
      'foreign signature': signJwt(newSigner('RS256'), claims, { kid }),
      'another key’s signature': [header, body, es256.tokens.id_token.split('.')[2]].join('.'),
      'other claims': [header, Buffer.from(JSON.stringify({ ...claims, aud: 'other-rp' })).toString('base64url'), signature].join('.'),
      'an access token': access,
      'a refresh token': refresh,
      empty: '',
      garbage: 'x.y.z',
      huge: 'x'.repeat(7000),
    };
    for (const [name, hint] of Object.entries(hints)) {
      const question = await assertAsks(person, parameters(person, { id_token_hint: hint }));
      assert.ok(question.fields.confirmation, name);
    }
    // A genuine one, but of somebody else: the person is asked, and then may go where the asker has registered.
    const somebody = await signIn();
    const answer = await endSession(server, person, parameters(somebody, { state: 's' }));
    const question = readQuestion(answer);
    assert.match(answer.text, /Photo &lt;Album&gt; asks/, 'who asks is proven, and escaped');
    await signedIn(person, true);
    const gone = await confirm(server, person, question);
    assert.equal(gone.location, `${postLogout}?state=s`, gone.describe());
    await signedIn(person, false);
    await signedIn(somebody, true);
  });

  test('case 44: the hint of an earlier session of the same person asks, too', async () => {
    const { server } = context;
    const person = await signIn();
    const before = person.tokens;
    await person.signIn(server);
    readQuestion(await endSession(server, person, { id_token_hint: before.id_token }));
    await signedIn(person, true);
  });

  test('case 44: the hint of another issuer proves nothing', async (t) => {
    const person = await signIn();
    const foreign = await startServer({ clients });
    t.after(() => foreign.stop());
    const { id_token: hint } = await exchange(foreign, await getCode(foreign, await newPerson(foreign), { client_id: 'rp' }));
    await assertAsks(person, parameters(person, { id_token_hint: hint }));
  });

  test('case 44: a genuine hint of a client that is switched off leads nowhere', async () => {
    const { server } = context;
    const person = await signIn('off');
    const change = (disabled) => server.admin('PATCH', '/admin/clients/off', { json: { disabled } });
    assert.equal((await change(true)).status, 200);
    await assertAsks(person, parameters(person));
    assert.equal((await change(false)).status, 200);
  });

  test('case 45: a cross-site GET asks, and the session lives', async () => {
    const person = await signIn();
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', referer: 'https://evil.example/' };
    for (const given of [{}, { client_id: 'rp' }, { logout_hint: person.userId, ui_locales: 'de' }, { post_logout_redirect_uri: 'https://evil.example/' }]) {
      await assertAsks(person, given, { headers });
    }
    const head = await person.request(context.server, 'HEAD', `${endSessionPath}?${new URLSearchParams(parameters(person))}`);
    assert.equal(head.status, 405, head.describe());
    await signedIn(person, true);
  });

  test('case 45: the answer counts only from our own page, for the session that was asked, and for a while', async () => {
    const { server } = context;
    const person = await signIn();
    const question = await assertAsks(person);
    const attempts = {
      'another site': { headers: { origin: 'https://evil.example' } },
      'no origin': { headers: { origin: undefined } },
      'null origin': { headers: { origin: 'null' } },
      'cross-site by its own word': { headers: { origin: undefined, 'sec-fetch-site': 'cross-site' } },
    };
    for (const [name, { headers }] of Object.entries(attempts)) {
      const sent = { cookie: person.jar.header(), ...headers };
      if (sent.origin === undefined) delete sent.origin;
      const answer = await server.request('POST', question.action, { form: question.fields, headers: sent });
      assert.equal(answer.status, 403, `${name}: ${answer.describe()}`);
    }
    const thief = await signIn();
    const { fields: theirs } = await assertAsks(thief);
    const { confirmation: ours } = question.fields;
    const changed = `${ours.slice(0, 10)}${ours[10] === 'A' ? 'B' : 'A'}${ours.slice(11)}`;
    for (const confirmation of [theirs.confirmation, changed, ours.split('.')[0], `${ours.split('.')[0]}.`, '.', '', undefined]) {
      const answer = await confirm(server, person, { action: question.action, fields: confirmation === undefined ? {} : { confirmation } });
      assertErrorPage(answer, /nothing was changed/, confirmation);
    }
    const get = await person.request(server, 'GET', `${question.action}?confirmation=${ours}`);
    assert.equal(get.status, 405, get.describe());
    const asJson = await person.request(server, 'POST', question.action, { json: question.fields });
    assert.equal(asJson.status, 415, asJson.describe());
    await signedIn(person, true);
    // Pressing twice, as people do.
    assertSignedOutPage(await confirm(server, person, question));
    assertSignedOutPage(await confirm(server, person, question));
    await signedIn(person, false);
  });

  test('nothing but parameters is read, and never a 500', async () => {
    const { server } = context;
    const person = await signIn();
    const asJson = await person.request(server, 'POST', endSessionPath, { json: parameters(person) });
    assert.equal(asJson.status, 415, asJson.describe());
    for (const query of ['id_token_hint=%ff', 'state=%00', 'a=%zz', `x=${'&x='.repeat(300)}`]) {
      const answer = await person.request(server, 'GET', `${endSessionPath}?${query}`);
      assert.equal(answer.status, 400, answer.describe());
    }
    await signedIn(person, true);
  });

  test('case 44: an expired genuine hint is accepted', async () => {
    const { exp } = claimsOf(early.tokens.id_token);
    while (Date.now() / 1000 <= exp + 1) await new Promise((resolve) => setTimeout(resolve, 250));
    await assertLogsOut(early, parameters(early, { state: 's' }), `${postLogout}?state=s`);
  });
});
