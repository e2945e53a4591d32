// The key by which an application with a server proves itself (X-Auth-Token). Made here, it is shown once and kept nowhere.
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import PublicKey from '@bsv/sdk/primitives/PublicKey';
import { pubkeyShapeProblem, type ShapeProblem } from './pubkey';

export interface MadeKey {
  wif: string;
  pubkey: string;
  key: PrivateKey;
}

export function makeMemberKey(): MadeKey {
  const key = PrivateKey.fromRandom();
  return { wif: key.toWif(), pubkey: key.toPublicKey().toString(), key };
}

export type PubkeyProblem = ShapeProblem | 'point';

/** What is wrong with a pasted public key; undefined when nothing is. */
export function pubkeyProblem(text: string): PubkeyProblem | undefined {
  const wrong = pubkeyShapeProblem(text);
  if (wrong) return wrong;
  try {
    return PublicKey.fromString(text.trim()).validate() ? undefined : 'point';
  } catch {
    return 'point';
  }
}
