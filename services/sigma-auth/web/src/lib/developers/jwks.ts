// A pasted JWK Set (RFC 7517 §5): checked before it is sent, for a private key in it would be out of the developer's hands.
export type JwksProblem = 'json' | 'empty' | 'private';

export interface Jwks {
  keys: Record<string, unknown>[];
}

/** Members that only private or symmetric keys have (RFC 7518 §6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** The set, or what is wrong with it. One key alone becomes a set of one. */
export function readJwks(text: string): Jwks | JwksProblem {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'json';
  }
  if (typeof json !== 'object' || json === null) return 'json';
  const keys: unknown = 'keys' in json ? json.keys : [json];
  if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'object' || key === null)) return 'json';
  if (keys.some((key: object) => privateMembers.some((member) => member in key))) return 'private';
  if (keys.length === 0 || keys.some((key: object) => !('kty' in key))) return 'empty';
  return { keys };
}
