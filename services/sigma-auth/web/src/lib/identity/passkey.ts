// Passkeys that unlock a kept identity: WebAuthn with the PRF extension (Level 3 §10.1.4). The authenticator turns a salt into
// 32 bytes that only this credential gives, and only after it has verified the person; HKDF makes them an AES key, and
// that key opens a copy of the keyring which lies beside the backup. The server takes no part: there is nobody to
// convince, so challenges are random and answers unverified. The password stays the other way in.
import HD from '@bsv/sdk/compat/HD';
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { passkeyText } from '../../texts/passkey';
import type { KeptIdentity } from './kept';
import type { Keyring } from './keys';

/** One passkey of a kept identity; everything in base64url. Useless without the authenticator. */
export interface Passkey {
  /** The credential's id. */
  id: string;
  /** What the authenticator is asked to turn into a key. */
  salt: string;
  iv: string;
  /** The keyring under AES-256-GCM. */
  sealed: string;
  /** ISO 8601 */
  createdAt: string;
}

/** WebAuthn Level 3 §5.1.10; TypeScript does not know it yet. */
interface Signalling {
  signalUnknownCredential?: (unknown: { rpId: string; credentialId: string }) => Promise<void>;
}

type Bytes = Uint8Array<ArrayBuffer>;

export type Obstacle = 'unsupported' | 'address' | 'prf';

export class PasskeyProblem extends Error {
  constructor(readonly kind: Obstacle | 'cancelled' | 'damaged') {
    super(kind);
  }
}

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

const toText = (bytes: Bytes): string =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

const toBytes = (text: string): Bytes =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));

/** Those of the identity; what is unreadable in storage counts as none. */
export function passkeysOf({ passkeys }: KeptIdentity): Passkey[] {
  if (!Array.isArray(passkeys)) return [];
  return passkeys.filter((entry) =>
    [entry?.id, entry?.salt, entry?.iv, entry?.sealed, entry?.createdAt].every((member) => typeof member === 'string'),
  );
}

/** Why no passkey can be used here; undefined when nothing is known to stand against it. */
export async function obstacle(): Promise<Obstacle | undefined> {
  if (!globalThis.PublicKeyCredential) return 'unsupported';
  // A passkey belongs to a domain; browsers refuse them on bare addresses.
  if (/^[\d.]+$|^\[/.test(location.hostname)) return 'address';
  const able = await PublicKeyCredential.getClientCapabilities?.();
  return able?.['extension:prf'] === false ? 'prf' : undefined;
}

/** May this page ask? In a frame only when the embedding page has passed that right on (Permissions Policy). */
export function mayAskHere(): boolean {
  if (!globalThis.PublicKeyCredential) return false;
  if (window.parent === window) return true;
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature: (name: string) => boolean } };
  return featurePolicy?.allowsFeature('publickey-credentials-get') ?? false;
}

/** Makes a passkey and seals the keyring with it. The browser asks the person up to twice. */
export async function addPasskey(keyring: Keyring, { bapId, name }: KeptIdentity, now: Date): Promise<Passkey> {
  const salt = random(32);
  const made = await asking(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: 'Sigma Auth' },
        // Random, so that the authenticator takes nothing for a replacement of something else.
        user: { id: random(16), name: name || bapId, displayName: name || bapId },
        challenge: random(32),
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const id = toText(new Uint8Array(made.rawId));
  const { prf } = made.getClientExtensionResults();
  if (!prf?.enabled && !prf?.results) {
    await forgetPasskey(id);
    throw new PasskeyProblem('prf');
  }
  // Many authenticators compute only when they are asked again.
  const secret = prf.results?.first ?? (await evaluate([{ id, salt: toText(salt) }])).secret;
  return { id, salt: toText(salt), createdAt: now.toISOString(), ...(await sealKeyring(keyring, bytesOf(secret))) };
}

/** Asks for one of the identity's passkeys and opens its keyring. */
export async function openByPasskey(identity: KeptIdentity): Promise<Keyring> {
  const passkeys = passkeysOf(identity);
  const { id, secret } = await evaluate(passkeys);
  const passkey = passkeys.find((entry) => entry.id === id);
  if (!passkey) throw new PasskeyProblem('damaged');
  return openSealed(passkey, bytesOf(secret));
}

/** Tells the authenticator, where it listens, that nothing here knows this passkey any more. */
export async function forgetPasskey(credentialId: string): Promise<void> {
  const { signalUnknownCredential: signal } = PublicKeyCredential as Signalling;
  await signal?.call(PublicKeyCredential, { rpId: location.hostname, credentialId }).catch(() => {});
}

async function evaluate(passkeys: Pick<Passkey, 'id' | 'salt'>[]): Promise<{ id: string; secret: BufferSource }> {
  const answer = await asking(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: random(32),
        allowCredentials: passkeys.map(({ id }) => ({ type: 'public-key', id: toBytes(id) })),
        userVerification: 'required',
        extensions: { prf: { evalByCredential: Object.fromEntries(passkeys.map(({ id, salt }) => [id, { first: toBytes(salt) }])) } },
      },
    }),
  );
  const secret = answer.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new PasskeyProblem('prf');
  return { id: toText(new Uint8Array(answer.rawId)), secret };
}

/** Browsers answer alike for "no", "too slow" and "no such passkey here", on purpose. */
async function asking(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    return (await ask()) as PublicKeyCredential;
  } catch (error) {
    throw new PasskeyProblem(error instanceof DOMException && error.name === 'SecurityError' ? 'address' : 'cancelled');
  }
}

const bytesOf = (source: BufferSource): Bytes =>
  new Uint8Array(source instanceof ArrayBuffer ? source : (source.buffer as ArrayBuffer));

async function sealingKey(secret: Bytes): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode('sigma-auth kept identity, version 1');
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
  return crypto.subtle.deriveKey(parameters, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

function textOf(keyring: Keyring): string {
  if (keyring.kind === 'member') return `member ${keyring.member.toWif()}`;
  return keyring.kind === 'root' ? `root ${keyring.root.toWif()}` : `hd ${keyring.root.toString()}`;
}

function keyringOf(text: string): Keyring {
  const [kind, key = ''] = text.split(' ');
  if (kind === 'hd') return { kind, root: HD.fromString(key) };
  const wif = PrivateKey.fromWif(key);
  return kind === 'root' ? { kind, root: wif } : { kind: 'member', member: wif };
}

export async function sealKeyring(keyring: Keyring, secret: Bytes): Promise<Pick<Passkey, 'iv' | 'sealed'>> {
  const iv = random(12);
  const plain = new TextEncoder().encode(textOf(keyring));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await sealingKey(secret), plain);
  return { iv: toText(iv), sealed: toText(new Uint8Array(sealed)) };
}

export async function openSealed({ iv, sealed }: Pick<Passkey, 'iv' | 'sealed'>, secret: Bytes): Promise<Keyring> {
  try {
    const key = await sealingKey(secret);
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: toBytes(iv) }, key, toBytes(sealed));
    return keyringOf(new TextDecoder().decode(plain));
  } catch {
    throw new PasskeyProblem('damaged');
  }
}

export const explainPasskey = ({ kind }: PasskeyProblem): string => passkeyText.get()[kind];
