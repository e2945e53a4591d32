// The key by which an application with a server proves itself (X-Auth-Token). Made here, it is shown once and kept nowhere.
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import PublicKey from '@bsv/sdk/primitives/PublicKey';

export interface MadeKey {
  wif: string;
  pubkey: string;
  key: PrivateKey;
}

export function makeMemberKey(): MadeKey {
  const key = PrivateKey.fromRandom();
  return { wif: key.toWif(), pubkey: key.toPublicKey().toString(), key };
}

export type PubkeyProblem = 'wif' | 'uncompressed' | 'shape' | 'point';

/** What is wrong with a pasted public key; undefined when nothing is. A private key is recognised, so that it is not sent. */
export function pubkeyProblem(text: string): PubkeyProblem | undefined {
  const hex = text.trim();
  if (/^[5KL][1-9A-HJ-NP-Za-km-z]{50,51}$/.test(hex) || /^[0-9a-f]{64}$/i.test(hex)) return 'wif';
  if (/^04[0-9a-f]{128}$/i.test(hex)) return 'uncompressed';
  if (!/^0[23][0-9a-f]{64}$/i.test(hex)) return 'shape';
  try {
    return PublicKey.fromString(hex).validate() ? undefined : 'point';
  } catch {
    return 'point';
  }
}
