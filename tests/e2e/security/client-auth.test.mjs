// How an application proves itself: security cases 25–28, RFC 6749 §2.3, RFC 7523.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { before, test } from 'node:test';
import { encodePart, hmacJwt, newSigner, signatureOf, signJwt, unsignedJwt } from '../support/jws.mjs';
import { assertOAuthError, exchange, exchangeForm, getCode, postToken, sigmaClient } from '../support/oauth.mjs';
import { Key, newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { introspect, revoke } from '../support/status.mjs';
import { forEachStore } from '../support/stores.mjs';

const member = new Key();
const bearerAssertion = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const signers = Object.fromEntries(['RS256', 'ES256', 'ES256K', 'EdDSA'].map((alg) => [alg, newSigner(alg)]));
const stranger = Object.fromEntries(['RS256', 'ES256'].map((alg) => [alg, newSigner(alg)]));
const second = newSigner('ES256');
const machine = (id, more) => ({ client_id: id, grant_types: ['client_credentials'], scope: 'reports', ...more });
const withKeys = (id, ...jwks) =>
  machine(id, { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: jwks.map(({ jwk }) => jwk) } });
const clients = [
  sigmaClient('my-app', member),
  { ...machine('machine-x'), token_endpoint_auth_method: 'x_auth_token', member_pubkeys: [member.pubkey] },
  withKeys('machine-jwt', ...Object.values(signers)),
  withKeys('machine-two', signers.ES256, second),
  withKeys('machine-other', newSigner('ES256')),
];

