// Tokens that are bound to a key (RFC 9449), as openid-client and oauth4webapi use them: the server's nonce at the token
// endpoint, at userinfo and with refreshes, keys named in the authorization request, clients that must prove a key.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { DpopKey, freshNonce } from './support/dpop.mjs';
import { answer as answerDevice } from './support/device.mjs';
import { authorize, callback, claimsOf, exchangeForm, fullScope, getCode, newPkce, publicClient, refreshForm } from './support/oauth.mjs';
import { assertErrorRedirect, assertOAuthError, userinfo, userinfoPath } from './support/oauth.mjs';
import { authorizeWith, discover, refusal, signInWith } from './support/openid.mjs';
import { newPerson, tokenPath } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const keys = await oauth.generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
const clients = [
  publicClient('public-app'),
  publicClient('key-app', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] }, grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] }),
  publicClient('bound-app', { dpop_bound_access_tokens: true }),
  publicClient('television', { grant_types: [deviceGrant, 'refresh_token'], redirect_uris: [], response_types: [] }),
];
const asKeyApp = () => oidc.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' });

forEachStore('DPoP', { clients }, (context) => {
  let person;
  before(async () => {
    person = await newPerson(context.server);
  });
  const newHandle = async (config, alg) => oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair(alg));

  /** A raw POST to the token endpoint with a proof of `key` and the newest nonce. */
  const post = async (form, key) => {
    const { server } = context;
    const dpop = key && key.proof({ url: server.base + tokenPath, nonce: await freshNonce(server) });
    return server.request('POST', tokenPath, { form, headers: dpop ? { dpop } : {} });
  };

  test('discovery lists algorithms for proofs', async () => {
    const algorithms = (await discover(context.server, 'public-app')).serverMetadata().dpop_signing_alg_values_supported;
    for (const name of ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'ES256K']) assert.ok(algorithms.includes(name), name);
    for (const name of ['none', 'HS256', 'RS256']) assert.ok(!algorithms.includes(name), name);
  });

  for (const alg of ['ES256', 'Ed25519', 'PS256']) {
    test(`openid-client, ${alg}: code, userinfo and refresh, each with the server's nonce`, async () => {
      const { server } = context;
      const config = await discover(server, 'public-app');
      const DPoP = await newHandle(config, alg);
      const { tokens } = await signInWith(server, config, { scope: fullScope }, { person, DPoP });
      assert.equal(tokens.token_type, 'dpop');
      assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, person.userId, { DPoP })).bap_id, person.bapId);
      const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
      assert.equal(refreshed.token_type, 'dpop');
      assert.notEqual(refreshed.access_token, tokens.access_token);
      await oidc.fetchUserInfo(config, refreshed.access_token, person.userId, { DPoP });
      await assert.rejects(oidc.fetchUserInfo(config, refreshed.access_token, person.userId), (error) => error.status === 401);
    });
  }

  test('a key of the curve of Bitcoin (ES256K)', async () => {
    const key = new DpopKey('ES256K');
    const answer = await post(exchangeForm(await getCode(context.server, person, { client_id: 'public-app' })), key);
    assert.equal(answer.json?.token_type, 'DPoP', answer.describe());
  });

  test('oauth4webapi: it is told to use a nonce, and its second proof counts; the code is still good', async () => {
    const { server } = context;
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const client = { client_id: 'public-app' };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
    const { verifier, challenge } = newPkce();
    const landed = new URL((await authorize(server, person, { client_id: 'public-app', code_challenge: challenge, state: 's' })).location);
    const parameters = oauth.validateAuthResponse(as, client, landed, 's');
    const ask = () => oauth.authorizationCodeGrantRequest(as, client, oauth.None(), parameters, callback, verifier, { ...insecure, DPoP });
    let nonceErrors = 0;
    const retried = async (request, process) => {
      try {
        return await process(await request());
      } catch (error) {
        assert.ok(oauth.isDPoPNonceError(error), `${error}`);
        nonceErrors++;
        return process(await request());
      }
    };
    const tokens = await retried(ask, (response) => oauth.processAuthorizationCodeResponse(as, client, response));
    assert.equal(nonceErrors, 1);
    assert.equal(tokens.token_type, 'dpop');
    const info = () => oauth.userInfoRequest(as, client, tokens.access_token, { ...insecure, DPoP });
    const user = await retried(info, (response) => oauth.processUserInfoResponse(as, client, person.userId, response));
    assert.equal(user.sub, person.userId);
    assert.equal(nonceErrors, 1, 'one nonce serves the whole server');
    // A handle that knows no nonce yet is told at userinfo as well.
    const fresh = await oauth.userInfoRequest(as, client, tokens.access_token, { ...insecure, DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) });
    await assert.rejects(oauth.processUserInfoResponse(as, client, person.userId, fresh), (error) => oauth.isDPoPNonceError(error));
  });

  test('introspection and the client credentials of a bound machine', async () => {
    const { server } = context;
    const config = await discover(server, 'key-app', undefined, asKeyApp());
    const DPoP = await newHandle(config);
    const tokens = await oidc.clientCredentialsGrant(config, {}, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    const seen = await oidc.tokenIntrospection(config, tokens.access_token);
    assert.equal(seen.active, true);
    assert.equal(seen.token_type, 'DPoP');
    assert.equal(seen.cnf.jkt, await DPoP.calculateThumbprint());
    const plain = await oidc.tokenIntrospection(config, (await oidc.clientCredentialsGrant(config)).access_token);
    assert.equal(plain.token_type, 'Bearer');
    assert.equal(plain.cnf, undefined);
  });

  test('device grant', async () => {
    const { server } = context;
    const config = await discover(server, 'television');
    const DPoP = await newHandle(config);
    const codes = await oidc.initiateDeviceAuthorization(config, { scope: fullScope });
    assert.equal((await answerDevice(server, person, 'approve', codes.user_code)).status, 200);
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...codes, interval: 0.2 }, undefined, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, person.userId, { DPoP })).sub, person.userId);
    const other = await newHandle(config);
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: other }), refusal('invalid_grant'));
    await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  });

  test('a public client refreshes with its own key only, and a wrong key costs nothing', async () => {
    const { server } = context;
    const key = new DpopKey();
    const grant = await getCode(server, person, { client_id: 'public-app', scope: fullScope });
    const { json: tokens } = await post(exchangeForm(grant), key);
    const form = refreshForm(tokens.refresh_token, 'public-app');
    assertOAuthError(await post(form), 400, 'invalid_grant', /DPoP proof/);
    assertOAuthError(await post(form, new DpopKey()), 400, 'invalid_grant', /another key/);
    const answer = await post(form, key);
    assert.equal(answer.status, 200, answer.describe());
    // The lost answer, with another proof: the very same tokens (RFC 9700 §4.14.2 leaves room for it).
    const again = await post(form, key);
    assert.equal(again.json?.refresh_token, answer.json.refresh_token, again.describe());
  });

  test('a confidential client may change its key with a refresh; it does not go back to bearer tokens', async () => {
    const { server } = context;
    const config = await discover(server, 'key-app', undefined, asKeyApp());
    const [first, second] = [await newHandle(config), await newHandle(config)];
    const { tokens } = await signInWith(server, config, { scope: fullScope }, { person, DPoP: first });
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), refusal('invalid_grant'));
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: second });
    assert.equal((await oidc.tokenIntrospection(config, refreshed.access_token)).cnf.jkt, await second.calculateThumbprint());
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).cnf.jkt, await first.calculateThumbprint());
    await assert.rejects(oidc.fetchUserInfo(config, refreshed.access_token, person.userId, { DPoP: first }), (error) => error.status === 401);
    await oidc.fetchUserInfo(config, refreshed.access_token, person.userId, { DPoP: second });
  });

  test('a refresh token that was bearer may become bound', async () => {
    const { server } = context;
    const config = await discover(server, 'public-app');
    const { tokens } = await signInWith(server, config, { scope: fullScope }, { person });
    assert.equal(tokens.token_type, 'bearer');
    const DPoP = await newHandle(config);
    const bound = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
    assert.equal(bound.token_type, 'dpop');
    await assert.rejects(oidc.refreshTokenGrant(config, bound.refresh_token), refusal('invalid_grant'));
  });

  test('dpop_jkt: the code is good with the named key only', async () => {
    const { server } = context;
    const key = new DpopKey();
    const newGrant = () => getCode(server, person, { client_id: 'public-app', dpop_jkt: key.jkt });
    assertOAuthError(await post(exchangeForm(await newGrant()), new DpopKey()), 400, 'invalid_grant', /dpop_jkt/);
    assertOAuthError(await post(exchangeForm(await newGrant())), 400, 'invalid_grant', /dpop_jkt/);
    assert.equal((await post(exchangeForm(await newGrant()), key)).json.token_type, 'DPoP');
    for (const dpop_jkt of ['short', `${key.jkt}=`, key.jkt.replace(/./, '!'), Buffer.from(key.jkt, 'base64url').toString('hex')]) {
      const answer = await authorize(server, person, { client_id: 'public-app', code_challenge: newPkce().challenge, dpop_jkt });
      assertErrorRedirect(server, answer, 'invalid_request', { description: /dpop_jkt/ });
    }
  });

  test('openid-client binds the code with dpop_jkt, or with the proof that it pushes its request with', async () => {
    const { server } = context;
    const config = await discover(server, 'public-app');
    const [DPoP, other] = [await newHandle(config), await newHandle(config)];
    const jkt = await DPoP.calculateThumbprint();
    await signInWith(server, config, { dpop_jkt: jkt }, { person, DPoP });
    await signInWith(server, config, {}, { person, DPoP, pushed: true });
    for (const [parameters, options] of [[{ dpop_jkt: jkt }, {}], [{}, { pushed: true, DPoP }]]) {
      const { callbackUrl, checks } = await authorizeWith(server, config, person, parameters, options);
      await assert.rejects(oidc.authorizationCodeGrant(config, callbackUrl, checks, undefined, { DPoP: other }), refusal('invalid_grant'));
    }
    await assert.rejects(authorizeWith(server, config, person, { dpop_jkt: jkt }, { pushed: true, DPoP: other }), refusal('invalid_dpop_proof', 400));
  });

  test('ensure-holder-of-key-required: dpop_bound_access_tokens', async () => {
    const { server } = context;
    const config = await discover(server, 'bound-app');
    const { callbackUrl, checks } = await authorizeWith(server, config, person, { scope: fullScope });
    await assert.rejects(oidc.authorizationCodeGrant(config, callbackUrl, checks), refusal('invalid_dpop_proof', 400));
    const DPoP = await newHandle(config);
    const tokens = await oidc.authorizationCodeGrant(config, callbackUrl, checks, undefined, { DPoP });
    assert.equal(tokens.token_type, 'dpop', 'the refusal has not used up the code');
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), refusal('invalid_dpop_proof'));
  });

  test('userinfo by POST: the proof names that method', async () => {
    const { server } = context;
    const key = new DpopKey();
    const { json } = await post(exchangeForm(await getCode(server, person, { client_id: 'public-app' })), key);
    const right = { url: server.base + userinfoPath, nonce: await freshNonce(server), accessToken: json.access_token };
    const ask = (dpop) => userinfo(server, undefined, { method: 'POST', headers: { authorization: `DPoP ${json.access_token}`, dpop } });
    assert.equal((await ask(key.proof({ ...right, method: 'GET' }))).status, 401);
    assert.equal((await ask(key.proof({ ...right, method: 'POST' }))).json.sub, person.userId);
  });

  test('a reused code ends the bound tokens as well', async () => {
    const { server } = context;
    const key = new DpopKey();
    const form = exchangeForm(await getCode(server, person, { client_id: 'public-app', scope: fullScope }));
    const { json } = await post(form, key);
    assertOAuthError(await post(form, key), 400, 'invalid_grant', /used before/);
    assertOAuthError(await post(refreshForm(json.refresh_token, 'public-app'), key), 400, 'invalid_grant');
  });

  test('an application in a browser: its preflight is answered, and it may read the nonce', async () => {
    const { server } = context;
    for (const [path, method] of [[tokenPath, 'POST'], [userinfoPath, 'GET'], ['/api/auth/oauth2/par', 'POST']]) {
      const headers = { origin: 'https://spa.example', 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type,dpop' };
      const preflight = await server.request('OPTIONS', path, { headers });
      assert.match(preflight.headers['access-control-allow-headers'], /\bDPoP\b/i, preflight.describe());
    }
    const refused = await server.request('POST', tokenPath, {
      form: { grant_type: 'client_credentials', client_id: 'whoever' },
      headers: { origin: 'https://spa.example', dpop: new DpopKey().proof({ url: server.base + tokenPath }) },
    });
    assert.equal(refused.json.error, 'use_dpop_nonce');
    assert.match(refused.headers['access-control-expose-headers'], /DPoP-Nonce/);
  });

  test('replicas: a nonce of one is good at the other, a proof used at one is used at both', async () => {
    const { server } = context;
    // SQLite has one writer: a second replica exists on Postgres only.
    const peer = context.store === 'postgres' ? await startServer({ peerOf: server }) : server;
    try {
      const key = new DpopKey();
      const nonce = await freshNonce(server);
      const grant = await getCode(server, person, { client_id: 'public-app' });
      const dpop = key.proof({ url: server.base + tokenPath, nonce });
      const issued = await peer.request('POST', tokenPath, { form: exchangeForm(grant), headers: { dpop } });
      assert.equal(issued.status, 200, issued.describe());
      const grantTwo = await getCode(server, person, { client_id: 'public-app' });
      const replayed = await server.request('POST', tokenPath, { form: exchangeForm(grantTwo), headers: { dpop } });
      assertOAuthError(replayed, 400, 'invalid_dpop_proof', /used before/);
    } finally {
      if (peer !== server) await peer.stop();
    }
  });

  test('a token for a resource carries the key (RFC 9449 §6.1)', async () => {
    const { server } = context;
    const client = await server.createClient(publicClient('jwt-app', { access_token_format: 'jwt' }));
    const config = await discover(server, client.client_id);
    const DPoP = await newHandle(config);
    const { tokens } = await signInWith(server, config, {}, { person, DPoP });
    assert.deepEqual(claimsOf(tokens.access_token).cnf, { jkt: await DPoP.calculateThumbprint() });
  });
});

forEachStore('DPoP behind a proxy', { clients, env: { SIGMA_BASE_URL: 'https://id.example.com' } }, (context) => {
  test('htu is the public address: default port and letter case of the host make no difference', async () => {
    const { server } = context;
    const nonce = await freshNonce(server);
    const ask = async (htu) => {
      const dpop = new DpopKey().proof({ url: htu, nonce });
      return server.request('POST', tokenPath, { form: { grant_type: 'client_credentials', client_id: 'public-app' }, headers: { dpop } });
    };
    for (const base of ['https://id.example.com', 'https://id.example.com:443', 'https://ID.Example.COM', 'HTTPS://id.example.com']) {
      assertOAuthError(await ask(base + tokenPath), 400, 'unauthorized_client');
    }
    for (const base of [server.local, 'http://id.example.com', 'https://id.example.com:8443', 'https://id.example.com.']) {
      assertOAuthError(await ask(base + tokenPath), 400, 'invalid_dpop_proof', /htu/);
    }
  });
});
