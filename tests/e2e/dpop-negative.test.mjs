// What is no proof of possession (RFC 9449 §4.3), at userinfo and at the token endpoint: the cases of the OpenID
// Foundation's FAPI module dpop-negative-tests and more. Each fails alone, and a good proof still works afterwards.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { DpopKey, freshNonce, tokenHash } from './support/dpop.mjs';
import { encodePart, newSigner, unsignedJwt } from './support/jws.mjs';
import { assertOAuthError, exchange, exchangeForm, getCode, publicClient, userinfo, userinfoPath } from './support/oauth.mjs';
import { newPerson, tokenPath } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const machine = { client_id: 'machine', redirect_uris: [], grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' };
const clients = [publicClient('my-app')];
const now = () => Math.floor(Date.now() / 1000);
const strangers = { ES256: newSigner('ES256'), RS256: newSigner('RS256') };
const rsaKey = new DpopKey('PS256');

/** Proofs that must not pass: name → how to make one from the key and what is right here ({url, method, nonce, …}). */
const bad = {
  'not a JWT': () => 'this is no proof',
  empty: () => '',
  'two parts': (key, right) => key.proof(right).split('.').slice(0, 2).join('.'),
  'four parts': (key, right) => `${key.proof(right)}.e30`,
  'two proofs in one header': (key, right) => `${key.proof(right)}, ${key.proof(right)}`,
  'claims that are no object': (key) => {
    const [head, , signature] = key.proof({ url: 'http://localhost' }).split('.');
    return `${head}.${encodePart('[]')}.${signature}`;
  },
  'without typ': (key, right) => key.proof({ ...right, header: { typ: undefined } }),
  'typ JWT': (key, right) => key.proof({ ...right, header: { typ: 'JWT' } }),
  'typ at+jwt': (key, right) => key.proof({ ...right, header: { typ: 'at+jwt' } }),
  'without alg': (key, right) => key.proof({ ...right, header: { alg: undefined } }),
  'alg none': (key, right) =>
    unsignedJwt(claimsOfRight(right), { header: { typ: 'dpop+jwt', jwk: key.jwk } }),
  'alg none, with a signature': (key, right) => key.proof({ ...right, header: { alg: 'none' } }),
  'alg HS256 with the public key as secret': (key, right) => {
    const jwk = { kty: 'oct', k: Buffer.from('0123456789abcdef0123456789abcdef').toString('base64url') };
    const input = `${encodePart({ alg: 'HS256', typ: 'dpop+jwt', jwk })}.${encodePart(claimsOfRight(right))}`;
    return `${input}.${createHmac('sha256', '0123456789abcdef0123456789abcdef').update(input).digest('base64url')}`;
  },
  'alg RS256': (key, right) =>
    rsaKey.proof({ ...right, header: { alg: 'RS256' }, signer: { ...rsaKey.signer, alg: 'RS256' } }),
  'alg of another kind of key': (key, right) => key.proof({ ...right, header: { alg: 'EdDSA' } }),
  'without jwk': (key, right) => key.proof({ ...right, header: { jwk: undefined } }),
  'jwk that is a text': (key, right) => key.proof({ ...right, header: { jwk: JSON.stringify(key.jwk) } }),
  'jwk without y': (key, right) => key.proof({ ...right, header: { jwk: { ...key.jwk, y: undefined } } }),
  'jwk that is no point of the curve': (key, right) => key.proof({ ...right, header: { jwk: { ...key.jwk, y: key.jwk.x } } }),
  'a private key in jwk': (key, right) =>
    key.proof({ ...right, header: { jwk: key.signer.privateKey.export({ format: 'jwk' }) } }),
  'a key by kid only': (key, right) => key.proof({ ...right, header: { jwk: undefined, kid: 'k1' } }),
  'crit': (key, right) => key.proof({ ...right, header: { crit: ['exp'] } }),
  'signed by another key': (key, right) => key.proof({ ...right, signer: strangers.ES256 }),
  'a changed signature': (key, right) => {
    const proof = key.proof(right);
    return `${proof.slice(0, -4)}${proof.at(-4) === 'A' ? 'B' : 'A'}${proof.slice(-3)}`;
  },
  'changed claims': (key, right) => {
    const [head, , signature] = key.proof(right).split('.');
    return `${head}.${encodePart(claimsOfRight(right))}.${signature}`;
  },
  'without a signature': (key, right) => `${key.proof(right).split('.').slice(0, 2).join('.')}.`,
  'without jti': (key, right) => key.proof({ ...right, claims: { jti: undefined } }),
  'jti that is empty': (key, right) => key.proof({ ...right, claims: { jti: '' } }),
  'jti that is a number': (key, right) => key.proof({ ...right, claims: { jti: 5 } }),
  'jti that is too long': (key, right) => key.proof({ ...right, claims: { jti: 'j'.repeat(257) } }),
  'without htm': (key, right) => key.proof({ ...right, claims: { htm: undefined } }),
  'htm of another method': (key, right) => key.proof({ ...right, claims: { htm: 'PUT' } }),
  'htm in small letters': (key, right) => key.proof({ ...right, claims: { htm: right.method.toLowerCase() } }),
  'without htu': (key, right) => key.proof({ ...right, claims: { htu: undefined } }),
  'htu of another path': (key, right) => key.proof({ ...right, claims: { htu: `${right.url}/more` } }),
  'htu with a slash at the end': (key, right) => key.proof({ ...right, claims: { htu: `${right.url}/` } }),
  'htu of another host': (key, right) => key.proof({ ...right, claims: { htu: right.url.replace('127.0.0.1', 'evil.example') } }),
  'htu of another port': (key, right) => key.proof({ ...right, claims: { htu: right.url.replace(/:\d+\//, ':9/') } }),
  'htu of another scheme': (key, right) => key.proof({ ...right, claims: { htu: right.url.replace('http:', 'https:') } }),
  'htu that is a path': (key, right) => key.proof({ ...right, claims: { htu: new URL(right.url).pathname } }),
  'htu with a user': (key, right) => key.proof({ ...right, claims: { htu: right.url.replace('//', '//user@') } }),
  'without iat': (key, right) => key.proof({ ...right, claims: { iat: undefined } }),
  'iat that is a text': (key, right) => key.proof({ ...right, claims: { iat: `${now()}` } }),
  'iat one hour ago': (key, right) => key.proof({ ...right, claims: { iat: now() - 3600 } }),
  'iat in one hour': (key, right) => key.proof({ ...right, claims: { iat: now() + 3600 } }),
  'iat beyond all times': (key, right) => key.proof({ ...right, claims: { iat: 1e300 } }),
};
/** At a resource the proof is bound to the token, too (§7.1). */
const badAtResource = {
  'without ath': (key, right) => key.proof({ ...right, claims: { ath: undefined } }),
  'ath of another token': (key, right) => key.proof({ ...right, claims: { ath: tokenHash('another') } }),
  'ath in hexadecimal': (key, right) =>
    key.proof({ ...right, claims: { ath: Buffer.from(tokenHash(right.accessToken), 'base64url').toString('hex') } }),
  'ath with padding': (key, right) => key.proof({ ...right, claims: { ath: `${tokenHash(right.accessToken)}=` } }),
  'the token itself as ath': (key, right) => key.proof({ ...right, claims: { ath: right.accessToken } }),
};
/** Unusual, and right nevertheless. */
const good = {
  'an ordinary proof': (key, right) => key.proof(right),
  'iat ten seconds ago': (key, right) => key.proof({ ...right, claims: { iat: now() - 10 } }),
  'iat in ten seconds': (key, right) => key.proof({ ...right, claims: { iat: now() + 10 } }),
  'iat with a fraction': (key, right) => key.proof({ ...right, claims: { iat: now() + 0.25 } }),
  'htu with query and fragment': (key, right) => key.proof({ ...right, claims: { htu: `${right.url}?a=b#c` } }),
  'htu with a loud scheme': (key, right) => key.proof({ ...right, claims: { htu: right.url.replace('http:', 'HTTP:') } }),
  'htu with needless escapes': (key, right) => key.proof({ ...right, claims: { htu: right.url.replace('/oauth2/', '/%6fauth2/') } }),
  'typ as a whole media type': (key, right) => key.proof({ ...right, header: { typ: 'application/dpop+jwt' } }),
  'unknown claims and header members': (key, right) => key.proof({ ...right, claims: { exp: 1, whatever: [{}] }, header: { 'x-more': true } }),
  'a jwk with kid, use and alg': (key, right) => key.proof({ ...right, header: { jwk: { ...key.jwk, kid: 'k', use: 'sig', alg: 'ES256' } } }),
};

function claimsOfRight({ method, url, nonce, accessToken }) {
  return { jti: randomUUID(), htm: method, htu: url, iat: now(), nonce, ...(accessToken ? { ath: tokenHash(accessToken) } : {}) };
}

forEachStore('bad DPoP proofs', { clients }, (context) => {
  const key = new DpopKey();
  let accessToken;
  let person;
  let form;
  let nonce;
  before(async () => {
    const { server } = context;
    const { client_secret } = await server.createClient(machine);
    form = { grant_type: 'client_credentials', client_id: 'machine', client_secret };
    nonce = await freshNonce(server);
    person = await newPerson(server);
    const grant = await getCode(server, person, { client_id: 'my-app' });
    const answer = await atToken(key.proof(rightAtToken()), exchangeForm(grant));
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.token_type, 'DPoP');
    accessToken = answer.json.access_token;
  });
  // The nonce of `before` may grow old while a slow machine works through the list; each answer brings the newest.
  const keepNonce = (answer) => ((nonce = answer.headers['dpop-nonce'] ?? nonce), answer);
  const atToken = async (dpop, body = form) =>
    keepNonce(await context.server.request('POST', tokenPath, { form: body, headers: { dpop } }));
  const atUserinfo = async (dpop, { scheme = 'DPoP', token = accessToken } = {}) =>
    keepNonce(await userinfo(context.server, undefined, { headers: { authorization: `${scheme} ${token}`, ...(dpop === undefined ? {} : { dpop }) } }));
  const rightAtToken = () => ({ method: 'POST', url: context.server.base + tokenPath, nonce });
  const rightAtUserinfo = () => ({ method: 'GET', url: context.server.base + userinfoPath, nonce, accessToken });
  const assertRefused = (answer, error = 'invalid_dpop_proof') => {
    assertOAuthError(answer, 401, error);
    assert.match(answer.headers['www-authenticate'], new RegExp(`^DPoP error="${error}"`));
    assert.match(answer.headers['www-authenticate'], /algs="[^"]*ES256/);
  };

  test('userinfo: none of the bad proofs opens it, and a good one does afterwards', async () => {
    for (const [name, make] of Object.entries({ ...bad, ...badAtResource })) {
      const answer = await atUserinfo(make(key, rightAtUserinfo()));
      assert.equal(answer.json?.error, 'invalid_dpop_proof', `${name}: ${answer.describe()}`);
      assertRefused(answer);
    }
    const answer = await atUserinfo(key.proof(rightAtUserinfo()));
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.sub, person.userId);
  });

  test('token endpoint: none of the bad proofs gets a token, and a good one does afterwards', async () => {
    for (const [name, make] of Object.entries(bad)) {
      const answer = await atToken(make(key, rightAtToken()));
      assert.equal(answer.json?.error, 'invalid_dpop_proof', `${name}: ${answer.describe()}`);
      assertOAuthError(answer, 400, 'invalid_dpop_proof');
    }
    assert.equal((await atToken(key.proof(rightAtToken()))).json.token_type, 'DPoP');
  });

  test('unusual proofs that are right', async () => {
    for (const [name, make] of Object.entries(good)) {
      const opened = await atUserinfo(make(key, rightAtUserinfo()));
      assert.equal(opened.status, 200, `${name}: ${opened.describe()}`);
      const issued = await atToken(make(key, rightAtToken()));
      assert.equal(issued.status, 200, `${name}: ${issued.describe()}`);
    }
  });

  test('nonces: missing, made up, changed, too long', async () => {
    const wrong = [undefined, '', 'made-up', '0.AAAA', `${nonce}A`, nonce.replace(/^\d+/, (period) => period - 2), 'n'.repeat(3000), 5];
    for (const value of wrong) {
      const refused = await atToken(key.proof({ ...rightAtToken(), nonce: value }));
      assertOAuthError(refused, 400, 'use_dpop_nonce', /DPoP-Nonce/);
      assert.ok(refused.headers['dpop-nonce']);
      const closed = await atUserinfo(key.proof({ ...rightAtUserinfo(), nonce: value }));
      assertRefused(closed, 'use_dpop_nonce');
      assert.ok(closed.headers['dpop-nonce']);
    }
  });

  test('a proof without nonce beside Bearer learns the nonce as well', async () => {
    const { server } = context;
    const { access_token: accessToken } = await exchange(server, await getCode(server, await newPerson(server)));
    const dpop = new DpopKey().proof({ method: 'GET', url: server.base + userinfoPath, accessToken });
    const answer = await userinfo(server, accessToken, { headers: { dpop } });
    assert.equal(answer.json.error, 'use_dpop_nonce', answer.describe());
    assert.ok(answer.headers['dpop-nonce'], answer.describe());
  });

  test('two DPoP headers', async () => {
    const two = [key.proof(rightAtToken()), key.proof(rightAtToken())];
    assertOAuthError(await atToken(two), 400, 'invalid_dpop_proof', /more than one/);
    assertRefused(await atUserinfo([key.proof(rightAtUserinfo()), key.proof(rightAtUserinfo())]));
  });

  test('a proof works once: the same jti again, and 20 times at once', async () => {
    const proof = key.proof(rightAtUserinfo());
    assert.equal((await atUserinfo(proof)).status, 200);
    assertRefused(await atUserinfo(proof));
    const jti = randomUUID();
    assert.equal((await atUserinfo(key.proof({ ...rightAtUserinfo(), claims: { jti } }))).status, 200);
    assertRefused(await atUserinfo(key.proof({ ...rightAtUserinfo(), claims: { jti } })));
    const another = new DpopKey();
    assert.equal((await atToken(another.proof({ ...rightAtToken(), claims: { jti } }))).status, 200, 'another key, its own jti');
    const once = key.proof(rightAtToken());
    const answers = await Promise.all(Array.from({ length: 20 }, () => atToken(once)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200)) assertOAuthError(answer, 400, 'invalid_dpop_proof', /used before/);
  });

  test('the proof of one request opens no other', async () => {
    assertRefused(await atUserinfo(key.proof(rightAtToken())));
    assertOAuthError(await atToken(key.proof(rightAtUserinfo())), 400, 'invalid_dpop_proof');
    const other = await atToken(key.proof(rightAtToken()));
    assertRefused(await atUserinfo(key.proof(rightAtUserinfo()), { token: other.json.access_token }));
  });

  test('a bound token: no proof, another key, the Bearer scheme, in the form', async () => {
    assertRefused(await atUserinfo(undefined), 'invalid_token');
    assertRefused(await atUserinfo(new DpopKey().proof(rightAtUserinfo())), 'invalid_token');
    const bearer = await atUserinfo(key.proof(rightAtUserinfo()), { scheme: 'Bearer' });
    assertOAuthError(bearer, 401, 'invalid_token', /DPoP/);
    assertOAuthError(await atUserinfo(undefined, { scheme: 'Bearer' }), 401, 'invalid_token');
    const inForm = await userinfo(context.server, undefined, { method: 'POST', form: { access_token: accessToken } });
    assertOAuthError(inForm, 401, 'invalid_token');
  });

  test('an unbound token under the DPoP scheme', async () => {
    const grant = await getCode(context.server, person, { client_id: 'my-app' });
    const { json } = await context.server.request('POST', tokenPath, { form: exchangeForm(grant) });
    assert.equal(json.token_type, 'Bearer');
    const right = { ...rightAtUserinfo(), accessToken: json.access_token };
    assertRefused(await atUserinfo(key.proof(right), { token: json.access_token }), 'invalid_token');
    assert.equal((await userinfo(context.server, json.access_token)).status, 200);
  });
});
