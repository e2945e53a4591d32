// Public keys as text. Without the curve: pages that handle no keys need not load it, and the server has the last word.
export type ShapeProblem = 'wif' | 'uncompressed' | 'shape';

/** What is wrong with a pasted public key at first sight. A private key is recognised, so that it is not sent. */
export function pubkeyShapeProblem(text: string): ShapeProblem | undefined {
  const hex = text.trim();
  if (/^[5KL][1-9A-HJ-NP-Za-km-z]{50,51}$/.test(hex) || /^[0-9a-f]{64}$/i.test(hex)) return 'wif';
  if (/^04[0-9a-f]{128}$/i.test(hex)) return 'uncompressed';
  return /^0[23][0-9a-f]{64}$/i.test(hex) ? undefined : 'shape';
}

/** As the server tells it: a key, or one with the time in which it counts. */
export type MemberKey = string | { pubkey: string; not_before?: string; not_after?: string };

export const pubkeyOf = (key: MemberKey): string => (typeof key === 'string' ? key : key.pubkey);
