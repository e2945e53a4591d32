// oauth4webapi 3, step by step and with every check it has: each way of client authentication at every endpoint that
// asks for it. openid-client is built on this library; here nothing is retried or smoothed over.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { answer as answerDevice } from './support/device.mjs';
import { authorize, callback, fullScope, headerOf, publicClient } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const api = 'https://api.example.com';
const grant_types = ['authorization_code', 'refresh_token', deviceGrant];
const confidential = { grant_types: [...grant_types, 'client_credentials', exchangeGrant], scope: `${fullScope} reports` };

/** One client for each way: {id, metadata, prove(secret)}. */
const ways = [
  { name: 'none', id: 'public-app', metadata: { token_endpoint_auth_method: 'none', grant_types }, prove: () => oauth.None() },
  { name: 'client_secret_post', id: 'post-app', metadata: confidential, prove: (secret) => oauth.ClientSecretPost(secret) },
  // An id that Basic cannot carry unless both sides encode it (RFC 6749 §2.3.1).
  { name: 'client_secret_basic', id: 'https://app.example.com:8443/client+1', metadata: confidential, prove: (secret) => oauth.ClientSecretBasic(secret) },
];
for (const alg of ['ES256', 'PS256', 'RS256', 'Ed25519']) {
  const { privateKey, publicKey } = await oauth.generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: alg, alg, use: 'sig' };
  delete jwk.key_ops;
  ways.push({ key: privateKey, name: `private_key_jwt by ${alg}`, id: `${alg}-app`, metadata: { ...confidential, jwks: { keys: [jwk] } }, prove: () => oauth.PrivateKeyJwt({ key: privateKey, kid: alg }) });
}

