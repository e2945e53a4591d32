// Discovery documents and keys: sigma-contract.md §4, RFC 8414, OpenID Connect Discovery 1.0.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { authorizePath, exchange, getCode, headerOf, publicClient } from './support/oauth.mjs';
import { newPerson, tokenPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const documents = [
  '/api/auth/.well-known/openid-configuration',
  '/api/auth/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
  '/.well-known/openid-configuration/api/auth',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server/api/auth',
];
const keySets = ['/api/auth/jwks', '/.well-known/jwks.json'];

forEachStore('discovery', { clients: [publicClient('my-app')] }, (context) => {
  const get = async (path, options) => {
    const answer = await context.server.request('GET', path, options);
    assert.equal(answer.status, 200, answer.describe());
    return answer;
  };

  test('all six paths serve one document', async () => {
    const texts = new Set();
    for (const path of documents) {
      const answer = await get(path);
      assert.match(answer.headers['content-type'], /^application\/json/, path);
      assert.match(answer.headers['cache-control'] ?? '', /public.*max-age=\d+/, path);
      assert.equal(answer.headers['access-control-allow-origin'], '*', path);
      assert.equal(answer.headers['access-control-allow-credentials'], undefined, path);
      texts.add(answer.text);
    }
    assert.equal(texts.size, 1);
  });

  test('the document holds what clients read', async () => {
    const { server } = context;
    const { json: document } = await get(documents[0]);
    assert.equal(document.issuer, server.issuer);
    assert.equal(document.authorization_endpoint, `${server.base}${authorizePath}`);
    assert.equal(document.token_endpoint, `${server.base}${tokenPath}`);
    assert.equal(document.userinfo_endpoint, `${server.base}/api/auth/oauth2/userinfo`);
    assert.equal(document.jwks_uri, `${server.base}/api/auth/jwks`);
    const includes = {
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'x_auth_token'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519', 'ES256K'],
      introspection_endpoint_auth_methods_supported: ['private_key_jwt'],
      introspection_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519', 'ES256K'],
      revocation_endpoint_auth_methods_supported: ['private_key_jwt'],
      revocation_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519', 'ES256K'],
      code_challenge_methods_supported: ['S256'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'EdDSA', 'ES256', 'ES256K'],
      claims_supported: ['sub', 'pubkey', 'bap_id', 'bap'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
    };
    for (const [name, values] of Object.entries(includes)) {
      for (const value of values)
        assert.ok(document[name]?.includes(value), `${name} holds ${value}: ${JSON.stringify(document[name])}`);
    }
    assert.deepEqual(document.response_types_supported, ['code']);
    assert.deepEqual(document.code_challenge_methods_supported, ['S256']);
    assert.equal(document.authorization_response_iss_parameter_supported, true);
    assert.ok(!('request_parameter_supported' in document) || document.request_parameter_supported === false);
    assert.equal(document.request_uri_parameter_supported, false, 'absent would mean true');
    for (const [name, value] of Object.entries(document)) {
      assert.ok(value !== null && value !== '', `${name} is empty`);
      if (typeof value === 'string' && /_(endpoint|uri)$/.test(name))
        assert.ok(value.startsWith(`${server.base}/`), `${name}: ${value}`);
    }
  });

  test('every endpoint that is named answers', async () => {
    const { server } = context;
    const { json: document } = await get(documents[0]);
    for (const [name, value] of Object.entries(document)) {
      if (typeof value !== 'string' || !/(_endpoint|jwks_uri)$/.test(name)) continue;
      const answer = await server.request('GET', new URL(value).pathname);
      assert.notEqual(answer.status, 404, `${name}: ${answer.describe()}`);
      assert.notEqual(answer.status, 501, `${name}: ${answer.describe()}`);
      assert.ok(answer.status < 500, `${name}: ${answer.describe()}`);
    }
  });

  test('HEAD answers like GET, without a body; other methods are 405 with Allow', async () => {
    for (const path of [...documents, ...keySets]) {
      const [whole, head] = [await get(path), await context.server.request('HEAD', path)];
      assert.equal(head.status, 200, head.describe());
      assert.equal(head.text, '');
      assert.equal(head.headers['content-type'], whole.headers['content-type']);
      assert.equal(head.headers['content-length'], whole.headers['content-length']);
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const answer = await context.server.request(method, path);
        assert.equal(answer.status, 405, answer.describe());
        assert.match(answer.headers.allow ?? '', /GET/);
        assert.ok(answer.text.length > 2, answer.describe());
      }
      assert.equal((await context.server.request('GET', `${path}/`)).status, 200, `${path}/`);
    }
  });

  test('a forged Host or forwarded header changes no address', async () => {
    const { server } = context;
    const forged = [
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
      { forwarded: 'host=evil.example;proto=https' },
    ];
    const { text } = await get(documents[0]);
    for (const headers of forged) assert.equal((await get(documents[0], { headers })).text, text);
    const host = await server.request('GET', documents[0], { headers: { host: 'evil.example' } });
    assert.ok([200, 400, 421].includes(host.status), host.describe());
    assert.doesNotMatch(host.text, /evil\.example\//);
  });

  test('the key set holds every algorithm, public members only', async () => {
    const sets = await Promise.all(keySets.map((path) => get(path)));
    assert.equal(sets[0].text, sets[1].text);
    const { keys } = sets[0].json;
    assert.equal(new Set(keys.map((key) => key.kid)).size, keys.length, 'kid is unique');
    for (const key of keys) {
      assert.ok(key.kid && key.kty && key.alg, JSON.stringify(key));
      assert.equal(key.use, 'sig');
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
        assert.ok(!(secret in key), `${key.kid} holds ${secret}`);
      createPublicKey({ key, format: 'jwk' });
    }
    assert.deepEqual([...new Set(keys.map((key) => key.alg))].sort(), ['ES256', 'ES256K', 'EdDSA', 'RS256']);
    const rsa = keys.find((key) => key.kty === 'RSA');
    assert.ok(Buffer.from(rsa.n, 'base64url').length >= 256, 'at least 2048 bits');
    assert.match(sets[0].headers['cache-control'] ?? '', /max-age=\d+/);
    assert.equal(sets[0].headers['access-control-allow-origin'], '*');
  });

  test('keys survive a restart: an ID token of before still verifies', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server));
    const { kid } = headerOf((await exchange(server, grant)).id_token);
    const before = (await get(keySets[0])).text;
    await server.restart();
    assert.equal((await get(keySets[0])).text, before);
    assert.ok(JSON.parse(before).keys.some((key) => key.kid === kid));
  });

  test('security headers are on every kind of answer', async () => {
    for (const path of [documents[0], '/api/auth/get-session', '/api/auth/nope', '/oauth2/authorize']) {
      const answer = await context.server.request('GET', path);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff', answer.describe());
    }
  });
});
