// Signatures and hashes of tokens, from the relying party's side.
import { createHash, createPublicKey } from 'node:crypto';
import { base64url, compactVerify, decodeProtectedHeader, importJWK } from 'jose';

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** The header and claims of a JWT, unverified; undefined when it is none. */
export function decodeJwt(jwt) {
  try {
    const [head, body, signature, ...more] = jwt.split('.');
    if (signature === undefined || more.length > 0) return undefined;
    const header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject(header) && isObject(claims) ? { header, claims } : undefined;
  } catch {
    return undefined;
  }
}

/** An unsigned JWT (`alg: none`). */
export function unsignedJwt(claims) {
  const part = (value) => base64url.encode(JSON.stringify(value));
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

/** Verifies with the published key that the header names; throws with the reason. Answers {header, claims}. */
export async function verifyJwt(jwt, jwks) {
  const { alg, kid } = decodeProtectedHeader(jwt);
  if (!alg || alg === 'none') throw new Error('it is not signed');
  const candidates = jwks.keys.filter((key) => (kid === undefined || key.kid === kid) && key.use !== 'enc');
  if (candidates.length === 0) throw new Error(`no published key has kid ${kid}`);
  let reason = new Error('no published key fits');
  for (const key of candidates) {
    try {
      await compactVerify(jwt, await importJWK(key, alg));
      return decodeJwt(jwt);
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

export const hasPrivateMaterial = (key) => key.kty === 'oct' || privateMembers.some((member) => member in key);

/** True when a library can make a public key of it. */
export function isUsableKey(key) {
  try {
    return createPublicKey({ key, format: 'jwk' }) !== undefined;
  } catch {
    return false;
  }
}

/** at_hash and c_hash: the left half of the hash that belongs to the ID token's algorithm (OIDC Core §3.1.3.6). */
export function halfHash(value, alg) {
  const bits = alg.startsWith('Ed') ? 512 : Number(/(256|384|512)/.exec(alg)?.[0] ?? 256);
  const digest = createHash(`sha${bits}`).update(value).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