forEachStore('oauth4webapi', { env: { SIGMA_RESOURCES: api } }, (context) => {
  let as;
  let person;
  before(async () => {
    const { server } = context;
    const issuer = new URL(server.issuer);
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    person = await newPerson(server);
    for (const way of ways) {
      const method = way.name.split(' ')[0];
      const made = await server.createClient(publicClient(way.id, { token_endpoint_auth_method: method, ...way.metadata }));
      way[server.store] = way.prove(made.client_secret);
    }
  });

  test('both discovery documents are the same, and name what the library needs', async () => {
    const issuer = new URL(context.server.issuer);
    const other = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' }));
    assert.deepEqual(other, as);
    for (const name of ['pushed_authorization_request', 'token', 'userinfo', 'introspection', 'revocation', 'device_authorization', 'end_session']) {
      assert.ok(as[`${name}_endpoint`]?.startsWith(`${context.server.base}/api/auth/`), name);
    }
  });

  for (const way of ways) {
    const client = { client_id: way.id };
    const prove = () => way[context.server.store];
    const checked = async (tokens, response) => {
      await oauth.validateApplicationLevelSignature(as, response, insecure);
      return tokens;
    };

    test(`${way.name}: push, code, userinfo, refresh, revocation`, async () => {
      const { server } = context;
      const verifier = oauth.generateRandomCodeVerifier();
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
      const parameters = {
        redirect_uri: callback, response_type: 'code', scope: fullScope, state, nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
      };
      const pushed = await oauth.processPushedAuthorizationResponse(as, client, await oauth.pushedAuthorizationRequest(as, client, prove(), parameters, insecure));
      const query = new URLSearchParams({ client_id: way.id, request_uri: pushed.request_uri });
      const landed = new URL((await authorize(server, person, query.toString())).location);
      const answer = await oauth.authorizationCodeGrantRequest(as, client, prove(), oauth.validateAuthResponse(as, client, landed, state), callback, verifier, insecure);
      const tokens = await checked(await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, maxAge: 3600, requireIdToken: true }), answer);
      assert.equal(headerOf(tokens.id_token).alg, 'RS256');
      const { sub } = oauth.getValidatedIdTokenClaims(tokens);
      assert.equal(sub, person.userId);
      const user = await oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, tokens.access_token, insecure));
      assert.equal(user.bap_id, person.bapId);

      const second = await oauth.refreshTokenGrantRequest(as, client, prove(), tokens.refresh_token, insecure);
      const refreshed = await checked(await oauth.processRefreshTokenResponse(as, client, second), second);
      assert.equal(oauth.getValidatedIdTokenClaims(refreshed).sub, sub);
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, prove(), refreshed.refresh_token, { ...insecure, additionalParameters: { token_type_hint: 'refresh_token' } }));
      const dead = await oauth.refreshTokenGrantRequest(as, client, prove(), refreshed.refresh_token, insecure);
      await assert.rejects(oauth.processRefreshTokenResponse(as, client, dead), (error) => error.error === 'invalid_grant');
      const refused = await oauth.userInfoRequest(as, client, refreshed.access_token, insecure);
      await assert.rejects(oauth.processUserInfoResponse(as, client, sub, refused), (error) => error.code === oauth.WWW_AUTHENTICATE_CHALLENGE);
    });

    test(`${way.name}: device grant`, async () => {
      const { server } = context;
      const codes = await oauth.processDeviceAuthorizationResponse(as, client, await oauth.deviceAuthorizationRequest(as, client, prove(), { scope: 'openid profile' }, insecure));
      const poll = async () => oauth.processDeviceCodeResponse(as, client, await oauth.deviceCodeGrantRequest(as, client, prove(), codes.device_code, insecure));
      await assert.rejects(poll(), (error) => error.error === 'authorization_pending');
      assert.equal((await answerDevice(server, person, 'approve', codes.user_code)).status, 200);
      const tokens = await poll();
      assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, person.userId);
    });

    if (way.name === 'none') continue;

    test(`${way.name}: client credentials, exchange, introspection, revocation`, async () => {
      const made = await oauth.clientCredentialsGrantRequest(as, client, prove(), { scope: 'reports' }, insecure);
      const tokens = await oauth.processClientCredentialsResponse(as, client, made);
      const exchange = { subject_token: tokens.access_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', resource: api };
      const traded = await oauth.genericTokenEndpointRequest(as, client, prove(), exchangeGrant, exchange, insecure);
      const jwt = await oauth.processGenericTokenEndpointResponse(as, client, traded);
      const look = async (token) => oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, prove(), token, insecure));
      const seen = await look(tokens.access_token);
      assert.equal(seen.active, true);
      assert.equal(seen.scope, 'reports');
      assert.equal(seen.sub, way.id);
      const request = new Request(`${api}/reports`, { headers: { authorization: `Bearer ${jwt.access_token}` } });
      assert.equal((await oauth.validateJwtAccessToken(as, request, api, insecure)).client_id, way.id);
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, prove(), tokens.access_token, insecure));
      assert.deepEqual(await look(tokens.access_token), { active: false });
      assert.equal((await look(jwt.access_token)).active, true, 'an access token is revoked alone');
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, prove(), 'never-was-a-token', insecure));
    });

    test(`${way.name}: another way of the same client is refused`, async () => {
      const methods = { none: oauth.None(), basic: oauth.ClientSecretBasic('guess'), post: oauth.ClientSecretPost('guess') };
      for (const [name, wrong] of Object.entries(methods)) {
        const answer = await oauth.clientCredentialsGrantRequest(as, client, wrong, { scope: 'reports' }, insecure);
        assert.equal(answer.status, 401, name);
      }
    });
  }

  test('an assertion dated 8 seconds ahead passes, one minute ahead or 5 minutes old does not; each is good once', async () => {
    const client = { client_id: 'ES256-app' };
    const { key } = ways.find(({ id }) => id === client.client_id);
    const ask = async (change, body) => {
      const prove = oauth.PrivateKeyJwt({ key, kid: 'ES256' }, { [oauth.modifyAssertion]: (_, claims) => change?.(claims) });
      const sent = async (...given) => {
        await prove(...given);
        body?.(given[2]);
      };
      return (await oauth.clientCredentialsGrantRequest(as, client, sent, { scope: 'reports' }, insecure)).status;
    };
    const now = Math.floor(Date.now() / 1000);
    assert.equal(await ask((claims) => Object.assign(claims, { nbf: now + 8, iat: now + 8 })), 200);
    assert.equal(await ask((claims) => (claims.nbf = now + 70)), 401);
    assert.equal(await ask((claims) => Object.assign(claims, { nbf: now - 360, iat: now - 360, exp: now - 300 })), 401);
    assert.equal(await ask((claims) => delete claims.sub), 401);
    assert.equal(await ask((claims) => (claims.aud = `${context.server.base}/api/auth/oauth2/userinfo`)), 401);
    assert.equal(await ask((claims) => (claims.aud = as.token_endpoint)), 200);
    let kept;
    assert.equal(await ask(undefined, (body) => (kept = body.get('client_assertion'))), 200);
    assert.equal(await ask(undefined, (body) => body.set('client_assertion', kept)), 401);
  });
});
