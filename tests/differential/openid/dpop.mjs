// Demonstrated proof of possession (RFC 9449): {title: side => answer}.
import { createHash, randomUUID } from 'node:crypto';
import { newSigner, signJwt } from '../../e2e/support/jws.mjs';
import { defined } from '../support/side.mjs';

const [key, otherKey, rsa] = [newSigner('ES256'), newSigner('ES256'), newSigner('RS256')];
const publicJwk = ({ jwk: { kid, alg, use, ...members } }) => members;
const now = () => Math.floor(Date.now() / 1000);

/** A proof for `path`; `claims` and `header` over what is right, undefined drops. */
function proof(side, path, { method = 'POST', claims = {}, header = {}, signer = key } = {}) {
  const all = { jti: randomUUID(), htm: method, htu: side.base + path, iat: now(), nonce: side.dpopNonce, ...claims };
  return signJwt(signer, defined(all), { typ: 'dpop+jwt', kid: undefined, jwk: publicJwk(signer), ...header });
}

/** The nonce that the server wants, learnt as a client learns it: from a refusal. */
async function learnNonce(side) {
  if (side.dpopNonce) return;
  const answer = await side.token(side.redemption({ code: 'x', client: 'page' }), {
    headers: { dpop: proof(side, side.path('token')) },
  });
  side.dpopNonce = answer.headers['dpop-nonce'];
}

/** An exchange of a fresh code with a proof. */
const exchange = (how) => async (side) => {
  await learnNonce(side);
  const given = typeof how === 'function' ? how(side) : how;
  return side.token(side.redemption(await side.code()), { headers: { dpop: proof(side, side.path('token'), given) } });
};
async function bound(side) {
  return (await exchange({})(side)).json;
}
const athOf = (token) => createHash('sha256').update(token).digest('base64url');
const atUserinfo =
  (how, scheme = 'DPoP') =>
  async (side) => {
    const { access_token: token } = await bound(side);
    const { ath = athOf(token), ...given } = how ?? {};
    const headers = { authorization: `${scheme} ${token}` };
    if (how)
      headers.dpop = proof(side, side.path('userinfo'), { method: 'GET', ...given, claims: { ath, ...given.claims } });
    return side.request('GET', side.path('userinfo'), { headers });
  };

export default {
  'a proof': exchange({}),
  'no nonce': exchange({ claims: { nonce: undefined } }),
  'a nonce that is none': exchange({ claims: { nonce: 'x' } }),
  'no jti': exchange({ claims: { jti: undefined } }),
  'no iat': exchange({ claims: { iat: undefined } }),
  'no htm': exchange({ claims: { htm: undefined } }),
  'no htu': exchange({ claims: { htu: undefined } }),
  'another method': exchange({ claims: { htm: 'GET' } }),
  'another address': exchange({ claims: { htu: 'https://other.example/token' } }),
  'the address with a query': exchange((side) => ({ claims: { htu: `${side.base}${side.path('token')}?x=1` } })),
  'another path': exchange((side) => ({ claims: { htu: `${side.base}/x` } })),
  'of yesterday': exchange({ claims: { iat: now() - 86_400 } }),
  'of tomorrow': exchange({ claims: { iat: now() + 86_400 } }),
  'typ of another kind': exchange({ header: { typ: 'JWT' } }),
  'no typ': exchange({ header: { typ: undefined } }),
  'no key': exchange({ header: { jwk: undefined } }),
  'another key': exchange({ header: { jwk: publicJwk(otherKey) } }),
  'a private key': exchange({ header: { jwk: key.privateKey.export({ format: 'jwk' }) } }),
  'alg none': exchange({ header: { alg: 'none' } }),
  RS256: exchange({ signer: rsa }),
  'no JWT at all': async (side) => side.token(side.redemption(await side.code()), { headers: { dpop: 'x' } }),
  'the same proof twice': async (side) => {
    await learnNonce(side);
    const headers = { dpop: proof(side, side.path('token')) };
    await side.token(side.redemption(await side.code()), { headers });
    return side.token(side.redemption(await side.code()), { headers });
  },
  'dpop_jkt of another key': async (side) => {
    await learnNonce(side);
    const grant = await side.code('page', { dpop_jkt: Buffer.alloc(32, 1).toString('base64url') });
    return side.token(side.redemption(grant), { headers: { dpop: proof(side, side.path('token')) } });
  },
  'dpop_jkt, but no proof': async (side) =>
    side.token(side.redemption(await side.code('page', { dpop_jkt: Buffer.alloc(32, 1).toString('base64url') }))),
  'a refresh with another key': async (side) => {
    const { refresh_token } = await bound(side);
    const headers = { dpop: proof(side, side.path('token'), { signer: otherKey }) };
    return side.token({ grant_type: 'refresh_token', refresh_token, client_id: 'page' }, { headers });
  },
  'a refresh without a proof': async (side) => {
    const { refresh_token } = await bound(side);
    return side.token({ grant_type: 'refresh_token', refresh_token, client_id: 'page' });
  },
  userinfo: atUserinfo({}),
  'userinfo, without a proof': atUserinfo(undefined),
  'userinfo, as a bearer token': atUserinfo({}, 'Bearer'),
  'userinfo, as a bearer token without a proof': atUserinfo(undefined, 'Bearer'),
  'userinfo, without ath': atUserinfo({ ath: null, claims: { ath: undefined } }),
  'userinfo, ath of another token': atUserinfo({ ath: athOf('x') }),
  'userinfo, another key': atUserinfo({ signer: otherKey }),
  'userinfo, without nonce': atUserinfo({ claims: { nonce: undefined } }),
  'userinfo, an unbound token with a proof': async (side) => {
    await learnNonce(side);
    const { access_token: token } = await side.tokens();
    const dpop = proof(side, side.path('userinfo'), { method: 'GET', claims: { ath: athOf(token) } });
    return side.request('GET', side.path('userinfo'), { headers: { authorization: `DPoP ${token}`, dpop } });
  },
};
