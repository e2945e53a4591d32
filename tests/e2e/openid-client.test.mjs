// A certified OpenID Connect client library (openid-client 6) against this server: discovery, PKCE, ID tokens checked
// through our JWKS, userinfo, refresh. It checks issuer, audience, nonce, expiry, at_hash and signature by itself.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { postLogout } from './support/logout.mjs';
import { authorizePath, callback, claimsOf, headerOf, publicClient, sigmaClient } from './support/oauth.mjs';
import { authorizeWith as authorizeAt, discover as discoverAt, refusal, signInWith as signInAt, visit } from './support/openid.mjs';
import { Key, newPerson, tokenPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const clients = [
  publicClient('public-app', { post_logout_redirect_uris: [postLogout] }),
  publicClient('es256-app', { id_token_signed_response_alg: 'ES256' }),
  publicClient('eddsa-app', { id_token_signed_response_alg: 'EdDSA' }),
  publicClient('es256k-app', { id_token_signed_response_alg: 'ES256K' }),
  sigmaClient('member-app', member),
];

/** How a Sigma client authenticates, as a method of openid-client: a signature over the exact form body. */
const memberKeyAuth = (key) => (_server, client, body, headers) => {
  body.set('client_id', client.client_id);
  headers.set('x-auth-token', key.token(tokenPath, { body: body.toString() }));
};

forEachStore('openid-client', { clients }, (context) => {
  const discover = (...given) => discoverAt(context.server, ...given);
  const authorizeWith = (...given) => authorizeAt(context.server, ...given);
  const signInWith = (...given) => signInAt(context.server, ...given);

  test('discovery finds the endpoints under the issuer', async () => {
    const metadata = (await discover('public-app')).serverMetadata();
    assert.equal(metadata.issuer, context.server.issuer);
    assert.equal(metadata.supportsPKCE(), true);
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri']) {
      assert.ok(metadata[name].startsWith(`${context.server.base}/`), `${name}: ${metadata[name]}`);
    }
    assert.equal(new URL(metadata.authorization_endpoint).pathname, authorizePath);
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  });

  test('RFC 8414 discovery gives the same issuer', async () => {
    const config = await discover('public-app', undefined, oidc.None(), { algorithm: 'oauth2' });
    assert.equal(config.serverMetadata().issuer, context.server.issuer);
  });

  test('public client: code, PKCE, nonce, RS256 ID token, userinfo', async () => {
    const config = await discover('public-app');
    const { person, tokens } = await signInWith(config);
    const claims = tokens.claims();
    assert.equal(headerOf(tokens.id_token).alg, 'RS256');
    assert.equal(claims.sub, person.userId);
    assert.equal(claims.pubkey, person.pubkey);
    assert.equal(claims.bap_id, person.bapId);
    assert.ok(claims.auth_time > 0 && claims.exp > claims.iat);
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.refresh_token, undefined);
    const user = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(user.bap_id, person.bapId);
  });

  for (const algorithm of ['ES256', 'EdDSA']) {
    test(`ID tokens by ${algorithm} when the client registered it`, async () => {
      const config = await discover(`${algorithm.toLowerCase()}-app`, { id_token_signed_response_alg: algorithm });
      const { person, tokens } = await signInWith(config);
      assert.equal(headerOf(tokens.id_token).alg, algorithm);
      assert.equal(tokens.claims().sub, person.userId);
    });
  }

  test('ID tokens by ES256K verify with the published key', async () => {
    // openid-client does not know the curve of Bitcoin; Node's own crypto does.
    const config = await discover('es256k-app', { id_token_signed_response_alg: 'ES256K' });
    const person = await newPerson(context.server);
    const { callbackUrl, checks } = await authorizeWith(config, person);
    const answer = await context.server.request('POST', tokenPath, {
      form: {
        grant_type: 'authorization_code',
        code: callbackUrl.searchParams.get('code'),
        redirect_uri: callback,
        client_id: 'es256k-app',
        code_verifier: checks.pkceCodeVerifier,
      },
    });
    assert.equal(answer.status, 200, answer.describe());
    const idToken = answer.json.id_token;
    const header = headerOf(idToken);
    assert.equal(header.alg, 'ES256K');
    const jwks = await (await fetch(config.serverMetadata().jwks_uri)).json();
    const jwk = jwks.keys.find((key) => key.kid === header.kid);
    assert.equal(jwk?.crv, 'secp256k1');
    const [head, body, signature] = idToken.split('.');
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
    const signed = Buffer.from(`${head}.${body}`);
    assert.equal(verify('sha256', signed, key, Buffer.from(signature, 'base64url')), true);
    assert.equal(claimsOf(idToken).nonce, checks.expectedNonce);
  });

  test('offline_access: refresh rotates, the new ID token keeps sub and auth_time', async () => {
    const config = await discover('public-app');
    const { person, tokens } = await signInWith(config, { scope: 'openid profile offline_access' });
    assert.ok(tokens.refresh_token);
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.ok(refreshed.refresh_token);
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
    assert.notEqual(refreshed.access_token, tokens.access_token);
    assert.equal(refreshed.claims().sub, person.userId);
    assert.equal(refreshed.claims().auth_time, tokens.claims().auth_time);
    const user = await oidc.fetchUserInfo(config, refreshed.access_token, person.userId);
    assert.equal(user.pubkey, person.pubkey);
    const again = await oidc.refreshTokenGrant(config, refreshed.refresh_token, { scope: 'openid' });
    assert.equal(again.scope, 'openid', 'a refresh may narrow the scope');
  });

  test('a Sigma client through openid-client: member key over the form that the library built', async () => {
    const config = await discover('member-app', undefined, memberKeyAuth(member));
    const { person, tokens } = await signInWith(config, { scope: 'openid profile offline_access' });
    assert.equal(tokens.claims().sub, person.userId);
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(refreshed.claims().sub, person.userId);
  });

  test('client_secret_basic and client_secret_post clients', async (t) => {
    const methods = (await discover('public-app')).serverMetadata().token_endpoint_auth_methods_supported;
    const secretMethods = { client_secret_basic: oidc.ClientSecretBasic, client_secret_post: oidc.ClientSecretPost };
    for (const [method, authentication] of Object.entries(secretMethods)) {
      if (!methods.includes(method)) {
        t.diagnostic(`${method} is not advertised`);
        continue;
      }
      const id = `${method}-app`;
      const client = await context.server.createClient(publicClient(id, { token_endpoint_auth_method: method }));
      assert.ok(client.client_secret, 'the registration answers the secret once');
      const config = await discover(id, undefined, authentication(client.client_secret));
      const { person, tokens } = await signInWith(config);
      assert.equal(tokens.claims().sub, person.userId);
      const wrong = await discover(id, undefined, authentication(`${client.client_secret}x`));
      // RFC 6749 §5.2: who tried the Authorization header is told its scheme, and the library shows that instead.
      await assert.rejects(signInWith(wrong), (error) => {
        assert.equal(error.status, 401);
        if (method === 'client_secret_basic') return error.cause?.[0]?.scheme === 'basic';
        return error.error === 'invalid_client';
      });
    }
  });

  test('introspection and revocation', async () => {
    const { server } = context;
    const { client_secret } = await server.createClient(publicClient('looking-app', { token_endpoint_auth_method: 'client_secret_basic' }));
    const config = await discover('looking-app', undefined, oidc.ClientSecretBasic(client_secret));
    const { person, tokens } = await signInWith(config, { scope: 'openid offline_access' });
    const seen = await oidc.tokenIntrospection(config, tokens.access_token);
    assert.equal(seen.active, true);
    assert.equal(seen.sub, person.userId);
    assert.equal(seen.scope, 'openid offline_access');
    assert.equal((await oidc.tokenIntrospection(config, tokens.refresh_token, { token_type_hint: 'refresh_token' })).active, true);
    await oidc.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
    for (const token of [tokens.refresh_token, tokens.access_token]) {
      assert.deepEqual(await oidc.tokenIntrospection(config, token), { active: false });
    }
    await assert.rejects(oidc.tokenIntrospection(await discover('public-app'), tokens.access_token), refusal('invalid_client', 401));
  });

  test('RP-initiated logout: the library builds the address, the person comes back signed out', async () => {
    const config = await discover('public-app');
    const { person, tokens } = await signInWith(config);
    const url = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: postLogout, state: 'bye' });
    assert.equal(url.searchParams.get('client_id'), 'public-app', 'the library adds it');
    assert.equal((await visit(context.server, person, url)).href, `${postLogout}?state=bye`);
    assert.equal(await person.session(context.server), null);
    const { callbackUrl, checks } = await authorizeWith(config, person, { prompt: 'none' });
    await assert.rejects(oidc.authorizationCodeGrant(config, callbackUrl, checks), refusal('login_required'));
  });

  test('the library sees our errors: reused code, unknown client, login_required', async () => {
    const { server } = context;
    const config = await discover('public-app');
    const person = await newPerson(server);
    const { callbackUrl, checks } = await authorizeWith(config, person);
    await oidc.authorizationCodeGrant(config, callbackUrl, checks);
    await assert.rejects(
      oidc.authorizationCodeGrant(config, callbackUrl, checks),
      (error) => error.error === 'invalid_grant' && error.status === 400,
    );

    const second = await authorizeWith(config, person);
    await assert.rejects(
      oidc.authorizationCodeGrant(await discover('no-such-app'), second.callbackUrl, second.checks),
      (error) => error.error === 'invalid_client' && error.status === 401,
    );

    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid',
      prompt: 'none',
      state: 's',
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const answer = await server.request('GET', url.pathname + url.search);
    await assert.rejects(
      oidc.authorizationCodeGrant(config, new URL(answer.location), { expectedState: 's' }),
      (error) => error.error === 'login_required',
    );
  });

  test('userinfo refuses a token that is not one, with a Bearer challenge', async () => {
    const config = await discover('public-app');
    await assert.rejects(oidc.fetchUserInfo(config, 'not-a-token', oidc.skipSubjectCheck), (error) => {
      const challenge = error.cause?.find?.((item) => item.scheme === 'bearer');
      return challenge?.parameters.error === 'invalid_token';
    });
  });
});
