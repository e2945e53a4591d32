// Which applications may use which identity: asked once in the frame, kept in this browser.
interface Permission {
  origin: string;
  bapId: string;
  /** ISO 8601 */
  since: string;
}

const place = 'sigma.signer';

function isPermission(value: unknown): value is Permission {
  const entry = value as Record<keyof Permission, unknown> | null;
  return typeof entry === 'object' && entry !== null && [entry.origin, entry.bapId, entry.since].every((member) => typeof member === 'string');
}

export function listPermissions(): Permission[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    return Array.isArray(list) ? list.filter(isPermission) : [];
  } catch {
    return [];
  }
}

export const isAllowed = (origin: string, bapId: string): boolean =>
  listPermissions().some((entry) => entry.origin === origin && entry.bapId === bapId);

/** False when the browser refuses to store. */
export function allow(origin: string, bapId: string, now: Date): boolean {
  return write([...without(origin, bapId), { origin, bapId, since: now.toISOString() }]);
}

export const withdraw = (origin: string, bapId: string): boolean => write(without(origin, bapId));

const without = (origin: string, bapId: string) => listPermissions().filter((entry) => entry.origin !== origin || entry.bapId !== bapId);

function write(list: Permission[]): boolean {
  try {
    localStorage.setItem(place, JSON.stringify(list));
    return true;
  } catch {
    return false;
  }
}
