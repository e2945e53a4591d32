// Encryption under a password, in the `.bep` format of the npm package bitcoin-backup, so that what this browser keeps
// can be opened by the other programs of this family, and theirs here:
//   base64( salt 16 ‖ iv 12 ‖ AES-256-GCM(JSON) ‖ tag 16 ), key = PBKDF2-HMAC-SHA-256(password, salt, 600 000)
import ECIES from '@bsv/sdk/compat/ECIES';
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { toArray, toBase64 } from '@bsv/sdk/primitives/utils';
import { bapIdOf, type Keyring, memberKey, rootAddress } from './keys';

/** The rule of bitcoin-backup; shorter passwords are refused by its readers. */
export const shortestPassword = 8;

const saltBytes = 16;
const ivBytes = 12;
const rounds = 600_000;

export class WrongPassword extends Error {}

/** The JSON inside: bitcoin-backup's Type 42 master backup or its single-key backup. */
type Payload =
  | { ids: string; label: string; createdAt: string; rootPk: string; mnemonic?: string }
  | { wif: string; label: string; createdAt: string };

async function deriveKey(password: string, salt: Uint8Array<ArrayBuffer>, usage: KeyUsage): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(password);
  const material = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
  bytes.fill(0);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    [usage],
  );
}

async function encryptText(text: string, password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(saltBytes));
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const key = await deriveKey(password, salt, 'encrypt');
  const plain = new TextEncoder().encode(text);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain));
  plain.fill(0);
  return toBase64([...salt, ...iv, ...sealed]);
}

async function decryptText(backup: string, password: string): Promise<string> {
  const bytes = Uint8Array.from(toArray(backup, 'base64'));
  const salt = bytes.slice(0, saltBytes);
  const iv = bytes.slice(saltBytes, saltBytes + ivBytes);
  const key = await deriveKey(password, salt, 'decrypt');
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes.slice(saltBytes + ivBytes));
    return new TextDecoder().decode(plain);
  } catch {
    throw new WrongPassword();
  }
}

/** bsv-bap's list of identities, sealed to the root's own encryption key (sigma-contract §9, ECIES BIE1). */
function sealedIdentities(root: PrivateKey, name: string): string {
  const member = memberKey(root, 0);
  const identities = {
    lastIdPath: 'bap:0',
    ids: [
      {
        name,
        description: '',
        identityKey: bapIdOf(member),
        rootPath: 'bap:0',
        rootAddress: rootAddress(member),
        previousPath: 'bap:0',
        currentPath: 'bap:0',
        lastIdPath: '',
        idSeed: '',
        identityAttributes: {},
      },
    ],
  };
  const recipient = root.deriveChild(root.toPublicKey(), "m/424150'/2147483647'/2147483647'").toPublicKey();
  return toBase64(ECIES.electrumEncrypt(toArray(JSON.stringify(identities), 'utf8'), recipient, undefined));
}

/** Seals a keyring; `words` come along when known, so that their owner may see them again. */
export async function sealKeyring(
  keyring: Keyring,
  { name, password, words, now }: { name: string; password: string; words?: string[]; now: Date },
): Promise<string> {
  const createdAt = now.toISOString();
  const payload: Payload =
    keyring.kind === 'root'
      ? {
          ids: sealedIdentities(keyring.root, name),
          label: name,
          createdAt,
          rootPk: keyring.root.toWif(),
          ...(words ? { mnemonic: words.join(' ') } : {}),
        }
      : { wif: keyring.member.toWif(), label: name, createdAt };
  return encryptText(JSON.stringify(payload), password);
}

/** Throws WrongPassword; a damaged backup looks the same, as AES-GCM cannot tell the two apart. */
export async function openKeyring(backup: string, password: string): Promise<Keyring> {
  const payload = JSON.parse(await decryptText(backup, password)) as Payload;
  return 'rootPk' in payload
    ? { kind: 'root', root: PrivateKey.fromWif(payload.rootPk) }
    : { kind: 'member', member: PrivateKey.fromWif(payload.wif) };
}
