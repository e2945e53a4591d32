// The identities that this browser keeps: sealed backups with what is needed to tell them apart. The names and BAP ids
// lie open (both are public), the keys only inside `backup`.
import type { Passkey } from './passkey';

export interface KeptIdentity {
  bapId: string;
  name: string;
  /** Of its member key. Entries from before it was kept have none. */
  pubkey?: string;
  createdAt: string;
  /** bitcoin-backup text, see backup.ts. Identities of the same root have the same one. */
  backup: string;
  /** Each opens the keys as the password does. */
  passkeys?: Passkey[];
}

const place = 'sigma.identities';

export function isKept(value: unknown): value is KeptIdentity {
  const kept = value as Record<keyof KeptIdentity, unknown> | null;
  return (
    typeof kept === 'object' &&
    kept !== null &&
    [kept.bapId, kept.name, kept.createdAt, kept.backup].every((member) => typeof member === 'string')
  );
}

/** Latest used first. Anything unreadable counts as nothing kept: storage may be blocked or cleared. */
export function listKept(): KeptIdentity[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    return Array.isArray(list) ? list.filter(isKept) : [];
  } catch {
    return [];
  }
}

/** Puts the identity first, in place of an older entry of the same id. False when the browser refuses to store. */
export function keep(identity: KeptIdentity): boolean {
  return write([identity, ...listKept().filter(({ bapId }) => bapId !== identity.bapId)]);
}

/** Puts the identity first, as it is stored: another tab may have changed it since it was read here, or removed it. */
export function touch(bapId: string): boolean {
  const stored = listKept();
  return write([...stored.filter((kept) => kept.bapId === bapId), ...stored.filter((kept) => kept.bapId !== bapId)]);
}

/** Only what this browser calls it. */
export const rename = (bapId: string, name: string): boolean =>
  write(listKept().map((kept) => (kept.bapId === bapId ? { ...kept, name } : kept)));

/** Gives the passkey to this identity and all others of the same backup. False also when it is not kept any more. */
export const keepPasskey = (bapId: string, passkey: Passkey): boolean => changePasskeys(bapId, (passkeys) => [...passkeys, passkey]);

/** Takes the passkey from this identity and all others of the same backup. */
export const dropPasskey = (bapId: string, id: string): boolean =>
  changePasskeys(bapId, (passkeys) => passkeys.filter((passkey) => passkey.id !== id));

/** Begins with what is stored now: another tab may have added a passkey, or sealed the backup anew. */
function changePasskeys(bapId: string, change: (passkeys: Passkey[]) => Passkey[]): boolean {
  const stored = listKept();
  const identity = stored.find((kept) => kept.bapId === bapId);
  if (!identity) return false;
  const passkeys = change(identity.passkeys ?? []);
  return write(stored.map((kept) => (kept.backup === identity.backup ? { ...kept, passkeys } : kept)));
}

export function forget(bapId: string): boolean {
  return write(listKept().filter((kept) => kept.bapId !== bapId));
}

function write(list: KeptIdentity[]): boolean {
  try {
    localStorage.setItem(place, JSON.stringify(list));
    return true;
  } catch {
    return false;
  }
}
