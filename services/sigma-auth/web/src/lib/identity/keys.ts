// From recovery words or a private key to the member key that signs in (sigma-contract §9, Type 42).
//
//   words ──BIP-39 seed──▶ BIP-32 root private key = "rootPk" ──BRC-42 with itself, invoice bap:N──▶ member key N
//
// The root follows the third TokenPass generation (`gen3_rootPk` in bip39-bip32.json): BAP identities hang off the
// private key of the BIP-32 root of the BIP-39 seed. TokenPass mixes the wallet's password in as BIP-39 passphrase;
// words made here have none.
import HD from '@bsv/sdk/compat/HD';
import Mnemonic from '@bsv/sdk/compat/Mnemonic';
import { hash160 } from '@bsv/sdk/primitives/Hash';
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import { fromBase58Check, toArray, toBase58 } from '@bsv/sdk/primitives/utils';

export type { PrivateKey };

/** What a person brings: the root of many identities (`hd`: of the older, BIP-32 kind), or the key of exactly one. */
export type Keyring = { kind: 'root'; root: PrivateKey } | { kind: 'hd'; root: HD } | { kind: 'member'; member: PrivateKey };

/** One identity, ready to sign. */
export interface Member {
  key: PrivateKey;
  bapId: string;
  /** Its place below the root; 0 for a key that came alone. */
  counter: number;
}

/** How far identities are looked for below a root. One that lies deeper would not be found again. */
export const searchedIdentities = 20;

export const hdFromWords = (words: string[], passphrase = ''): HD =>
  HD.fromSeed(Mnemonic.fromString(words.join(' ')).toSeed(passphrase));

/** The words must have passed `problemOf`. */
export const rootFromWords = (words: string[], passphrase = ''): PrivateKey => hdFromWords(words, passphrase).privKey;

export function memberKey(root: PrivateKey, counter: number): PrivateKey {
  return root.deriveChild(root.toPublicKey(), `bap:${counter}`);
}

/** The mainnet P2PKH address from which the BAP id is made. */
export function rootAddress(member: PrivateKey): string {
  return member.toPublicKey().toAddress();
}

/** Base58 (without checksum) of RIPEMD-160(SHA-256(root address as ASCII)). */
export function bapIdOf(member: PrivateKey): string {
  return toBase58(hash160(toArray(rootAddress(member), 'utf8')));
}

/** Where the older kind keeps identity N; its wallet root lies one step to the side. */
export const hdPath = (counter: number, last: 0 | 1): string => `m/424150'/0'/0'/0'/${counter}'/${last}'`;

function keyAt(keyring: Keyring, counter: number): PrivateKey {
  switch (keyring.kind) {
    case 'root':
      return memberKey(keyring.root, counter);
    case 'hd':
      return keyring.root.derive(hdPath(counter, 0)).privKey;
    case 'member':
      return keyring.member;
  }
}

export function memberOf(keyring: Keyring, counter = 0): Member {
  const key = keyAt(keyring, counter);
  return { key, bapId: bapIdOf(key), counter };
}

/** The identity that the application wants when this keyring holds it; its first identity otherwise. */
export function memberFor(keyring: Keyring, wantedBapId: string | undefined): Member {
  const first = memberOf(keyring);
  if (wantedBapId === undefined || first.bapId === wantedBapId || keyring.kind === 'member') return first;
  for (let counter = 1; counter < searchedIdentities; counter++) {
    const member = memberOf(keyring, counter);
    if (member.bapId === wantedBapId) return member;
  }
  return first;
}

/** The first identity below the root that is not among these; none when the key came alone or all that are searched are taken. */
export function nextMember(keyring: Keyring, taken: readonly string[]): Member | undefined {
  if (keyring.kind === 'member') return undefined;
  for (let counter = 0; counter < searchedIdentities; counter++) {
    const member = memberOf(keyring, counter);
    if (!taken.includes(member.bapId)) return member;
  }
  return undefined;
}

export type WifProblem = 'unreadable' | 'uncompressed' | 'test-network';

/** Reads a private key in wallet import format; the answer is a key or what is wrong with the text. */
export function readWif(text: string): PrivateKey | WifProblem {
  let prefix: number | undefined;
  let data: number[];
  try {
    const decoded = fromBase58Check(text.trim());
    prefix = (decoded.prefix as number[])[0];
    data = decoded.data as number[];
  } catch {
    return 'unreadable';
  }
  if (prefix === 0xef) return 'test-network';
  if (prefix !== 0x80) return 'unreadable';
  if (data.length === 32) return 'uncompressed';
  if (data.length !== 33 || data[32] !== 1) return 'unreadable';
  try {
    return PrivateKey.fromWif(text.trim());
  } catch {
    return 'unreadable'; // zero or beyond the curve's order
  }
}
