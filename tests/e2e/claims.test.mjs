// What an application may wish for in a sign-in: single claims (OpenID Connect Core §5.5), a certain person
// (id_token_hint), a hint who it may be (login_hint), how and how freshly they signed in (acr_values, max_age).
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oidc from 'openid-client';
import { hmacJwt, newSigner, signJwt, unsignedJwt } from './support/jws.mjs';
import { assertErrorRedirect, authorize, claimsOf, exchange, getCode, headerOf, newPkce, publicClient, redirected } from './support/oauth.mjs';
import { authorizeWith, discover, refusal, signInWith } from './support/openid.mjs';
import { assertOwnPage, getConsentedCode } from './support/pages.mjs';
import { newPerson, Person } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const acr = 'urn:mace:incommon:iap:bronze';
const api = 'https://api.example.com';
const clients = [
  publicClient('my-app'),
  publicClient('other-app'),
  publicClient('asks-first', { skip_consent: false }),
  publicClient('openid-only', { scope: 'openid' }),
];

forEachStore('wishes of an application', { clients, env: { SIGMA_RESOURCES: api } }, (context) => {
  let person;
  let config;
  before(async () => {
    person = await newPerson(context.server);
    config = await discover(context.server, 'my-app');
  });
  const signIn = async (parameters, more) => (await signInWith(context.server, config, parameters, { person, ...more })).tokens;
  const ask = (parameters, who = person) =>
    authorize(context.server, who, { client_id: 'my-app', code_challenge: newPkce().challenge, ...parameters });
  const wish = (claims) => JSON.stringify(claims);

  test('discovery says what may be wished for', () => {
    const metadata = config.serverMetadata();
    assert.equal(metadata.claims_parameter_supported, true);
    assert.deepEqual(metadata.acr_values_supported, [acr]);
    for (const name of ['name', 'pubkey', 'bap_id', 'acr', 'auth_time']) assert.ok(metadata.claims_supported.includes(name), name);
  });

  test('claims of userinfo and of the ID token, each where it was wished for, without the scope', async () => {
    const plain = await signIn({ scope: 'openid' });
    assert.equal(plain.claims().name, undefined);
    const tokens = await signIn({ scope: 'openid', claims: wish({ userinfo: { name: null }, id_token: { updated_at: { essential: true } } }) });
    assert.equal(tokens.scope, 'openid');
    assert.equal(tokens.claims().name, undefined);
    assert.ok(tokens.claims().updated_at > 0);
    const user = await oidc.fetchUserInfo(config, tokens.access_token, person.userId);
    assert.ok(user.name);
    assert.equal(user.updated_at, undefined);
    assert.equal(user.picture, undefined, 'one claim opens no scope');
  });

  test('they hold for refreshes, and for tokens of a resource', async () => {
    const tokens = await signIn({ scope: 'openid offline_access', resource: api, claims: wish({ userinfo: { name: null }, id_token: { name: null } }) });
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.ok(refreshed.claims().name);
    assert.ok((await oidc.fetchUserInfo(config, refreshed.access_token, person.userId)).name);
    const pushed = await signIn({ scope: 'openid', claims: wish({ id_token: { name: null } }) }, { pushed: true });
    assert.ok(pushed.claims().name);
  });

  test('unknown claims and members are wishes that stay open; null and {} are no wishes', async () => {
    for (const claims of ['{}', wish({ userinfo: null }), wish({ userinfo: {} }), wish({ elsewhere: { name: null } }),
      wish({ userinfo: { shoe_size: { essential: true }, 'https://a.example/b': null }, id_token: { 'name#de': null } }),
      wish({ id_token: { auth_time: { essential: true }, acr: null, sub: null } })]) {
      const tokens = await signIn({ scope: 'openid', claims });
      assert.equal(tokens.claims().name, undefined, claims);
      assert.equal(tokens.claims().acr, acr);
    }
  });

  test('claims that are not the JSON of the standard', async () => {
    const wrong = ['{', '[]', '"name"', '5', '{"userinfo":[]}', '{"userinfo":"name"}', '{"id_token":{"name":true}}', '{"id_token":{"name":["a"]}}',
      '{"userinfo":{},"userinfo":{}}', `{"userinfo":${'['.repeat(50)}${']'.repeat(50)}}`, wish({ userinfo: { x: { value: 'v'.repeat(5000) } } })];
    for (const claims of wrong) assertErrorRedirect(context.server, await ask({ claims }), 'invalid_request', { description: /claims/ });
  });

  test('the consent page tells of it, and a client gets nothing that it may not have at all', async () => {
    const { server } = context;
    const asked = { client_id: 'asks-first', scope: 'openid', claims: wish({ userinfo: { name: null, email: null } }) };
    const page = assertOwnPage(server, await ask(asked));
    assert.equal(page.pathname, '/consent');
    const tokens = await exchange(server, await getConsentedCode(server, person, asked));
    assert.ok((await oidc.fetchUserInfo(config, tokens.access_token, person.userId)).name);
    const limited = await discover(server, 'openid-only');
    const { tokens: bare } = await signInWith(server, limited, { scope: 'openid', claims: wish({ id_token: { name: null, email: null }, userinfo: { name: null } }) }, { person });
    assert.equal(bare.claims().name, undefined);
    assert.equal((await oidc.fetchUserInfo(limited, bare.access_token, person.userId)).name, undefined);
  });

  test('without openid the parameter means nothing', async () => {
    const grant = await getCode(context.server, person, { client_id: 'my-app', scope: 'profile', claims: '{"nonsense' });
    assert.equal((await exchange(context.server, grant)).id_token, undefined);
  });

  test('acr: what exists is given, what does not exist is not demanded in vain', async () => {
    const { server } = context;
    assert.equal((await signIn({ acr_values: `urn:other ${acr}` })).claims().acr, acr);
    assert.equal((await signIn({ acr_values: 'urn:unknown' })).claims().acr, acr, 'acr_values are a wish');
    assert.equal((await signIn({ claims: wish({ id_token: { acr: { values: ['urn:unknown'] } } }) })).claims().acr, acr);
    assert.equal((await signIn({ claims: wish({ id_token: { acr: { essential: true, values: ['urn:x', acr] } } }) })).claims().acr, acr);
    for (const demand of [{ essential: true, values: ['urn:gold'] }, { essential: true, value: 'urn:gold' }, { essential: true, values: [] }]) {
      assertErrorRedirect(server, await ask({ claims: wish({ id_token: { acr: demand } }) }), 'unmet_authentication_requirements');
    }
  });

  test('max_age: openid-client checks auth_time; an old sign-in has to be renewed', async () => {
    const { server } = context;
    const { callbackUrl, checks } = await authorizeWith(server, config, person, { max_age: '3600' });
    const tokens = await oidc.authorizationCodeGrant(config, callbackUrl, { ...checks, maxAge: 3600 });
    const authTime = tokens.claims().auth_time;
    assert.ok(Number.isInteger(authTime) && Date.now() / 1000 - authTime < 3600);
    const aged = await newPerson(server);
    assert.equal(assertOwnPage(server, await ask({ max_age: '0' }, aged)).pathname, '/login');
    assertErrorRedirect(server, await ask({ max_age: '0', prompt: 'none' }, aged), 'login_required');
    for (const max_age of ['-1', 'soon', '1.5', '1e3', ' 5', '99999999999999999999']) {
      assertErrorRedirect(server, await ask({ max_age }), 'invalid_request', { description: /max_age/ });
    }
  });

  test('max_age=0: the person signs in again for this request, and auth_time is new', async () => {
    const { server } = context;
    const somebody = await newPerson(server);
    const before = (await signInWith(server, config, {}, { person: somebody })).tokens.claims().auth_time;
    const { verifier, challenge } = newPkce();
    const page = assertOwnPage(server, await ask({ max_age: '0', code_challenge: challenge }, somebody));
    await somebody.signIn(server);
    const answer = await somebody.request(server, 'POST', '/api/auth/oauth2/continue', { json: { postLogin: true, oauth_query: page.search.slice(1) } });
    const { query } = redirected({ status: 302, location: answer.json.url, describe: () => answer.describe() });
    const tokens = await exchange(server, { code: query.get('code'), verifier, redirectUri: 'https://app.example.com/auth/sigma/callback', clientId: 'my-app' });
    assert.ok(claimsOf(tokens.id_token).auth_time >= before);
  });

  test('login_hint is carried to the sign-in page and decides nothing', async () => {
    const { server } = context;
    const page = assertOwnPage(server, await server.request('GET', `/api/auth/oauth2/authorize?${new URLSearchParams({
      client_id: 'my-app', redirect_uri: 'https://app.example.com/auth/sigma/callback', response_type: 'code', scope: 'openid', state: 's',
      code_challenge: newPkce().challenge, code_challenge_method: 'S256', login_hint: 'ada@example.com',
    })}`));
    assert.equal(page.pathname, '/login');
    assert.equal(page.searchParams.get('login_hint'), 'ada@example.com');
    assert.equal((await signIn({ login_hint: 'somebody-else' })).claims().sub, person.userId);
  });

  test('id_token_hint: its person, silently; anybody else has to sign in', async () => {
    const { server } = context;
    const hint = (await signIn({})).id_token;
    assert.equal((await signIn({ id_token_hint: hint, prompt: 'none' })).claims().sub, person.userId);
    const other = await newPerson(server);
    assertErrorRedirect(server, await ask({ id_token_hint: hint, prompt: 'none' }, other), 'login_required');
    assert.equal(assertOwnPage(server, await ask({ id_token_hint: hint }, other)).pathname, '/login');
    const signedOut = new Person();
    assertErrorRedirect(server, await ask({ id_token_hint: hint, prompt: 'none' }, signedOut), 'login_required');
  });

  test('id_token_hint: who signs in as somebody else is sent back, not in circles', async () => {
    const { server } = context;
    const hint = (await signIn({})).id_token;
    const other = await newPerson(server);
    const page = assertOwnPage(server, await ask({ id_token_hint: hint }, other));
    await other.signIn(server);
    const answer = await other.request(server, 'POST', '/api/auth/oauth2/continue', { json: { postLogin: true, oauth_query: page.search.slice(1) } });
    assertErrorRedirect(server, { status: 302, location: answer.json.url, describe: () => answer.describe() }, 'login_required');
  });

  test('hints that are none: forged, of another client, another kind of token, with sub of somebody else', async () => {
    const { server } = context;
    const { id_token: hint, access_token } = await signIn({ resource: api });
    const claims = claimsOf(hint);
    const stranger = newSigner('RS256', headerOf(hint).kid);
    const otherConfig = await discover(server, 'other-app');
    const theirs = (await signInWith(server, otherConfig, {}, { person })).tokens.id_token;
    const wrong = ['nonsense', `${hint.slice(0, -4)}AAAA`, signJwt(stranger, claims), unsignedJwt(claims), hmacJwt('secret', claims), access_token, theirs];
    for (const id_token_hint of wrong) assertErrorRedirect(server, await ask({ id_token_hint, prompt: 'none' }), 'invalid_request', { description: /id_token_hint/ });
    const both = { id_token_hint: hint, claims: wish({ id_token: { sub: { value: 'somebody-else' } } }) };
    assertErrorRedirect(server, await ask(both), 'invalid_request', { description: /two different people/ });
  });

  test('a nonce of 1,000 bytes comes back whole, a longer one is refused', async () => {
    const nonce = 'n'.repeat(1000);
    const grant = await getCode(context.server, person, { client_id: 'my-app', nonce });
    assert.equal(claimsOf((await exchange(context.server, grant)).id_token).nonce, nonce);
    assertErrorRedirect(context.server, await ask({ nonce: 'n'.repeat(1001) }), 'invalid_request', { description: /nonce/ });
  });

  test('prompt=none through the library: login_required, consent_required', async () => {
    const { server } = context;
    const nobody = new Person();
    const { callbackUrl, checks } = await authorizeWith(server, config, nobody, { prompt: 'none' });
    await assert.rejects(oidc.authorizationCodeGrant(config, callbackUrl, checks), refusal('login_required'));
    const asks = await discover(server, 'asks-first');
    const second = await authorizeWith(server, asks, await newPerson(server), { prompt: 'none' });
    await assert.rejects(oidc.authorizationCodeGrant(asks, second.callbackUrl, second.checks), refusal('consent_required'));
  });
});
