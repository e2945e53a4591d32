// The X-Auth-Token of a sign-in (sigma-contract §1): scheme brc77, no body hash.
import { sign } from '@bsv/sdk/messages/SignedMessage';
import { toArray, toBase64 } from '@bsv/sdk/primitives/utils';
import type { PrivateKey } from './keys';

export const signInPath = '/api/auth/sign-in/sigma';

/** Valid once and for five minutes around `now`. */
export function signInToken(member: PrivateKey, now: Date): string {
  const time = now.toISOString();
  const signature = sign(toArray(`${signInPath}|${time}|`, 'utf8'), member);
  return [member.toPublicKey().toString(), 'brc77', time, signInPath, toBase64(signature)].join('|');
}
