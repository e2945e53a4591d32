// Replays recorded exchanges of an older server and compares.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EncryptedMessage, PrivateKey, PublicKey, Utils } from '@bsv/sdk';
import { vectors } from './server.mjs';

export async function exchangesOf(name) {
  return JSON.parse(await readFile(path.join(vectors, name), 'utf8')).exchanges;
}

/** {"ciphertext"} as the dashboard of 2026 sends password-bearing bodies. */
export async function sealed(server, body) {
  const { json } = await server.get('/api/session-key');
  const message = EncryptedMessage.encrypt(
    Utils.toArray(JSON.stringify(body), 'utf8'),
    PrivateKey.fromRandom(),
    PublicKey.fromString(json.publicKey),
  );
  return { ciphertext: Utils.toHex(message) };
}

const masks = {
  '<uuid4>': /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  '<unix-ms>': /^\d{13}$/,
  '<BIE1 hex>': /^42494531[0-9a-f]+$/,
  '<bap id>': /^[1-9A-HJ-NP-Za-km-z]{26,28}$/,
  '<address>': /^1[1-9A-HJ-NP-Za-km-z]{25,33}$/,
  '<BSM base64>': /^[A-Za-z0-9+/]{86}[A-Za-z0-9+/=]{2}$/,
  '<BRC-77 base64>': /^QkIzAQ?[A-Za-z0-9+/=]+$/,
  '<pubkey>': /^0[23][0-9a-f]{64}$/,
  '<iso-time>': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
};

/** Where `ours` is not what was observed: paths with both values. More members than observed are welcome. */
export function differences(observed, ours, at = 'body') {
  if (typeof observed === 'string' && observed.includes('<')) return matches(observed, ours) ? [] : [at];
  if (Array.isArray(observed)) {
    if (!Array.isArray(ours) || observed.length !== ours.length) return [at];
    return observed.flatMap((item, index) => differences(item, ours[index], `${at}[${index}]`));
  }
  if (observed !== null && typeof observed === 'object') {
    if (ours === null || typeof ours !== 'object') return [at];
    return Object.keys(observed).flatMap((name) => differences(observed[name], ours[name], `${at}.${name}`));
  }
  return observed === ours ? [] : [at];
}

function matches(mask, value) {
  if (mask.startsWith('<svg')) return mask === value;
  const parts = String(mask).split('|');
  const values = String(value).split('|');
  return (
    value !== undefined &&
    parts.length === values.length &&
    parts.every((part, index) => (masks[part] ? masks[part].test(values[index]) : part === values[index]))
  );
}
