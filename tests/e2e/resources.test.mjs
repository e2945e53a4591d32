// Tokens for resource servers: the parameter `resource` (RFC 8707), access tokens as JWTs (RFC 9068) that oauth4webapi
// validates as a resource server does, and what introspection tells to whom.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { answer as answerDevice } from './support/device.mjs';
import { DpopKey, freshNonce } from './support/dpop.mjs';
import { hmacJwt, newSigner, signJwt, unsignedJwt } from './support/jws.mjs';
import { authorize, authorizeQuery, claimsOf, exchangeForm, fullScope, getCode, headerOf, newPkce, publicClient } from './support/oauth.mjs';
import { assertErrorRedirect, assertOAuthError, postToken, refreshForm, redirected, userinfo } from './support/oauth.mjs';
import { discover, refusal, signInWith } from './support/openid.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const api = 'https://api.example.com/v1';
const files = 'https://files.example.com/';
const env = { SIGMA_RESOURCES: `${api},${files},urn:example:reports` };
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
/** How oauth4webapi says what a resource server has against a token. */
const wrongAudience = { code: oauth.JWT_CLAIM_COMPARISON };
const refusedByLibrary = { name: /^(OperationProcessing|UnsupportedOperation)Error$/, code: /^OAUTH_/ };
const machine = (id, more) => ({ client_id: id, redirect_uris: [], grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic', ...more });
const clients = [
  publicClient('my-app'),
  publicClient('jwt-app', { access_token_format: 'jwt' }),
  publicClient('television', { grant_types: [deviceGrant, 'refresh_token'], redirect_uris: [], response_types: [] }),
];

forEachStore('resources', { clients, env }, (context) => {
  let person;
  let as;
  let config;
  /** Confidential clients through openid-client: the service behind `api`, another service, a machine that calls. */
  const services = {};
  before(async () => {
    const { server } = context;
    person = await newPerson(server);
    for (const made of [machine('api-service', { resources: [api] }), machine('files-service', { resources: [files] }), machine('robot')]) {
      const { client_id, client_secret } = await server.createClient(made);
      services[client_id] = await discover(server, client_id, undefined, oidc.ClientSecretBasic(client_secret));
    }
    config = await discover(server, 'my-app');
    as = config.serverMetadata();
  });

  /** What the resource server does with a request that brings `token`. */
  const validate = (token, { audience = api, headers = {}, scheme = 'Bearer', ...options } = {}) =>
    oauth.validateJwtAccessToken(as, new Request(`${api}/things`, { headers: { authorization: `${scheme} ${token}`, ...headers } }), audience, {
      [oauth.allowInsecureRequests]: true,
      ...options,
    });

  test('one resource: a JWT that the resource server validates by itself', async () => {
    const { tokens } = await signInWith(context.server, config, { resource: api, scope: 'openid profile' }, { person, tokenParameters: { resource: api } });
    assert.equal(headerOf(tokens.access_token).typ, 'at+jwt');
    const claims = await validate(tokens.access_token);
    assert.equal(claims.iss, context.server.issuer);
    assert.equal(claims.sub, person.userId);
    assert.equal(claims.client_id, 'my-app');
    assert.equal(claims.scope, 'openid profile');
    assert.equal(claims.bap_id, person.bapId);
    assert.ok(claims.jti && claims.exp > claims.iat && claims.auth_time <= claims.iat);
    await assert.rejects(validate(tokens.access_token, { audience: files }), wrongAudience);
    await assert.rejects(validate(tokens.access_token, { audience: 'my-app' }), wrongAudience);
    const user = await oidc.fetchUserInfo(config, tokens.access_token, person.userId);
    assert.equal(user.bap_id, person.bapId, 'with openid it opens userinfo, too');
    assert.deepEqual(claims.aud, [api, `${context.server.base}/api/auth/oauth2/userinfo`]);
  });

  test('the resource of the authorization is enough; two of them are the audience together', async () => {
    const one = await signInWith(context.server, config, { resource: api }, { person });
    await validate(one.tokens.access_token);
    const two = await signInWith(context.server, config, { resource: [api, files] }, { person });
    assert.deepEqual((await validate(two.tokens.access_token)).aud.slice(0, 2), [api, files]);
    await validate(two.tokens.access_token, { audience: files });
  });

  test('a pushed request names resources as well', async () => {
    const { tokens } = await signInWith(context.server, config, { resource: [files, 'urn:example:reports'] }, { person, pushed: true });
    await validate(tokens.access_token, { audience: 'urn:example:reports' });
  });

  test('without openid the audience is the resource alone', async () => {
    const grant = await getCode(context.server, person, { client_id: 'my-app', scope: 'profile', resource: api });
    const { json } = await postToken(context.server, exchangeForm(grant));
    assert.equal(claimsOf(json.access_token).aud, api);
    assertOAuthError(await userinfo(context.server, json.access_token), 403, 'insufficient_scope');
  });

  test('each request of the token endpoint picks from what was granted', async () => {
    const { tokens } = await signInWith(context.server, config, { resource: [api, files], scope: fullScope }, { person, tokenParameters: { resource: files } });
    await validate(tokens.access_token, { audience: files });
    await assert.rejects(validate(tokens.access_token), wrongAudience);
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token, { resource: api });
    await validate(second.access_token);
    await assert.rejects(validate(second.access_token, { audience: files }), wrongAudience);
    await assert.rejects(oidc.refreshTokenGrant(config, second.refresh_token, { resource: 'urn:example:reports' }), refusal('invalid_target', 400));
    const all = await oidc.refreshTokenGrant(config, second.refresh_token);
    assert.deepEqual(claimsOf(all.access_token).aud.slice(0, 2), [api, files]);
  });

  test('a code without resources may be exchanged for one', async () => {
    const { tokens } = await signInWith(context.server, config, { scope: fullScope }, { person, tokenParameters: { resource: api } });
    await validate(tokens.access_token);
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    await validate(refreshed.access_token);
    await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token, { resource: files }), refusal('invalid_target'));
  });

  test('a lone slash at the end makes no difference', async () => {
    const { tokens } = await signInWith(context.server, config, { resource: [`${api}/`, files.slice(0, -1)] }, { person });
    assert.deepEqual(claimsOf(tokens.access_token).aud.slice(0, 2), [api, files]);
  });

  test('what is no known resource: invalid_target, at every door', async () => {
    const { server } = context;
    const wrong = ['https://nobody.example', `${api}/more`, `${api}#fragment`, `${api}?a=b`, 'api', 'HTTPS://api.example.com/v1', 'my-app'];
    for (const resource of wrong) {
      const answer = await authorize(server, person, { client_id: 'my-app', code_challenge: newPkce().challenge, resource });
      assertErrorRedirect(server, answer, 'invalid_target', { description: /resource/ });
    }
    const both = new URLSearchParams(authorizeQuery({ client_id: 'my-app', code_challenge: newPkce().challenge, resource: api }));
    both.append('resource', 'https://nobody.example');
    assertErrorRedirect(server, await authorize(server, person, both.toString()), 'invalid_target');
    await assert.rejects(signInWith(server, config, {}, { person, tokenParameters: { resource: 'https://nobody.example' } }), refusal('invalid_target', 400));
    await assert.rejects(oidc.clientCredentialsGrant(services.robot, { resource: 'https://nobody.example' }), refusal('invalid_target', 400));
  });

  test('a machine gets a token for a resource', async () => {
    const tokens = await oidc.clientCredentialsGrant(services.robot, { resource: api });
    const claims = await validate(tokens.access_token);
    assert.equal(claims.sub, 'robot');
    assert.equal(claims.client_id, 'robot');
    assert.equal(claims.aud, api);
    assert.equal(claims.auth_time, undefined);
    assert.equal(claims.bap_id, undefined);
  });

  test('a device gets a token for a resource', async () => {
    const { server } = context;
    const television = await discover(server, 'television');
    const codes = await oidc.initiateDeviceAuthorization(television, { scope: 'openid' });
    assert.equal((await answerDevice(server, person, 'approve', codes.user_code)).status, 200);
    const tokens = await oidc.pollDeviceAuthorizationGrant(television, { ...codes, interval: 0.2 }, { resource: api });
    assert.equal((await validate(tokens.access_token)).sub, person.userId);
  });

  test('access_token_format=jwt: JWTs without a resource, for this server', async () => {
    const jwtApp = await discover(context.server, 'jwt-app');
    const { tokens } = await signInWith(context.server, jwtApp, {}, { person });
    const claims = await validate(tokens.access_token, { audience: context.server.issuer });
    assert.equal(claims.client_id, 'jwt-app');
    const { client_secret } = await context.server.createClient(machine('jwt-robot', { access_token_format: 'jwt' }));
    const robot = await discover(context.server, 'jwt-robot', undefined, oidc.ClientSecretBasic(client_secret));
    const own = (await oidc.clientCredentialsGrant(robot)).access_token;
    assert.equal(claimsOf(own).aud, context.server.issuer);
    assert.deepEqual((await oidc.tokenIntrospection(robot, own)).aud, [context.server.issuer], 'introspection says what the JWT says');
    await oidc.fetchUserInfo(jwtApp, tokens.access_token, person.userId);
    const { tokens: opaque } = await signInWith(context.server, config, {}, { person });
    assert.match(opaque.access_token, /^[A-Za-z0-9]{43}$/);
  });

  test('a JWT is under revocation like any token, and only whole at userinfo', async () => {
    const { server } = context;
    const { tokens } = await signInWith(server, config, { resource: api }, { person });
    const [head, body, signature] = tokens.access_token.split('.');
    const stranger = newSigner('RS256', headerOf(tokens.access_token).kid);
    const claims = claimsOf(tokens.access_token);
    const spoilt = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const forged = [
      `${head}.${body}.${spoilt}`, `${head}.${body}`, unsignedJwt(claims, { header: { typ: 'at+jwt' } }),
      signJwt(stranger, claims, { typ: 'at+jwt' }), hmacJwt('secret', claims, { typ: 'at+jwt' }), tokens.id_token,
    ];
    for (const token of forged) {
      assertOAuthError(await userinfo(server, token), 401, 'invalid_token');
      await assert.rejects(validate(token), refusedByLibrary);
    }
    await oidc.tokenRevocation(config, tokens.access_token);
    assertOAuthError(await userinfo(server, tokens.access_token), 401, 'invalid_token');
    assert.equal((await oidc.tokenIntrospection(services['api-service'], tokens.access_token)).active, false);
  });

  test('introspection: the owner and the service it is for may look, nobody else', async () => {
    const { tokens } = await signInWith(context.server, config, { resource: api, scope: 'openid email' }, { person });
    const seen = await oidc.tokenIntrospection(services['api-service'], tokens.access_token);
    assert.equal(seen.active, true);
    assert.equal(seen.sub, person.userId);
    assert.equal(seen.client_id, 'my-app');
    assert.equal(seen.scope, 'openid email');
    assert.ok(seen.aud.includes(api));
    assert.deepEqual(await oidc.tokenIntrospection(services['files-service'], tokens.access_token), { active: false });
    assert.deepEqual(await oidc.tokenIntrospection(services.robot, tokens.access_token), { active: false });
    // What is meant for userinfo only is not the service's business.
    const { tokens: opaque } = await signInWith(context.server, config, {}, { person });
    assert.deepEqual(await oidc.tokenIntrospection(services['api-service'], opaque.access_token), { active: false });
    assert.equal((await oidc.tokenIntrospection(services['api-service'], 'not-a-token')).active, false);
  });

  test('a service may not revoke what it may look at', async () => {
    const { tokens } = await signInWith(context.server, config, { resource: api }, { person });
    await oidc.tokenRevocation(services['api-service'], tokens.access_token);
    assert.equal((await oidc.tokenIntrospection(services['api-service'], tokens.access_token)).active, true);
  });

  test('DPoP: a resource server validates token and proof together', async () => {
    const { server } = context;
    const key = new DpopKey();
    const grant = await getCode(server, person, { client_id: 'my-app', resource: api });
    const proof = key.proof({ url: `${server.base}/api/auth/oauth2/token`, nonce: await freshNonce(server) });
    const { json } = await postToken(server, exchangeForm(grant), { headers: { dpop: proof } });
    assert.equal(json.token_type, 'DPoP');
    const call = (signer) => ({ dpop: signer.proof({ method: 'GET', url: `${api}/things`, accessToken: json.access_token }) });
    const claims = await validate(json.access_token, { scheme: 'DPoP', headers: call(key), requireDPoP: true });
    assert.equal(claims.cnf.jkt, key.jkt);
    await assert.rejects(validate(json.access_token, { scheme: 'DPoP', headers: call(new DpopKey()), requireDPoP: true }), { code: oauth.JWT_CLAIM_COMPARISON });
    await assert.rejects(validate(json.access_token), refusedByLibrary);
  });

  test('the refresh of a retried request is the same only for the same resources', async () => {
    const grant = await getCode(context.server, person, { client_id: 'my-app', scope: fullScope, resource: api });
    const { json } = await postToken(context.server, exchangeForm(grant));
    const first = await postToken(context.server, refreshForm(json.refresh_token, 'my-app', { resource: api }));
    const again = await postToken(context.server, refreshForm(json.refresh_token, 'my-app', { resource: api }));
    assert.equal(again.json.access_token, first.json.access_token, again.describe());
    assertOAuthError(await postToken(context.server, refreshForm(json.refresh_token, 'my-app')), 400, 'invalid_grant');
  });

  test('consent pages learn nothing that breaks them: a request with resources goes through the person', async () => {
    const { server } = context;
    await server.createClient(publicClient('asks-first', { skip_consent: false }));
    const { verifier, challenge } = newPkce();
    const page = await authorize(server, person, { client_id: 'asks-first', code_challenge: challenge, resource: api });
    const oauth_query = new URL(page.location, server.base).search.slice(1);
    const answer = await person.request(server, 'POST', '/api/auth/oauth2/consent', { json: { accept: true, oauth_query } });
    const { query } = redirected({ status: 302, location: answer.json.url, describe: () => answer.describe() });
    const form = exchangeForm({ code: query.get('code'), verifier, redirectUri: 'https://app.example.com/auth/sigma/callback', clientId: 'asks-first' });
    await validate((await postToken(server, form)).json.access_token);
  });
});

forEachStore('no resources', { clients: [publicClient('my-app')] }, (context) => {
  test('a server without SIGMA_RESOURCES says so', async () => {
    const answer = await authorize(context.server, await newPerson(context.server), { code_challenge: newPkce().challenge, resource: api });
    assertErrorRedirect(context.server, answer, 'invalid_target', { description: /knows no resources/ });
  });
});
