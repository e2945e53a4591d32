// JSON Web Signatures made by hand with node:crypto: good ones, and those that no JOSE library would make.
import { constants, createHmac, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';

const keyTypes = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES256K: ['ec', { namedCurve: 'secp256k1' }],
  EdDSA: ['ed25519', {}],
};

/** A new key pair: {alg, kid, privateKey, publicKey, jwk}; `jwk` is the public key as a client registers it. */
export function newSigner(alg, kid = `${alg}-${randomUUID().slice(0, 8)}`) {
  const pair = generateKeyPairSync(...keyTypes[alg]);
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
  return { alg, kid, ...pair, jwk };
}

export const encodePart = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** The bytes of a signature over `input` by the rules of `alg`, whatever key it is. */
export function signatureOf(alg, privateKey, input) {
  const data = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, data, privateKey);
  if (alg === 'PS256')
    return sign('sha256', data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
  if (alg === 'RS256') return sign('sha256', data, privateKey);
  return sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

/** A JWS of `claims` by `signer`; `header` is merged over {alg, kid, typ} (undefined drops), a string stands as it is. */
export function signJwt(signer, claims, header = {}) {
  const protectedHeader =
    typeof header === 'string' ? header : { alg: signer.alg, kid: signer.kid, typ: 'JWT', ...header };
  const input = `${encodePart(protectedHeader)}.${encodePart(claims)}`;
  return `${input}.${signatureOf(signer.alg, signer.privateKey, input).toString('base64url')}`;
}

/** The key confusion of every JWT tutorial: HS256 with something public as the secret. */
export function hmacJwt(secret, claims, header = {}) {
  const input = `${encodePart({ alg: 'HS256', typ: 'JWT', ...header })}.${encodePart(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** alg none in `spelling`, with the signature part as given. */
export const unsignedJwt = (claims, { spelling = 'none', header = {}, signature = '' } = {}) =>
  `${encodePart({ alg: spelling, typ: 'JWT', ...header })}.${encodePart(claims)}.${signature}`;

/** Whether `publicKey` made the signature of `jwt` by the rules of `alg`. */
export function verifyJwt(alg, publicKey, jwt) {
  const end = jwt.lastIndexOf('.');
  const data = Buffer.from(jwt.slice(0, end));
  const signature = Buffer.from(jwt.slice(end + 1), 'base64url');
  if (alg === 'EdDSA') return verify(null, data, publicKey, signature);
  const key = alg === 'RS256' ? publicKey : { key: publicKey, dsaEncoding: 'ieee-p1363' };
  return verify('sha256', data, key, signature);
}
