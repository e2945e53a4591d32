// X-Auth-Tokens that no honest client makes: twins of a signature, borrowed names, other spellings of one token.
import { BigNumber, Curve, Signature, Utils } from '@bsv/sdk';

const order = new Curve().n;

/** The same token text with another claimed key. */
export function claim(token, pubkey) {
  return [pubkey, ...token.split('|').slice(1)].join('|');
}

/** The same signature with s replaced by n − s: as valid by the arithmetic of ECDSA, but never made by an honest signer. */
export function highSTwin(token) {
  const parts = token.split('|');
  const bytes = Buffer.from(parts[4], 'base64');
  parts[4] = (parts[1] === 'bsm' ? compactTwin(bytes) : brc77Twin(bytes)).toString('base64');
  return parts.join('|');
}

function compactTwin(bytes) {
  const twin = Buffer.from(bytes);
  const s = new BigNumber([...bytes.subarray(33)]);
  Buffer.from(order.sub(s).toArray('be', 32)).copy(twin, 33);
  // The recovery id's lowest bit is the parity of the nonce point, which flips with s.
  twin[0] = 27 + ((bytes[0] - 27) ^ 1);
  return twin;
}

function brc77Twin(bytes) {
  const derAt = 4 + 33 + 1 + 32;
  const signature = Signature.fromDER([...bytes.subarray(derAt)]);
  const twin = new Signature(signature.r, order.sub(signature.s));
  return Buffer.concat([bytes.subarray(0, derAt), Buffer.from(twin.toDER())]);
}

/** Other texts that mean the same token: what a replay guard keyed on the string would miss. */
export function spellings(token) {
  const [pubkey, scheme, time, path, signature] = token.split('|');
  const join = (...parts) => parts.join('|');
  const variants = {
    identical: token,
    'upper-case key': join(pubkey.toUpperCase(), scheme, time, path, signature),
    'high-S twin': highSTwin(token),
    'without padding': join(pubkey, scheme, time, path, signature.replace(/=+$/, '')),
    base64url: join(pubkey, scheme, time, path, signature.replaceAll('+', '-').replaceAll('/', '_')),
  };
  if (scheme === 'bsm') {
    const bytes = Buffer.from(signature, 'base64');
    bytes[0] = bytes[0] >= 31 ? bytes[0] - 4 : bytes[0] + 4;
    variants['other compression flag'] = join(pubkey, scheme, time, path, bytes.toString('base64'));
  }
  return variants;
}

/** One bit of the signature's bytes changed. */
export function flipBit(token, at) {
  const parts = token.split('|');
  const bytes = Utils.toArray(parts[4], 'base64');
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  parts[4] = Utils.toBase64(bytes);
  return parts.join('|');
}
