// What the server seals with its secret and sends through browsers, opened and sealed anew by us, who have the secret: so a test
// can ask what becomes of an honest value that is older, or was meant for something else.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const derived = (secret, what, size) => Buffer.from(hkdfSync('sha256', secret, '', `sigma sealer v1 ${what}`, size));

/** AES-256-GCM, as libs/crypto's Sealer uses it: the key is the purpose's, the associated data says what it is. */
function parts(secret, purpose) {
  const id = derived(secret, 'key id', 4).toString('hex');
  const key = createHmac('sha256', derived(secret, 'seal', 32)).update(purpose).digest();
  return { id, key, about: Buffer.from(`s1.${id}.${purpose.length}:${purpose}`) };
}

/** The text in `sealed`. */
export function unseal(secret, purpose, sealed) {
  const { key, about } = parts(secret, purpose);
  const bytes = Buffer.from(sealed.split('.')[2], 'base64url');
  const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(about).setAuthTag(bytes.subarray(-16));
  return Buffer.concat([cipher.update(bytes.subarray(12, -16)), cipher.final()]).toString('utf8');
}

/** `text`, sealed for `purpose`. */
export function seal(secret, purpose, text) {
  const { id, key, about } = parts(secret, purpose);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(about);
  const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `s1.${id}.${bytes.toString('base64url')}`;
}
