// TokenPass as an OpenID provider of its own: standard clients use http://localhost:21000 as their issuer, and the person
// decides on a page of TokenPass. openid-client and oauth4webapi check what they get by themselves.
import assert from 'node:assert/strict';
import test from 'node:test';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { Person, startBrowser } from './support/person.mjs';
import { password, startTokenPass } from './support/server.mjs';
import { startSite } from './support/site.mjs';

const minutes = (count) => ({ timeout: count * 60_000 });
const everything = 'openid profile offline_access';
const insecure = { [oauth.allowInsecureRequests]: true };
const execute = [oidc.allowInsecureRequests];

async function start(t, env) {
  const [server, site] = await Promise.all([startTokenPass(t, { env }), startSite(t)]);
  const made = await server.post('/api/register', { password, displayName: 'Alice Liddell' });
  assert.equal(made.status, 200, made.describe());
  return { server, site };
}

/** A client that registers itself with openid-client; `more`: further metadata. */
const registered = (server, redirect, more = {}) =>
  oidc.dynamicClientRegistration(
    new URL(server.base),
    { client_name: 'My notes', redirect_uris: [redirect], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'], scope: everything, ...more },
    oidc.None(),
    { execute },
  );

/** A request for authorization by openid-client: {url, checks, redirect}. */
async function wish(config, redirect, more = {}) {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: everything,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  });
  return { url, checks, redirect };
}

/** The person says yes on our page, as that page tells the server; answers the address that leads back. */
async function allowed(server, url, answer = { allow: true }) {
  const own = { origin: server.base };
  const { session } = (await server.post('/api/login', { password }, own)).json;
  const page = await server.get(url.pathname + url.search);
  assert.equal(page.status, 302, page.describe());
  const query = page.headers.location.split('?')[1];
  const said = await server.post('/api/authorization/answer', { query, ...answer }, { ...own, 'x-tokenpass-session': session });
  assert.equal(said.status, 200, said.describe());
  return new URL(said.json.url);
}

async function signedIn(server, redirect, more) {
  const config = await registered(server, redirect, more);
  const { url, checks } = await wish(config, redirect);
  const back = await allowed(server, url);
  return { config, back, checks, tokens: await oidc.authorizationCodeGrant(config, back, checks) };
}

