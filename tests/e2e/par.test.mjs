// Pushed authorization requests (RFC 9126): openid-client and oauth4webapi push, and what must not pass does not. The
// negative cases bear the names of the OpenID Foundation's FAPI 2.0 modules where there is one.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { newSigner, signJwt } from './support/jws.mjs';
import { authorize, authorizePath, authorizeQuery, callback, newPkce, publicClient, redirected } from './support/oauth.mjs';
import { assertErrorRedirect, assertOAuthError, exchange } from './support/oauth.mjs';
import { authorizeWith, discover, newRequest, refusal, signInWith, visit } from './support/openid.mjs';
import { assertErrorPage, assertOwnPage } from './support/pages.mjs';
import { newPerson, Person } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const parPath = '/api/auth/oauth2/par';
const bearerAssertion = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const keys = await oauth.generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
const signer = newSigner('ES256');
const clients = [
  publicClient('public-app'),
  publicClient('other-app'),
  publicClient('two-callbacks', { redirect_uris: [callback, 'https://app.example.com/second'] }),
  publicClient('key-app', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk, signer.jwk] } }),
  publicClient('push-only', { require_pushed_authorization_requests: true }),
  publicClient('asks-first', { skip_consent: false }),
];

/** Pushes a raw form as `public-app`; a value of undefined drops the parameter. */
const push = (server, overrides = {}, options = {}) =>
  server.request('POST', parPath, {
    form: authorizeQuery({ client_id: 'public-app', code_challenge: newPkce().challenge, ...overrides }),
    ...options,
  });

async function pushed(server, overrides) {
  const answer = await push(server, overrides);
  assert.equal(answer.status, 201, answer.describe());
  return answer.json.request_uri;
}

/** What a browser asks with a reference: nothing but who and which. */
const present = (server, person, requestUri, clientId = 'public-app') =>
  authorize(server, person, new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString());

