// Tokens that are JWTs, tokens that are bound to a key, and ID tokens as hints: security cases 29, 31, 32, 34, 36.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DpopKey, freshNonce } from '../support/dpop.mjs';
import { encodePart, hmacJwt, newSigner, signJwt, unsignedJwt } from '../support/jws.mjs';
import { startReceiver } from '../support/logout.mjs';
import {
  assertErrorRedirect,
  assertOAuthError,
  authorize,
  claimsOf,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  headerOf,
  newPkce,
  postToken,
  publicClient,
  redirected,
  refreshForm,
  sigmaClient,
  userinfo,
  userinfoPath,
} from '../support/oauth.mjs';
import { Key, newPerson, tokenPath } from '../support/person.mjs';
import { freePorts, startServer } from '../support/server.mjs';
import { introspect, isActive } from '../support/status.mjs';
import { forEachStore } from '../support/stores.mjs';

const [member, apiKey, otherApiKey] = [new Key(), new Key(), new Key()];
const api = 'https://api.example.com';
const otherApi = 'https://other.example.com';
const env = { SIGMA_RESOURCES: `${api} ${otherApi}`, SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow' };
const receiver = await startReceiver();
after(() => receiver.stop());
const served = (id, key, resource) => sigmaClient(id, key, { resources: [resource] });
const clients = [
  sigmaClient('my-app', member, { access_token_format: 'jwt' }),
  publicClient('public-app'),
  publicClient('other-public'),
  publicClient('told', { backchannel_logout_uri: `${receiver.origin}/told` }),
  served('api', apiKey, api),
  served('other-api', otherApiKey, otherApi),
];

forEachStore('bound tokens', { clients, env }, (context) => {
  const newTokens = async (overrides = {}, person) => {
    const { server } = context;
    const grant = await getCode(server, person ?? (await newPerson(server)), { scope: fullScope, ...overrides });
    return exchange(server, grant, { key: grant.clientId === 'my-app' ? member : undefined });
  };
  const postWith = async (key, form) => {
    const { server } = context;
    const dpop = key.proof({ url: server.base + tokenPath, nonce: await freshNonce(server) });
    return postToken(server, form, { headers: { dpop } });
  };
  const userinfoWith = async (key, token, { scheme = 'DPoP', ...given } = {}) => {
    const { server } = context;
    const url = server.base + userinfoPath;
    const nonce = await freshNonce(server);
    const dpop = key.proof({ method: 'GET', url, nonce, accessToken: token, ...given });
    return server.request('GET', userinfoPath, { headers: { authorization: `${scheme} ${token}`, dpop } });
  };
  const published = async (kid) =>
    (await context.server.request('GET', '/api/auth/jwks')).json.keys.find((key) => key.kid === kid);

  test('case 29: an access token that is a JWT, signed anew, by nobody, or with other claims', async () => {
    const { server } = context;
    const { access_token: good } = await newTokens();
    const [claims, { kid, typ }] = [claimsOf(good), headerOf(good)];
    assert.equal(typ, 'at+jwt');
    const key = await published(kid);
    const own = newSigner('ES256');
    const [head, payload, signature] = good.split('.');
    const forged = {
      'by another key under our kid': signJwt(newSigner('RS256'), claims, { kid, typ }),
      'by a key it brings along': signJwt(own, claims, { typ, jwk: own.jwk }),
      'by a key it brings along under our kid': signJwt(own, claims, { kid, typ, jwk: own.jwk }),
      none: unsignedJwt(claims, { header: { kid, typ } }),
      'HS256 with the public key': hmacJwt(JSON.stringify(key), claims, { kid, typ }),
      'for somebody else': [head, encodePart({ ...claims, sub: 'x' }), signature].join('.'),
      'for longer': [head, encodePart({ ...claims, exp: claims.exp + 3600 }), signature].join('.'),
      'with another header': [encodePart({ ...headerOf(good), typ: 'JWT' }), payload, signature].join('.'),
    };
    for (const [name, token] of Object.entries(forged)) {
      assertOAuthError(await userinfo(server, token), 401, 'invalid_token');
      assert.equal(await isActive(server, token, { key: member }), false, name);
    }
    assert.equal((await userinfo(server, good)).status, 200);
    assert.ok(await isActive(server, good, { key: member }));
  });

  /** A genuine one. */
  async function logoutToken() {
    const { server } = context;
    const leaving = await newPerson(server);
    await exchange(server, await getCode(server, leaving, { client_id: 'told' }));
    await leaving.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    const [{ token }] = await receiver.wait(leaving, '/told');
    assert.equal(headerOf(token).typ, 'logout+jwt');
    return token;
  }

  /** An ID token for my-app by a server that shares our keys and has another name. */
  async function foreignIdToken(kid) {
    const [port] = await freePorts(1);
    const base = `http://127.0.0.1:${port}`;
    const other = await startServer({ peerOf: context.server, env: { ...env, SIGMA_BASE_URL: base, SIGMA_LISTEN: `127.0.0.1:${port}` } });
    try {
      other.local = base;
      const tokens = await exchange(other, await getCode(other, await newPerson(other)), { key: member });
      assert.equal(claimsOf(tokens.id_token).iss, `${base}/api/auth`);
      assert.equal(headerOf(tokens.id_token).kid, kid);
      return tokens.id_token;
    } finally {
      await other.stop();
    }
  }

  test('case 29: what is no ID token of ours is no hint', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const { id_token: good, access_token: jwt } = await newTokens({}, person);
    const [claims, { kid }] = [claimsOf(good), headerOf(good)];
    const hint = (id_token_hint) =>
      authorize(server, person, {
        id_token_hint,
        prompt: 'none',
        code_challenge: newPkce().challenge,
      });
    assert.ok(redirected(await hint(good)).query.get('code'));
    const [head, payload, signature] = good.split('.');
    const wrong = {
      'an access token': jwt,
      'an opaque access token': (await newTokens({ client_id: 'public-app' })).access_token,
      'another client’s ID token': (await newTokens({ client_id: 'public-app' }, person)).id_token,
      'by another key under our kid': signJwt(newSigner('RS256'), claims, { kid }),
      none: unsignedJwt(claims, { header: { kid } }),
      'a logout token': await logoutToken(),
      'with another header': [encodePart({ ...headerOf(good), typ: 'logout+jwt' }), payload, signature].join('.'),
      'for somebody else': [head, encodePart({ ...claims, sub: 'x' }), signature].join('.'),
      'of another issuer with our keys': await foreignIdToken(kid),
      'without signature': `${head}.${payload}.`,
      nonsense: 'x',
    };
    for (const [name, token] of Object.entries(wrong)) {
      const answer = await hint(token);
      assertErrorRedirect(server, answer, 'invalid_request', { description: /id_token_hint/ });
      assert.equal(redirected(answer).query.has('code'), false, name);
    }
    const stranger = (await newTokens()).id_token;
    assertErrorRedirect(server, await hint(stranger), 'login_required');
  });

  test('case 31: a JWT changed by one character anywhere', async () => {
    const { server } = context;
    const { access_token: token } = await newTokens();
    for (let at = 0; at < token.length; at += 7) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      assert.equal((await userinfo(server, changed)).status, 401, `at ${at}`);
    }
    for (const changed of [token.slice(0, -1), `${token}A`, `${token}=`, `${token}.`, token.replace('.', '..')]) {
      assert.equal((await userinfo(server, changed)).status, 401, changed.slice(-5));
    }
    assert.equal((await userinfo(server, token)).status, 200);
  });

  test('case 32: a bound refresh token with another key or with none, before and inside the window', async () => {
    const { server } = context;
    const [key, other] = [new DpopKey(), new DpopKey()];
    const grant = await getCode(server, await newPerson(server), { client_id: 'public-app', scope: fullScope });
    const first = await postWith(key, exchangeForm(grant));
    assert.equal(first.status, 200, first.describe());
    assert.equal(first.json.token_type, 'DPoP');
    const form = refreshForm(first.json.refresh_token, 'public-app');
    const assertKeyIsNeeded = async () => {
      assertOAuthError(await postWith(other, form), 400, 'invalid_grant');
      assertOAuthError(await postToken(server, form), 400, 'invalid_grant');
      const stranger = { ...form, client_id: 'other-public' };
      assertOAuthError(await postWith(key, stranger), 400, 'invalid_grant');
    };
    await assertKeyIsNeeded();
    const second = await postWith(key, form);
    assert.equal(second.status, 200, second.describe());
    await assertKeyIsNeeded();
    const retry = await postWith(key, form);
    assert.deepEqual([retry.status, retry.json], [200, second.json], 'the family lives');
    assert.equal((await userinfoWith(key, second.json.access_token)).status, 200);
  });

  test('case 31: a bound token is no bearer token, and no proof but its key’s opens it', async () => {
    const { server } = context;
    const [key, other] = [new DpopKey(), new DpopKey('EdDSA')];
    const grant = await getCode(server, await newPerson(server), { client_id: 'public-app' });
    const token = (await postWith(key, exchangeForm(grant))).json.access_token;
    assert.equal((await userinfoWith(key, token)).status, 200);
    assertOAuthError(await userinfo(server, token), 401, 'invalid_token');
    assertOAuthError(await userinfoWith(key, token, { scheme: 'Bearer' }), 401, 'invalid_token');
    for (const answer of [
      await userinfoWith(other, token),
      await userinfoWith(key, token, { claims: { ath: 'x' } }),
      await userinfoWith(key, token, { claims: { htm: 'POST' } }),
      await userinfoWith(key, token, { claims: { htu: `${server.base}/x` } }),
      await userinfoWith(key, token, { header: { typ: 'JWT' } }),
      await userinfoWith(key, token, { header: { jwk: other.jwk } }),
    ]) {
      assert.equal(answer.status, 401, answer.describe());
      assert.ok(['invalid_token', 'invalid_dpop_proof'].includes(answer.json.error), answer.describe());
      assert.match(answer.headers['www-authenticate'] ?? '', /^DPoP /, answer.describe());
    }
    const session = await server.request('GET', '/api/auth/get-session', {
      headers: { authorization: `DPoP ${token}` },
    });
    assert.equal(session.text, 'null');
  });

  test('case 34: a token for one resource: its servers hear of it, others do not', async () => {
    const { server } = context;
    const { access_token: token } = await newTokens({ client_id: 'public-app', resource: api });
    const ask = (clientId, key) => introspect(server, token, { clientId, key });
    const own = await ask('api', apiKey);
    assert.equal(own.json.active, true, own.describe());
    assert.equal(own.json.client_id, 'public-app');
    assert.deepEqual((await ask('other-api', otherApiKey)).json, { active: false });
    assert.deepEqual((await ask('my-app', member)).json, { active: false });
    assertOAuthError(await ask('api', otherApiKey), 401, 'invalid_client');
  });

  test('case 36: what a withdrawn key has signed is no hint any more', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const { id_token: old } = await newTokens({ client_id: 'public-app' }, person);
    const hint = (id_token_hint) =>
      authorize(server, person, {
        client_id: 'public-app',
        id_token_hint,
        prompt: 'none',
        code_challenge: newPkce().challenge,
      });
    assert.ok(redirected(await hint(old)).query.get('code'));
    const rotated = await server.admin('POST', '/admin/keys/rotate', { json: { alg: 'RS256', at_once: true } });
    assert.equal(rotated.status, 200, rotated.describe());
    assert.equal(await published(headerOf(old).kid), undefined);
    assertErrorRedirect(server, await hint(old), 'invalid_request', { description: /id_token_hint/ });
    const { id_token: fresh } = await newTokens({ client_id: 'public-app' }, person);
    assert.ok(redirected(await hint(fresh)).query.get('code'));
  });
});