test('openid-client: a native application registers itself, the person allows it in Chromium, and ends it', minutes(10), async (t) => {
  const { server, site } = await start(t);
  await server.post('/api/logout');
  // RFC 8252 §7.3: whatever port the application gets that day.
  const config = await registered(server, 'http://127.0.0.1/cb');
  const redirect = `${site.other}/cb`;
  const { url, checks } = await wish(config, redirect);
  const person = await Person.at(await startBrowser(t), server);
  await person.page.goto(url.href);
  await person.page.getByText('wants you to sign in').waitFor();
  await person.unlock();
  await person.heading('Sign in to My notes?');
  await person.page.getByText('The answer goes to').waitFor();
  assert.ok(await person.page.getByText(site.other).first().isVisible(), 'where the answer goes is shown');
  await person.look('openid-consent');
  await person.press('Allow');
  await person.page.waitForURL(`${redirect}**`);

  const tokens = await oidc.authorizationCodeGrant(config, new URL(person.page.url()), checks);
  const { bapID } = (await server.get('/api/profile')).json;
  const claims = tokens.claims();
  assert.deepEqual([claims.iss, claims.aud, claims.bap_id, claims.name], [server.base, config.clientMetadata().client_id, bapID, 'Alice Liddell']);
  const user = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.deepEqual([user.sub, user.bap_id, user.given_name, user.family_name], [claims.sub, bapID, 'Alice', 'Liddell']);
  const again = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(again.claims().sub, claims.sub);

  await person.open();
  await person.heading('Connected sites');
  await person.page.getByText('My notes', { exact: true }).waitFor();
  await person.look('applications');
  await person.page.getByRole('button', { name: /^End access/ }).click();
  await person.page.getByText('My notes', { exact: true }).waitFor({ state: 'detached' });
  await assert.rejects(oidc.refreshTokenGrant(config, again.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(oidc.fetchUserInfo(config, again.access_token, claims.sub), { status: 401 });
  await person.leave();
});

test('one answer, and no dead end before it', minutes(10), async (t) => {
  const { server, site } = await start(t);
  const redirect = `${site.origin}/cb`;
  const config = await registered(server, redirect);
  const { url, checks } = await wish(config, redirect);
  const person = await Person.at(await startBrowser(t), server);
  await person.page.goto(url.href);
  await person.page.route('**/api/identity', (route) => route.abort(), { times: 1 });
  await person.unlock();
  await person.page.getByRole('alert').getByText('TokenPass does not answer.').waitFor();
  await person.press('Try again');
  await person.heading('Sign in to My notes?');
  assert.equal(await person.page.getByRole('alert').count(), 0);

  const answers = [];
  person.page.on('request', (request) => request.url().endsWith('/answer') && answers.push(request.postDataJSON().allow));
  const [asked, goOn] = await person.holdBack('/api/authorization/answer');
  await person.press('Allow');
  await asked;
  for (const name of ['Don’t allow', 'Allow']) await person.page.getByRole('button', { name, exact: true }).dispatchEvent('click');
  goOn();
  await person.page.waitForURL(`${redirect}**`);
  assert.deepEqual(answers, [true]);
  await oidc.authorizationCodeGrant(config, new URL(person.page.url()), checks);
  await person.leave();
});

test('openid-client: the person says no; nothing is remembered as a yes', minutes(10), async (t) => {
  const { server, site } = await start(t);
  const redirect = `${site.origin}/cb`;
  const config = await registered(server, redirect);
  const { url, checks } = await wish(config, redirect);
  const person = await Person.at(await startBrowser(t), server);
  await person.page.goto(url.href);
  await person.unlock();
  await person.heading('Sign in to My notes?');
  await person.press('Don’t allow');
  await person.page.waitForURL(`${redirect}**`);
  await assert.rejects(oidc.authorizationCodeGrant(config, new URL(person.page.url()), checks), { error: 'access_denied' });
  assert.deepEqual((await server.get('/api/applications')).json.applications, []);

  await person.page.goto(`${server.base}/consent?client_id=x&sig=forged`);
  await person.heading('This request cannot be answered');
  await person.page.goto(`${server.base}/api/auth/oauth2/authorize?client_id=nobody&response_type=code`);
  await person.heading('This sign-in request cannot be used');
  await person.look('openid-error');
  await person.leave();
});

test('oauth4webapi: discovery, a page that registers itself, a confidential client, JWKS, revocation', minutes(5), async (t) => {
  const { server, site } = await start(t);
  const issuer = new URL(server.base);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  assert.deepEqual(await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })), as);
  for (const [name, url] of Object.entries(as).filter(([member]) => /_endpoint$|^jwks_uri$/.test(member))) {
    const { pathname } = new URL(url);
    const there = await Promise.all([server.get(pathname), server.post(pathname)]);
    assert.ok(there.every(({ status }) => status !== 404), name);
  }

  const redirect_uri = `${site.origin}/cb`;
  const asked = await oauth.dynamicClientRegistrationRequest(as, { client_name: 'Shop', redirect_uris: [redirect_uri], scope: 'openid' }, { ...insecure, headers: { origin: site.origin } });
  const client = await oauth.processDynamicClientRegistrationResponse(asked);
  assert.equal(client.token_endpoint_auth_method, 'client_secret_basic');
  const prove = oauth.ClientSecretBasic(client.client_secret);

  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri,
    response_type: 'code',
    scope: 'openid',
    state: 'a state',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const parameters = oauth.validateAuthResponse(as, client, await allowed(server, url), 'a state');
  const answer = await oauth.authorizationCodeGrantRequest(as, client, prove, parameters, redirect_uri, verifier, insecure);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { requireIdToken: true });
  await oauth.validateApplicationLevelSignature(as, answer, insecure);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  assert.equal(tokens.refresh_token, undefined, 'only with offline_access');
  assert.equal(claims.name, undefined, 'only with profile');
  const info = () => oauth.userInfoRequest(as, client, tokens.access_token, insecure);
  assert.equal((await oauth.processUserInfoResponse(as, client, claims.sub, await info())).sub, claims.sub);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, prove, tokens.access_token, insecure));
  assert.equal((await info()).status, 401);
});

test('each identity is a subject of its own', minutes(5), async (t) => {
  const { server, site } = await start(t);
  const redirect = `${site.origin}/cb`;
  const { idKey } = (await server.post('/api/identity', { name: 'Work' })).json;
  const config = await registered(server, redirect);
  const subjects = [];
  for (const bapId of [undefined, idKey, idKey]) {
    const { url, checks } = await wish(config, redirect, { prompt: 'select_account' });
    const tokens = await oidc.authorizationCodeGrant(config, await allowed(server, url, { allow: true, bapId }), checks);
    subjects.push(tokens.claims());
  }
  assert.notEqual(subjects[0].sub, subjects[1].sub);
  assert.equal(subjects[1].sub, subjects[2].sub);
  assert.deepEqual(subjects.map(({ name }) => name), ['Alice Liddell', 'Work', 'Work']);
  assert.equal(subjects[1].bap_id, idKey);
  assert.equal((await server.get('/api/applications')).json.applications.length, 2);
});