forEachStore('pushed requests', { clients }, (context) => {
  let person;
  before(async () => {
    person = await newPerson(context.server);
  });

  test('discovery names the endpoint', async () => {
    const metadata = (await discover(context.server, 'public-app')).serverMetadata();
    assert.equal(metadata.pushed_authorization_request_endpoint, context.server.base + parPath);
    assert.equal(metadata.require_pushed_authorization_requests, false);
  });

  test('happy-flow: openid-client pushes; the browser carries a reference only', async () => {
    const { server } = context;
    const config = await discover(server, 'public-app');
    const request = await newRequest({ login_hint: 'somebody', ui_locales: 'en' });
    const url = await oidc.buildAuthorizationUrlWithPAR(config, request.parameters);
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const tokens = await oidc.authorizationCodeGrant(config, await visit(server, person, url), request.checks);
    assert.equal(tokens.claims().sub, person.userId);
  });

  for (const method of ['client_secret_basic', 'client_secret_post']) {
    test(`${method} pushes with its secret, and not with another`, async () => {
      const { server } = context;
      const client = await server.createClient(publicClient(`${method}-app`, { token_endpoint_auth_method: method }));
      const authentication = { client_secret_basic: oidc.ClientSecretBasic, client_secret_post: oidc.ClientSecretPost }[method];
      const config = await discover(server, client.client_id, undefined, authentication(client.client_secret));
      const { tokens } = await signInWith(server, config, {}, { person, pushed: true });
      assert.equal(tokens.claims().aud, client.client_id);
      const wrong = await discover(server, client.client_id, undefined, authentication('not-the-secret'));
      await assert.rejects(authorizeWith(server, wrong, person, {}, { pushed: true }), (error) => error.status === 401);
      const none = await discover(server, client.client_id);
      await assert.rejects(authorizeWith(server, none, person, {}, { pushed: true }), refusal('invalid_client', 401));
    });
  }

  test('private_key_jwt pushes, by openid-client', async () => {
    const config = await discover(context.server, 'key-app', undefined, oidc.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }));
    const { tokens } = await signInWith(context.server, config, {}, { person, pushed: true });
    assert.equal(tokens.claims().aud, 'key-app');
  });

  test('oauth4webapi: the whole sequence by hand', async () => {
    const { server } = context;
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const client = { client_id: 'key-app' };
    const authentication = oauth.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' });
    const verifier = oauth.generateRandomCodeVerifier();
    const parameters = {
      client_id: 'key-app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', nonce: 'n',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    };
    const answer = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, insecure);
    const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(as, client, answer);
    assert.ok(expires_in >= 5 && expires_in <= 600, `${expires_in}`);
    const landed = new URL((await present(server, person, request_uri, 'key-app')).location);
    const callbackParameters = oauth.validateAuthResponse(as, client, landed, 's');
    const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, callbackParameters, callback, verifier, insecure);
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: 'n', requireIdToken: true });
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, person.userId);
  });

  test('aud of the assertion: issuer, token endpoint or PAR endpoint; nothing else', async () => {
    const { server } = context;
    const ask = (aud) => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: 'key-app', sub: 'key-app', aud, iat: now, exp: now + 60, jti: randomUUID() };
      const proof = { client_assertion: signJwt(signer, claims), client_assertion_type: bearerAssertion };
      return push(server, { client_id: 'key-app', ...proof });
    };
    for (const aud of [server.issuer, `${server.base}/api/auth/oauth2/token`, server.base + parPath]) {
      assert.equal((await ask(aud)).status, 201, aud);
    }
    for (const aud of [`${server.base}/api/auth/oauth2/introspect`, `${server.base}${parPath}/`, 'https://other.example', parPath]) {
      assertOAuthError(await ask(aud), 401, 'invalid_client', /aud/);
    }
  });

  test('the answer is 201, private and short', async () => {
    const answer = await push(context.server);
    assert.equal(answer.status, 201, answer.describe());
    assert.match(answer.headers['cache-control'], /no-store/);
    assert.deepEqual(Object.keys(answer.json).sort(), ['expires_in', 'request_uri']);
    assert.match(answer.json.request_uri, /^urn:ietf:params:oauth:request_uri:[A-Za-z0-9]{40,}$/);
  });

  test('what the browser adds counts for nothing', async () => {
    const { server } = context;
    const { verifier, challenge } = newPkce();
    const requestUri = await pushed(server, { scope: 'openid', code_challenge: challenge, state: 'pushed-state' });
    const query = authorizeQuery({
      client_id: 'public-app', request_uri: requestUri, scope: 'openid profile email offline_access', state: 'evil',
      redirect_uri: 'https://evil.example/', code_challenge: newPkce().challenge, prompt: 'none',
    });
    const { query: landed } = redirected(await authorize(server, person, query));
    assert.equal(landed.get('state'), 'pushed-state');
    const tokens = await exchange(server, { code: landed.get('code'), verifier, redirectUri: callback, clientId: 'public-app' });
    assert.equal(tokens.scope, 'openid');
    assert.equal(tokens.refresh_token, undefined);
  });

  test('the person signs in and consents on the way; our pages learn no more than they show', async () => {
    const { server } = context;
    const somebody = new Person();
    const { verifier, challenge } = newPkce();
    const requestUri = await pushed(server, { client_id: 'asks-first', code_challenge: challenge, nonce: 'secret-nonce', state: 'secret-state' });
    const login = assertOwnPage(server, await server.request('GET', `${authorizePath}?${new URLSearchParams({ client_id: 'asks-first', request_uri: requestUri })}`));
    assert.equal(login.pathname, '/login');
    assert.equal(login.searchParams.get('scope'), 'openid profile email');
    assert.doesNotMatch(login.href, /secret-(nonce|state)/);
    await somebody.signIn(server);
    const next = await somebody.request(server, 'POST', '/api/auth/oauth2/continue', { json: { postLogin: true, oauth_query: login.search.slice(1) } });
    assert.equal(next.status, 200, next.describe());
    const consent = new URL(next.json.url, server.base);
    assert.equal(consent.pathname, '/consent');
    assert.doesNotMatch(consent.href, /secret-(nonce|state)/);
    const agreed = await somebody.request(server, 'POST', '/api/auth/oauth2/consent', { json: { accept: true, oauth_query: consent.search.slice(1) } });
    assert.equal(agreed.status, 200, agreed.describe());
    const landed = new URL(agreed.json.url).searchParams;
    assert.equal(landed.get('state'), 'secret-state');
    await exchange(server, { code: landed.get('code'), verifier, redirectUri: callback, clientId: 'asks-first' });
    // The consent page's address is in the history: it leads to no second code.
    const again = await somebody.request(server, 'POST', '/api/auth/oauth2/consent', { json: { accept: true, oauth_query: consent.search.slice(1) } });
    assert.notEqual(again.status, 200, again.describe());
    assert.doesNotMatch(again.text, /code=/);
  });

  test('user-rejects-authentication: access_denied, and the reference is good for another try', async () => {
    const { server } = context;
    const requestUri = await pushed(server, { client_id: 'asks-first' });
    const consent = assertOwnPage(server, await present(server, person, requestUri, 'asks-first'));
    const refused = await person.request(server, 'POST', '/api/auth/oauth2/consent', { json: { accept: false, oauth_query: consent.search.slice(1) } });
    const landed = new URL(refused.json.url).searchParams;
    assert.equal(landed.get('error'), 'access_denied');
    assert.equal(landed.get('state'), 'k3x9q1');
    assert.equal(assertOwnPage(server, await present(server, person, requestUri, 'asks-first')).pathname, '/consent');
  });

  test('par-attempt-reuse-request_uri', async () => {
    const requestUri = await pushed(context.server);
    assert.ok(redirected(await present(context.server, person, requestUri)).query.get('code'));
    assertErrorPage(await present(context.server, person, requestUri), /^invalid_request_uri: /);
  });

  test('20 browsers with one reference: one code', async () => {
    const requestUri = await pushed(context.server);
    const answers = await Promise.all(Array.from({ length: 20 }, () => present(context.server, person, requestUri)));
    assert.equal(answers.filter(({ location }) => location?.includes('code=')).length, 1);
    assert.ok(answers.every(({ status }) => status < 500));
  });

  test('par-attempt-to-use-request_uri-for-different-client', async () => {
    const requestUri = await pushed(context.server);
    assertErrorPage(await present(context.server, person, requestUri, 'other-app'), /^invalid_request_uri: /);
    assertErrorPage(await present(context.server, person, requestUri, 'no-such-app'), /^invalid_request_uri: /);
    assert.ok(redirected(await present(context.server, person, requestUri)).query.get('code'), 'the owner may still use it');
  });

  test('an unknown reference, and none of ours', async () => {
    assertErrorPage(await present(context.server, person, `urn:ietf:params:oauth:request_uri:${'a'.repeat(43)}`), /^invalid_request_uri: /);
    const foreign = authorizeQuery({ client_id: 'public-app', code_challenge: newPkce().challenge, request_uri: 'https://app.example.com/request.jwt' });
    assertErrorRedirect(context.server, await authorize(context.server, person, foreign), 'request_uri_not_supported');
  });

  test('a reference without client_id', async () => {
    const requestUri = await pushed(context.server);
    assertErrorPage(await authorize(context.server, person, new URLSearchParams({ request_uri: requestUri }).toString()), /^invalid_request_uri: /);
  });

  test('par-authorization-request-containing-request_uri', async () => {
    const requestUri = await pushed(context.server);
    assertOAuthError(await push(context.server, { request_uri: requestUri }), 400, 'invalid_request', /request_uri/);
    assertOAuthError(await push(context.server, { request_uri: 'https://app.example.com/r' }), 400, 'invalid_request');
  });

  test('par-attempt-invalid-http-method', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await context.server.request(method, `${parPath}?${authorizeQuery({ client_id: 'public-app' })}`);
      assert.equal(answer.status, 405, answer.describe());
      assert.match(answer.headers.allow, /POST/);
    }
  });

  test('par-without-duplicate-parameters', async () => {
    for (const name of ['client_id', 'redirect_uri', 'state', 'scope', 'nonce', 'code_challenge', 'response_type']) {
      const form = new URLSearchParams(authorizeQuery({ client_id: 'public-app', nonce: 'n', code_challenge: newPkce().challenge }));
      form.append(name, form.get(name));
      assertOAuthError(await context.server.request('POST', parPath, { form }), 400, 'invalid_request', new RegExp(name));
    }
    const { client_secret: secret } = await context.server.createClient(publicClient('secret-app', { token_endpoint_auth_method: 'client_secret_post' }));
    for (const name of ['client_secret', 'client_assertion', 'client_assertion_type']) {
      const form = new URLSearchParams(authorizeQuery({ client_id: 'secret-app', code_challenge: newPkce().challenge }));
      for (const value of [secret, secret]) form.append(name, value);
      const answer = await context.server.request('POST', parPath, { form });
      assertOAuthError(answer, 400, 'invalid_request', new RegExp(`${name} appears more than once`));
    }
  });

  test('par-ensure-pkce-required, par-plain-pkce-rejected', async () => {
    assertOAuthError(await push(context.server, { code_challenge: undefined, code_challenge_method: undefined }), 400, 'invalid_request', /PKCE/);
    const { verifier } = newPkce();
    const plain = { code_challenge: verifier, code_challenge_method: 'plain' };
    assertOAuthError(await push(context.server, plain), 400, 'invalid_request', /S256/);
    assertOAuthError(await push(context.server, { ...plain, code_challenge_method: undefined }), 400, 'invalid_request', /S256/);
  });

  test('ensure-registered-redirect-uri, ensure-redirect-uri-in-authorization-request', async () => {
    for (const redirect_uri of ['https://evil.example/', `${callback}/more`, `${callback}?a=b`, 'not a uri']) {
      const answer = await push(context.server, { redirect_uri });
      assertOAuthError(answer, 400, 'invalid_request', /redirect_uri/);
    }
    assertOAuthError(await push(context.server, { client_id: 'two-callbacks', redirect_uri: undefined }), 400, 'invalid_request', /redirect_uri/);
  });

  test('ensure-response-type-token-fails, …-code-idtoken-fails', async () => {
    for (const response_type of ['token', 'id_token', 'code id_token', 'code token', 'none']) {
      assertOAuthError(await push(context.server, { response_type }), 400, 'unsupported_response_type');
    }
    assertOAuthError(await push(context.server, { response_type: undefined }), 400, 'invalid_request', /response_type/);
  });

  test('other faults show at once, before the person comes', async () => {
    assertOAuthError(await push(context.server, { scope: 'openid everything' }), 400, 'invalid_scope');
    assertOAuthError(await push(context.server, { prompt: 'none login' }), 400, 'invalid_request');
    assertOAuthError(await push(context.server, { max_age: '-1' }), 400, 'invalid_request');
    assertOAuthError(await push(context.server, { claims: '[' }), 400, 'invalid_request');
    assertOAuthError(await push(context.server, { resource: 'https://nobody.example' }), 400, 'invalid_target');
    assertOAuthError(await push(context.server, { request: 'e30.e30.' }), 400, 'request_not_supported');
  });

  test('unknown clients, no client, other bodies', async () => {
    assertOAuthError(await push(context.server, { client_id: 'no-such-app' }), 401, 'invalid_client');
    assertOAuthError(await push(context.server, { client_id: undefined }), 400, 'invalid_request', /client_id/);
    const json = await context.server.request('POST', parPath, { json: { client_id: 'public-app' } });
    assert.equal(json.status, 415, json.describe());
    const inQuery = await push(context.server, {}, {});
    assert.equal(inQuery.status, 201);
    const query = await context.server.request('POST', `${parPath}?${authorizeQuery({ client_id: 'public-app' })}`, { form: {} });
    assertOAuthError(query, 400, 'invalid_request');
  });

  test('happy-flow without state and nonce; a nonce of 64 characters; an unusual order of scopes', async () => {
    const { server } = context;
    const { verifier, challenge } = newPkce();
    const nonce = 'n'.repeat(64);
    const requestUri = await pushed(server, { state: undefined, scope: 'email openid', nonce, code_challenge: challenge });
    const { query } = redirected(await present(server, person, requestUri));
    assert.equal(query.get('state'), null);
    const tokens = await exchange(server, { code: query.get('code'), verifier, redirectUri: callback, clientId: 'public-app' });
    assert.equal(JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url')).nonce, nonce);
  });

  test('a client that must push gets nothing by the plain way', async () => {
    const { server } = context;
    const config = await discover(server, 'push-only');
    const plain = await authorizeWith(server, config, person);
    await assert.rejects(oidc.authorizationCodeGrant(config, plain.callbackUrl, plain.checks), refusal('invalid_request'));
    const { tokens } = await signInWith(server, config, {}, { person, pushed: true });
    assert.equal(tokens.claims().sub, person.userId);
  });
});

describe('a server where every request is pushed', () => {
  let server;
  before(async () => {
    server = await startServer({ clients, env: { SIGMA_REQUIRE_PUSHED_REQUESTS: 'on' } });
  });
  after(() => server?.stop());

  test('says so in discovery, refuses plain requests, takes pushed ones', async () => {
    const config = await discover(server, 'public-app');
    assert.equal(config.serverMetadata().require_pushed_authorization_requests, true);
    const person = await newPerson(server);
    const plain = await authorizeWith(server, config, person);
    await assert.rejects(oidc.authorizationCodeGrant(config, plain.callbackUrl, plain.checks), refusal('invalid_request'));
    await signInWith(server, config, {}, { person, pushed: true });
  });
});
