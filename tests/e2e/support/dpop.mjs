// DPoP proofs made by hand (RFC 9449 §4.2): good ones, and those that no library would make.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { newSigner, signJwt } from './jws.mjs';
import { tokenPath } from './person.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('base64url');
const thumbprintMembers = { EC: ['crv', 'kty', 'x', 'y'], OKP: ['crv', 'kty', 'x'], RSA: ['e', 'kty', 'n'] };

/** RFC 7638. */
export const thumbprint = (jwk) =>
  sha256(JSON.stringify(Object.fromEntries(thumbprintMembers[jwk.kty].map((name) => [name, jwk[name]]))));

export const tokenHash = sha256;

export class DpopKey {
  constructor(alg = 'ES256') {
    this.signer = newSigner(alg);
    const { kid: _kid, alg: _alg, use: _use, ...jwk } = this.signer.jwk;
    this.jwk = jwk;
    this.jkt = thumbprint(jwk);
  }

  /** `claims` and `header` are merged over the right ones; undefined drops a member. */
  proof({ method = 'POST', url, nonce, accessToken, claims = {}, header = {}, signer = this.signer }) {
    const all = {
      jti: randomUUID(),
      htm: method,
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      nonce,
      ...(accessToken ? { ath: tokenHash(accessToken) } : {}),
      ...claims,
    };
    const jose = { alg: this.signer.alg, kid: undefined, typ: 'dpop+jwt', jwk: this.jwk, ...header };
    return signJwt(signer, all, JSON.stringify(jose));
  }
}

/** The nonce that the server asks proofs to carry now. */
export async function freshNonce(server) {
  const proof = new DpopKey().proof({ url: server.base + tokenPath });
  const form = { grant_type: 'client_credentials', client_id: 'whoever' };
  const answer = await server.request('POST', tokenPath, { form, headers: { dpop: proof } });
  assert.equal(answer.json?.error, 'use_dpop_nonce', answer.describe());
  assert.ok(answer.headers['dpop-nonce'], answer.describe());
  return answer.headers['dpop-nonce'];
}