test('attack: another redirect, another scheme, another client’s code, the code twice', minutes(5), async (t) => {
  const { server, site } = await start(t);
  const redirect = `${site.origin}/cb`;
  const { config, back, checks, tokens } = await signedIn(server, redirect);
  for (const bad of ['https://evil.example/cb', `${site.origin}/cb/../evil`, `${site.origin}/other`, 'http://127.0.0.1.evil.example/cb', `${redirect}?x=1`]) {
    const { url } = await wish(config, bad);
    const answer = await server.get(url.pathname + url.search);
    assert.equal(answer.status, 400, answer.describe());
    assert.equal(answer.headers.location, undefined, bad);
  }
  // No PKCE, another response type, a fragment: told to the application, without a code.
  for (const [more, error] of [
    [{ code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'openid sign' }, 'invalid_scope'],
    [{ prompt: 'none' }, 'login_required'],
  ]) {
    const { url } = await wish(config, redirect, more);
    const { location } = (await server.get(url.pathname + url.search)).headers;
    const told = new URL(location, server.base);
    assert.match(told.search + told.hash, new RegExp(`error=${error}`), location);
    assert.doesNotMatch(told.search, /[?&]code=/);
  }
  const other = await registered(server, redirect);
  const second = await wish(config, redirect);
  const fresh = await allowed(server, second.url);
  await assert.rejects(oidc.authorizationCodeGrant(other, fresh, second.checks), { error: 'invalid_grant' });

  await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), { error: 'invalid_grant' });
  await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), { status: 401 }, 'a code used twice ends what came of it');
});

