// Keyrings under a password, in the `.bep` format of npm's bitcoin-backup, so that what this browser keeps can be opened by
// the other programs of this family, and theirs here. Opening is all that most pages need; making and reading the list of
// identities inside takes bsv-bap, which is loaded when somebody needs it (backup-file.ts).
import { type DecryptedBackup, decryptBackup, isLegacyBackup, isMemberBackup, isType42Backup, isWifBackup } from 'bitcoin-backup';
import HD from '@bsv/sdk/compat/HD';
import PrivateKey from '@bsv/sdk/primitives/PrivateKey';
import type { Keyring } from './keys';

/** Also when the backup is damaged: AES-GCM cannot tell the two apart. */
export class WrongPassword extends Error {}

/** It opened (or needed no password), but holds no key that an identity could have. */
export class NoIdentityInside extends Error {}

/** Larger files are none of ours. */
export const largestFile = 1 << 20;

/** True when the text needs a password: base64 and nothing else. */
export const isEncrypted = (text: string): boolean => /^[A-Za-z0-9+/\s]{40,}={0,2}\s*$/.test(text);

export async function decrypt(backup: string, password: string): Promise<DecryptedBackup> {
  try {
    return await decryptBackup(backup, password);
  } catch (error) {
    // bitcoin-backup has no error classes; everything else that it says is about the form of what was inside.
    if (error instanceof Error && /structure/i.test(error.message)) throw new NoIdentityInside();
    throw new WrongPassword();
  }
}

/** The keys of bitcoin-backup's forms that have identities; Throws NoIdentityInside for others and for unreadable keys. */
export function keyringOf(backup: DecryptedBackup): Keyring {
  try {
    if (isType42Backup(backup)) return { kind: 'root', root: PrivateKey.fromWif(backup.rootPk) };
    if (isLegacyBackup(backup)) return { kind: 'hd', root: HD.fromString(backup.xprv) };
    if (isMemberBackup(backup) || isWifBackup(backup)) return { kind: 'member', member: PrivateKey.fromWif(backup.wif) };
    if ('identityPk' in backup && typeof backup.identityPk === 'string') {
      return { kind: 'member', member: PrivateKey.fromWif(backup.identityPk) };
    }
  } catch {
    throw new NoIdentityInside();
  }
  throw new NoIdentityInside();
}

export const openKeyring = async (backup: string, password: string): Promise<Keyring> => keyringOf(await decrypt(backup, password));
