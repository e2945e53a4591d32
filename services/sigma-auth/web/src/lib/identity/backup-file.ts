// Making backups, and reading those that people bring: with the list of identities inside. Loaded only when needed.
import { type DecryptedBackup, encryptBackup } from 'bitcoin-backup';
import { BAP } from 'bsv-bap';
import HD from '@bsv/sdk/compat/HD';
import { decrypt, isEncrypted, keyringOf, NoIdentityInside } from './backup';
import { type Keyring, memberOf, searchedIdentities } from './keys';
import { problemOf, readWords } from './words';

/** An identity as its owner calls it. */
export interface Named {
  bapId: string;
  name: string;
}

interface Sealing {
  identities: Named[];
  password: string;
  /** Come along when known, so that their owner may see them again. */
  words?: string[] | undefined;
  now: Date;
}

/** Seals a keyring with its identities. */
export function sealKeyring(keyring: Keyring, { password, ...contents }: Sealing): Promise<string> {
  return encryptBackup(contentsOf(keyring, contents), password);
}

function contentsOf(keyring: Keyring, { identities, words, now }: Omit<Sealing, 'password'>): DecryptedBackup {
  const label = identities[0]?.name ?? '';
  const createdAt = now.toISOString();
  if (keyring.kind === 'member') return { wif: keyring.member.toWif(), label, createdAt };
  const bap = keyring.kind === 'root' ? new BAP({ rootPk: keyring.root.toWif() }) : new BAP(keyring.root.toString());
  for (let counter = 0; counter < searchedIdentities; counter++) {
    const identity = identities.find(({ bapId }) => bapId === memberOf(keyring, counter).bapId);
    if (!identity) continue;
    bap.newId(identity.name || 'My identity', keyring.kind === 'root' ? `bap:${counter}` : `/0'/${counter}'/0'`);
  }
  const mnemonic = words?.join(' ');
  return { ...bap.exportForBackup(label, undefined, mnemonic), createdAt, ...(mnemonic ? { mnemonic } : {}) } as DecryptedBackup;
}

/** What a person brought in a file. */
export interface Brought {
  keyring: Keyring;
  identities: Named[];
  words?: string[];
}

/** Reads a `.bep` file, or the JSON of one, of TokenPass or of Yours Wallet. Throws WrongPassword, NoIdentityInside. */
export async function readBackup(text: string, password: string): Promise<Brought> {
  if (isEncrypted(text)) return brought(await decrypt(text.replace(/\s+/g, ''), password));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new NoIdentityInside();
  }
  if (typeof json !== 'object' || json === null) throw new NoIdentityInside();
  return brought(json as DecryptedBackup);
}

function brought(backup: DecryptedBackup & { seed?: unknown; mnemonic?: unknown; label?: unknown }): Brought {
  const vault = 'encryptedVault' in backup ? vaultOf(backup.encryptedVault) : backup;
  const keyring = 'seed' in vault ? fromSeed(vault.seed) : keyringOf(backup);
  const words = readWords(typeof vault.mnemonic === 'string' ? vault.mnemonic : '');
  const named = 'ids' in backup && keyring.kind !== 'member' ? identitiesOf(keyring, backup.ids) : [];
  const label = typeof backup.label === 'string' ? backup.label : '';
  const identities = named.length > 0 ? named : [{ bapId: memberOf(keyring).bapId, name: label }];
  return { keyring, identities, ...(problemOf(words) === undefined ? { words } : {}) };
}

/** The second TokenPass generation put its BIP-39 seed into a vault that is no longer encrypted by then. */
function vaultOf(text: string): { seed?: unknown; mnemonic?: unknown } {
  try {
    const { hex, mnemonic } = JSON.parse(text) as Record<string, unknown>;
    return { seed: hex, mnemonic };
  } catch {
    throw new NoIdentityInside();
  }
}

/** A BIP-39 seed in hex, as TokenPass exports it. */
function fromSeed(seed: unknown): Keyring {
  if (typeof seed !== 'string' || !/^(?:[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{128})$/i.test(seed)) throw new NoIdentityInside();
  return { kind: 'root', root: HD.fromSeed([...Uint8Array.from(seed.match(/../g)!, (pair) => Number.parseInt(pair, 16))]).privKey };
}

/** The named identities of a master backup; none when the list cannot be read, for the keys are what counts. */
function identitiesOf(keyring: Exclude<Keyring, { kind: 'member' }>, ids: string): Named[] {
  try {
    const bap = keyring.kind === 'root' ? new BAP({ rootPk: keyring.root.toWif() }) : new BAP(keyring.root.toString());
    bap.importIds(ids);
    return bap.listIds().map((bapId) => ({ bapId, name: bap.getId(bapId)?.idName ?? '' }));
  } catch {
    return [];
  }
}