test('attack: a locked wallet gives nothing; unlocked, it goes on', minutes(5), async (t) => {
  const { server, site } = await start(t);
  const redirect = `${site.origin}/cb`;
  const { config, tokens } = await signedIn(server, redirect);
  const { url, checks } = await wish(config, redirect);
  const back = await allowed(server, url);
  const page = await server.get(url.pathname + url.search);
  await server.post('/api/logout');

  const code = { grant_type: 'authorization_code', code: back.searchParams.get('code'), redirect_uri: redirect, client_id: config.clientMetadata().client_id, code_verifier: checks.pkceCodeVerifier };
  const exchange = await server.request('POST', '/api/auth/oauth2/token', { body: new URLSearchParams(code).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.deepEqual([exchange.status, exchange.json.error], [503, 'temporarily_unavailable'], exchange.describe());
  const info = await server.get('/api/auth/oauth2/userinfo', { authorization: `Bearer ${tokens.access_token}` });
  assert.deepEqual([info.status, info.json.error], [503, 'temporarily_unavailable']);
  const query = page.headers.location.split('?')[1];
  const said = await server.post('/api/authorization/answer', { query, allow: true }, { origin: server.base });
  assert.deepEqual([said.status, said.json.code], [401, 1]);
  assert.equal((await server.get('/api/auth/jwks')).status, 200, 'signatures can be checked all the same');

  await server.restart();
  await server.post('/api/login', { password });
  assert.ok((await oidc.authorizationCodeGrant(config, back, checks)).access_token, 'also over a restart');
  assert.ok((await oidc.refreshTokenGrant(config, tokens.refresh_token)).access_token);
});

test('attack: only the person, on our page, answers; foreign hosts and pages get nothing', minutes(5), async (t) => {
  const { server, site } = await start(t);
  const redirect = `${site.origin}/cb`;
  const config = await registered(server, redirect);
  const { url } = await wish(config, redirect);
  const query = (await server.get(url.pathname + url.search)).headers.location.split('?')[1];
  const own = { origin: server.base };
  const answer = (headers, body = { query, allow: true }) => server.post('/api/authorization/answer', body, headers);
  assert.equal((await answer({ origin: site.origin })).json.code, 7, 'the application itself');
  assert.equal((await answer({})).status, 401, 'a program');
  assert.equal((await answer(own)).status, 401, 'a program that writes our origin');
  assert.equal((await answer({ ...own, 'x-tokenpass-session': 'guess' })).status, 401);
  const { session } = (await server.post('/api/login', { password }, own)).json;
  const page = { ...own, 'x-tokenpass-session': session };
  const changed = query.replace(encodeURIComponent(redirect), encodeURIComponent('https://evil.example/cb'));
  assert.notEqual(changed, query);
  for (const bad of [changed, `${query}&scope=more`, 'client_id=x', '']) {
    assert.equal((await answer(page, { query: bad, allow: true })).status, 400, bad);
  }
  for (const [method, target, json] of [
    ['POST', '/api/authorization', { query }],
    ['GET', '/api/applications'],
    ['DELETE', '/api/applications', { id: 'x' }],
  ]) {
    assert.equal((await server.request(method, target, { headers: { origin: 'https://evil.example' }, json })).json.code, 7, target);
  }
  for (const target of ['/.well-known/openid-configuration', url.pathname + url.search, '/api/auth/jwks', '/consent']) {
    const rebound = await server.request('GET', target, { headers: { host: `evil.example:${server.port}` } });
    assert.equal(rebound.status, 421, target);
    assert.equal(rebound.headers['access-control-allow-origin'], undefined);
  }
  const framed = await server.get(`/consent?${query}`);
  assert.match(framed.headers['content-security-policy'], /frame-ancestors 'none'/);
});

test('attack: a page registers nobody but itself; documents come over https and from elsewhere only', minutes(5), async (t) => {
  const { server, site } = await start(t);
  const register = (redirect_uris, headers = {}, more = {}) => server.post('/api/auth/oauth2/register', { client_name: 'Bank', redirect_uris, token_endpoint_auth_method: 'none', ...more }, headers);
  const evil = { origin: 'https://evil.example' };
  for (const uris of [['https://bank.example/cb'], ['https://evil.example/cb', 'https://bank.example/cb'], ['http://127.0.0.1/cb'], ['com.example.app:/cb'], [], 'https://evil.example/cb']) {
    const answer = await register(uris, evil);
    assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_redirect_uri'], answer.describe());
  }
  const itself = await register(['https://evil.example/cb'], evil);
  assert.equal(itself.status, 201, `the person is asked with its address in sight ${itself.describe()}`);
  const local = await register([`${site.origin}/cb`], { origin: site.origin });
  assert.equal(local.status, 201, local.describe());
  assert.equal((await register(['javascript:alert(1)'])).status, 400);
  const forward = await register([`${site.origin}/cb`], {}, { skip_consent: true });
  assert.deepEqual([forward.status, forward.json.error], [400, 'invalid_client_metadata'], 'nobody takes the question away from the person');
  assert.equal((await server.request('POST', '/api/auth/oauth2/register', { body: '{}', headers: { 'content-type': 'text/plain' } })).status, 415);

  for (const client_id of ['http://app.example/client.json', 'https://127.0.0.1/client.json', `https://localhost:${server.port}/client.json`, 'https://10.0.0.1/c', 'https://[::1]/c']) {
    const query = new URLSearchParams({ client_id, response_type: 'code', redirect_uri: 'https://app.example/cb', scope: 'openid' });
    const answer = await server.get(`/api/auth/oauth2/authorize?${query}`);
    assert.ok(answer.status >= 400 && answer.headers.location === undefined, answer.describe());
  }
});

test('malformed calls are answered in OAuth’s words, and the rest of the API is untouched', minutes(5), async (t) => {
  const { server } = await start(t);
  const form = (target, body) => server.request('POST', `/api/auth/oauth2/${target}`, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  for (const body of ['', 'grant_type=password', 'grant_type=authorization_code', 'grant_type=authorization_code&grant_type=x', '%zz']) {
    const answer = await form('token', body);
    assert.ok([400, 401].includes(answer.status), answer.describe());
    assert.ok(answer.json.error && answer.json.error_description, body);
  }
  assert.equal((await server.get('/api/auth/oauth2/token')).json.error, 'invalid_request');
  assert.equal((await server.get('/api/auth/oauth2/nothing')).status, 404);
  assert.equal((await server.get('/api/auth/oauth2/userinfo')).headers['www-authenticate'].startsWith('Bearer'), true);
  assert.equal((await form('token', `grant_type=${'x'.repeat(70_000)}`)).status, 413);
  const preflight = await server.request('OPTIONS', '/api/auth/oauth2/token', { headers: { origin: 'https://any.example', 'access-control-request-method': 'POST' } });
  assert.equal(preflight.headers['access-control-allow-origin'], 'https://any.example');
  // POST /api/auth and GET /api/auth/icon are the profile's own (tokenpass-contract §12).
  assert.equal((await server.post('/api/auth', { host: 'a.example', password })).status, 200);
  assert.equal((await server.get('/api/auth/icon')).headers['content-type'], 'image/svg+xml');
});