forEachStore('client authentication', { clients }, (context) => {
  const secrets = {};
  before(async () => {
    for (const method of ['client_secret_basic', 'client_secret_post']) {
      const made = await context.server.createClient(machine(method, { token_endpoint_auth_method: method }));
      secrets[method] = made.client_secret;
    }
  });
  const now = () => Math.floor(Date.now() / 1000);
  const claims = (overrides = {}) => {
    const all = {
      iss: 'machine-jwt',
      sub: 'machine-jwt',
      aud: context.server.issuer,
      iat: now(),
      exp: now() + 60,
      jti: randomUUID(),
      ...overrides,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  };
  const ask = (assertion, { clientId = 'machine-jwt', type = bearerAssertion, on = context.server } = {}) =>
    postToken(on, {
      grant_type: 'client_credentials',
      ...(clientId ? { client_id: clientId } : {}),
      client_assertion: assertion,
      client_assertion_type: type,
    });
  const refused = async (assertion, what, options) => {
    const answer = await ask(assertion, options);
    assert.equal(answer.json?.error, 'invalid_client', `${what}: ${answer.describe()}`);
    assert.equal(answer.status, 401, what);
    assert.ok(answer.json.error_description.length > 20, what);
    return answer;
  };
  const basic = (id, secret) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  });

  test('case 25: two methods in one request', async () => {
    const { server } = context;
    const ways = {
      x_auth_token: (id) => ({ key: member }),
      basic: (id) => ({ headers: basic(id, secrets[id] ?? 'secret') }),
      secret: (id) => ({ form: { client_secret: secrets[id] ?? 'secret' } }),
      assertion: (id) => ({
        form: {
          client_assertion: signJwt(signers.ES256, claims({ iss: id, sub: id })),
          client_assertion_type: bearerAssertion,
        },
      }),
    };
    const names = Object.keys(ways);
    for (const id of ['machine-x', 'client_secret_basic', 'client_secret_post', 'machine-jwt']) {
      for (const one of names) {
        for (const other of names.slice(names.indexOf(one) + 1)) {
          const [a, b] = [ways[one](id), ways[other](id)];
          const form = { grant_type: 'client_credentials', client_id: id, ...a.form, ...b.form };
          const headers = { ...a.headers, ...b.headers };
          const answer = await postToken(server, form, { key: a.key ?? b.key, headers });
          assertOAuthError(answer, 400, 'invalid_request', /one way|not several/i);
          const about = { clientId: id, key: a.key ?? b.key, headers, form: { ...a.form, ...b.form } };
          for (const endpoint of [introspect, revoke]) {
            assertOAuthError(await endpoint(server, 'any', about), 400, 'invalid_request', /one way|not several/i);
          }
        }
      }
    }
    const grant = await getCode(server, await newPerson(server));
    const both = exchangeForm(grant, { client_secret: 'secret' });
    assertOAuthError(await postToken(server, both, { key: member }), 400, 'invalid_request');
    await exchange(server, grant, { key: member }); // the code was not touched
  });

  test('case 25: another method than the registered one is refused, too', async () => {
    const { server } = context;
    const secretAsBasic = await postToken(
      server,
      { grant_type: 'client_credentials' },
      { headers: basic('client_secret_post', secrets.client_secret_post) },
    );
    assertOAuthError(secretAsBasic, 401, 'invalid_client', /client_secret_post/);
    assert.match(secretAsBasic.headers['www-authenticate'], /^Basic/);
    const secretAsForm = await postToken(server, {
      grant_type: 'client_credentials',
      client_id: 'client_secret_basic',
      client_secret: secrets.client_secret_basic,
    });
    assertOAuthError(secretAsForm, 401, 'invalid_client', /client_secret_basic/);
    for (const client_id of ['client_secret_basic', 'client_secret_post', 'machine-jwt', 'machine-x']) {
      assertOAuthError(await postToken(server, { grant_type: 'client_credentials', client_id }), 401, 'invalid_client');
    }
  });

  test('case 26: a secret that is wrong anywhere, and a client that is unknown', async () => {
    const { server } = context;
    for (const method of ['client_secret_basic', 'client_secret_post']) {
      const secret = secrets[method];
      const send = (id, value) => {
        const form = { grant_type: 'client_credentials' };
        if (method === 'client_secret_basic') return postToken(server, form, { headers: basic(id, value) });
        return postToken(server, { ...form, client_id: id, client_secret: value });
      };
      assert.equal((await send(method, secret)).status, 200);
      const other = (c) => (c === 'A' ? 'B' : 'A');
      const wrong = [
        other(secret[0]) + secret.slice(1),
        secret.slice(0, -1) + other(secret.at(-1)),
        secret.slice(0, -1),
        `${secret}A`,
        ` ${secret}`,
        secret.toUpperCase() === secret ? secret.toLowerCase() : secret.toUpperCase(),
        'x',
        'x'.repeat(5000),
      ];
      const texts = new Set();
      for (const value of wrong) {
        const answer = await send(method, value);
        assertOAuthError(answer, 401, 'invalid_client');
        texts.add(answer.text);
        assertOAuthError(await send('no-such-client', value), 401, 'invalid_client');
      }
      assert.equal(texts.size, 1, 'one answer, wherever the difference is');
    }
    // That the time tells nothing either is measured: `./dev bench micro`, client_secret; and the comparison is checked
    // in tests/contract/oauth.
  });

  test('private_key_jwt: what is right, so that the rest fails for its own reason', async () => {
    for (const signer of Object.values(signers)) {
      for (const clientId of ['machine-jwt', undefined]) {
        const answer = await ask(signJwt(signer, claims()), { clientId });
        assert.equal(answer.status, 200, answer.describe());
      }
      const tokenUrl = `${context.server.base}/api/auth/oauth2/token`;
      assert.equal((await ask(signJwt(signer, claims({ aud: tokenUrl })))).status, 200);
      assert.equal((await ask(signJwt(signer, claims(), { kid: undefined, typ: undefined }))).status, 200);
    }
    const pss = { ...signers.RS256, alg: 'PS256' };
    assert.equal(
      (await ask(signJwt(pss, claims(), { kid: undefined }))).status,
      401,
      'the key is registered for RS256',
    );
  });

  test('case 27: alg none, HS256 with something public, and other algorithms than the key has', async () => {
    for (const spelling of ['none', 'None', 'NONE', 'nOnE', '']) {
      const { kid } = signers.RS256;
      for (const signature of ['', 'AAAA', '.', signJwt(signers.RS256, claims()).split('.')[2]]) {
        await refused(unsignedJwt(claims(), { spelling, header: { kid }, signature }), `none as ${spelling}`);
      }
    }
    for (const signer of Object.values(signers)) {
      const forms = [
        signer.publicKey.export({ type: 'spki', format: 'pem' }),
        signer.publicKey.export({ type: 'spki', format: 'der' }),
        JSON.stringify(signer.jwk),
        signer.jwk.n ?? signer.jwk.x,
        Buffer.from(signer.jwk.n ?? signer.jwk.x, 'base64url'),
        '',
      ];
      for (const secret of forms) await refused(hmacJwt(secret, claims(), { kid: signer.kid }), 'HS256');
      for (const secret of forms) await refused(hmacJwt(secret, claims()), 'HS256 without kid');
    }
    const swaps = [
      [signers.RS256, { alg: 'ES256' }],
      [signers.RS256, { alg: 'ES256', kid: signers.ES256.kid }],
      [signers.ES256, { alg: 'RS256', kid: signers.RS256.kid }],
      [signers.ES256, { alg: 'RS256' }],
      [signers.ES256K, { alg: 'ES256' }],
      [signers.ES256K, { alg: 'ES256', kid: signers.ES256.kid }],
      [signers.ES256, { alg: 'ES256K', kid: signers.ES256K.kid }],
      [signers.EdDSA, { alg: 'ES256', kid: signers.ES256.kid }],
      [signers.RS256, { alg: 'RS512' }],
      [signers.RS256, { alg: 'PS512' }],
      [signers.RS256, { alg: 'HS512' }],
      [signers.RS256, { alg: undefined }],
      [signers.RS256, { alg: ['RS256'] }],
      [signers.RS256, { alg: 'rs256' }],
    ];
    for (const [signer, header] of swaps) {
      await refused(signJwt(signer, claims(), header), `${signer.alg} as ${JSON.stringify(header)}`);
    }
    // The rules of ES256 with the key for ES256K, so that a verifier that believes the header would be satisfied.
    const input = `${encodePart({ alg: 'ES256', kid: signers.ES256K.kid })}.${encodePart(claims())}`;
    const signature = signatureOf('ES256', signers.ES256K.privateKey, input).toString('base64url');
    await refused(`${input}.${signature}`, 'an ES256K key under ES256');
  });

  test('case 27: signatures that are empty, cut, changed or somebody else’s', async () => {
    for (const signer of Object.values(signers)) {
      const good = signJwt(signer, claims());
      const [header, payload, signature] = good.split('.');
      const bytes = Buffer.from(signature, 'base64url');
      const changed = (at) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
      const wrong = [
        '',
        'A',
        signature.slice(0, -2),
        `${signature}AA`,
        `${signature}=`,
        changed(0).toString('base64url'),
        changed(bytes.length - 1).toString('base64url'),
        Buffer.alloc(bytes.length).toString('base64url'),
      ];
      for (const text of wrong) await refused(`${header}.${payload}.${text}`, `${signer.alg}: ${text.slice(0, 20)}`);
      await refused(`${header}.${encodePart(claims({ iss: 'machine-other' }))}.${signature}`, 'other claims');
      await refused(`${header}.${payload}`, 'two parts');
      await refused(`${good}.`, 'four parts');
      assert.equal((await ask(good)).status, 200, 'and the assertion as it was is good');
    }
    for (const signer of Object.values(stranger)) {
      await refused(signJwt(signer, claims(), { kid: signers[signer.alg].kid }), 'signed by a stranger');
      await refused(signJwt(signer, claims(), { kid: undefined }), 'signed by a stranger');
    }
    await refused(signJwt(signers.ES256, claims({ iss: 'machine-other', sub: 'machine-other' })), 'another client’s', {
      clientId: 'machine-other',
    });
    const mismatch = await ask(signJwt(signers.ES256, claims()), { clientId: 'machine-two' });
    assertOAuthError(mismatch, 401, 'invalid_client');
  });

  test('case 27: keys that the assertion brings along are not fetched and not believed', async () => {
    const asked = [];
    const attacker = http.createServer((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify({ keys: [stranger.RS256.jwk] }));
    });
    await new Promise((resolve) => attacker.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${attacker.address().port}/jwks.json`;
      const { kid } = stranger.RS256;
      const headers = [{ jku: url }, { x5u: url }, { jku: url, kid }, { jwk: stranger.RS256.jwk }];
      headers.push({ jwk: stranger.RS256.jwk, kid: signers.RS256.kid }, { x5c: ['AAAA'] }, { x5t: 'AAAA', x5u: url });
      headers.push({ kid: url }, { jku: url, kid: signers.RS256.kid });
      for (const header of headers) {
        await refused(signJwt(stranger.RS256, claims(), header), JSON.stringify(header).slice(0, 60));
      }
      assert.deepEqual(asked, [], 'no connection was made');
    } finally {
      await new Promise((resolve) => attacker.close(resolve));
    }
  });

  test('case 27: headers that mean to confuse', async () => {
    const { kid } = signers.RS256;
    const headers = [
      { crit: ['exp'] },
      { crit: ['b64'], b64: false },
      { crit: [] },
      { crit: ['unknown'], unknown: true },
      { b64: false },
      { kid: '../../etc/passwd' },
      { kid: '/dev/null' },
      { kid: "' OR 1=1--" },
      { kid: 'x'.repeat(10_240) },
      { kid: '' },
      { kid: ' ' },
      { kid: 5 },
      { kid: null },
      { kid: [kid] },
      { kid: `${kid}\u0000` },
      { kid: kid.toLowerCase() }, // "RS256-…": never the same, whatever the digits
      { typ: 'at+jwt' },
      { typ: 'logout+jwt' },
      { typ: 5 },
      `{"alg":"RS256","alg":"RS256","kid":"${kid}"}`,
      `{"alg":"none","alg":"RS256","kid":"${kid}"}`,
      `{"alg":"RS256","kid":"${kid}","kid":"other"}`,
      '{"alg":"RS256"',
      '[]',
      '',
      'null',
    ];
    for (const header of headers) {
      await refused(signJwt(signers.RS256, claims(), header), JSON.stringify(header).slice(0, 60));
    }
    const unsure = signJwt(second, claims({ iss: 'machine-two', sub: 'machine-two' }), { kid: undefined });
    await refused(unsure, 'no kid where two keys would fit', { clientId: 'machine-two' });
    const sure = signJwt(second, claims({ iss: 'machine-two', sub: 'machine-two' }));
    assert.equal((await ask(sure, { clientId: 'machine-two' })).status, 200);
    for (const text of ['x', '..', '...', 'a.b.c', 'x'.repeat(20_000), '{}']) await refused(text, text.slice(0, 20));
  });

  test('case 28: claims that are missing or wrong', async () => {
    const { server } = context;
    const year = 365 * 86_400;
    const wrong = {
      'without exp': { exp: undefined },
      'without jti': { jti: undefined },
      'without aud': { aud: undefined },
      'without iss': { iss: undefined },
      'without sub': { sub: undefined },
      'exp as text': { exp: String(now() + 60) },
      'exp as null': { exp: null },
      'exp in a year': { exp: now() + year },
      'exp in eleven minutes': { exp: now() + 660 },
      'exp far beyond': { exp: 1e300 },
      expired: { iat: now() - 120, exp: now() - 60 },
      'exp of zero': { exp: 0 },
      'not yet': { nbf: now() + 120 },
      'nbf as text': { nbf: 'x' },
      'issued in the future': { iat: now() + 120 },
      'jti empty': { jti: '' },
      'jti as a number': { jti: 5 },
      'jti of 1 KB': { jti: 'x'.repeat(1024) },
      'for another issuer': { aud: 'https://other.example/api/auth' },
      'for the origin': { aud: server.base },
      'for the issuer with a slash': { aud: `${server.issuer}/` },
      'for another path': { aud: `${server.base}/api/auth/oauth2/authorize` },
      'for nobody': { aud: [] },
      'for several': { aud: [server.issuer, 'https://other.example/api/auth'] },
      'for two names of ours': { aud: [server.issuer, `${server.base}/api/auth/oauth2/token`] },
      'for a number': { aud: 5 },
      'sub of another': { sub: 'machine-other' },
      'iss of another': { iss: 'machine-other' },
      'iss and sub of another': { iss: 'machine-other', sub: 'machine-other' },
      'iss in other case': { iss: 'MACHINE-JWT', sub: 'MACHINE-JWT' },
    };
    for (const [name, overrides] of Object.entries(wrong)) {
      await refused(signJwt(signers.ES256, claims(overrides)), name);
    }
    for (const payload of ['[]', 'null', '"x"', '{', '', '{"iss":"a","iss":"machine-jwt"}']) {
      await refused(signJwt(signers.ES256, payload), payload);
    }
    for (const type of [undefined, '', 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer', 'jwt-bearer']) {
      const answer = await ask(signJwt(signers.ES256, claims()), { type: type ?? '' });
      assertOAuthError(answer, 401, 'invalid_client', /client_assertion_type/);
    }
  });

  test('case 28: a jti counts once: at both nodes, at once, and at every endpoint', async () => {
    const { server } = context;
    const peer = await startServer({ peerOf: server });
    try {
      const assertion = signJwt(signers.ES256, claims());
      assert.equal((await ask(assertion)).status, 200);
      await refused(assertion, 'again');
      await refused(assertion, 'at the other node', { on: peer });
      const form = { client_assertion: assertion, client_assertion_type: bearerAssertion };
      for (const endpoint of [introspect, revoke]) {
        assertOAuthError(await endpoint(server, 'any', { clientId: 'machine-jwt', form }), 401, 'invalid_client');
      }
      const jti = randomUUID();
      const [one, other] = [signers.ES256, signers.RS256].map((signer) => signJwt(signer, claims({ jti })));
      assert.equal((await ask(one)).status, 200);
      await refused(other, 'the same jti in another assertion');

      const raced = signJwt(signers.EdDSA, claims());
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => ask(raced, { on: i % 2 ? peer : server })),
      );
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      for (const answer of answers) if (answer.status !== 200) assertOAuthError(answer, 401, 'invalid_client');
      assert.equal(
        (
          await ask(signJwt(second, claims({ iss: 'machine-two', sub: 'machine-two', jti })), {
            clientId: 'machine-two',
          })
        ).status,
        200,
        'another client may use the same jti',
      );
    } finally {
      await peer.stop();
    }
  });
});
