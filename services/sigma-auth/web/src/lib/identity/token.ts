// The X-Auth-Token (sigma-contract §1).
import { sign as signBsm } from '@bsv/sdk/compat/BSM';
import { sha256 } from '@bsv/sdk/primitives/Hash';
import { sign as signBrc77 } from '@bsv/sdk/messages/SignedMessage';
import { toArray, toBase64, toHex } from '@bsv/sdk/primitives/utils';
import type { PrivateKey } from './keys';

export const signInPath = '/api/auth/sign-in/sigma';

export type Scheme = 'brc77' | 'bsm';

export interface TokenRequest {
  path: string;
  /** Its UTF-8 bytes are covered; none or an empty one counts as no body. */
  body?: string;
  scheme?: Scheme;
  now: Date;
}

/** Valid once and for five minutes around `now`. */
export function authToken(member: PrivateKey, { path, body = '', scheme = 'brc77', now }: TokenRequest): string {
  const time = now.toISOString();
  const bodyHash = body === '' ? '' : toHex(sha256(toArray(body, 'utf8')));
  const text = toArray(`${path}|${time}|${bodyHash}`, 'utf8');
  const signature = scheme === 'bsm' ? (signBsm(text, member, 'base64') as string) : toBase64(signBrc77(text, member));
  return [member.toPublicKey().toString(), scheme, time, path, signature].join('|');
}

/** For the sign-in: no body hash, as every server of this family takes it. */
export const signInToken = (member: PrivateKey, now: Date): string => authToken(member, { path: signInPath, now });
