// The session API as far as the pages need it (sigma-contract §6).
import { ApiError, call } from './api';
import { listKept, rename } from './identity/kept';

export interface Session {
  session: { id: string; activeOrganizationId?: string | null };
  user: { id: string; name: string; image?: string | null; pubkey?: string | null; roles?: string };
}

/** An identity of the signed-in person; its id is the BAP id. */
export interface Organization {
  id: string;
  /** What applications see. */
  name: string;
  /** What its owner calls it on this device, for them to recognise; nobody else is told. */
  nameHere: string;
  slug: string;
  createdAt: string;
  /** The picture of its profile, as its owner published it. */
  logo?: string;
}

export const signOut = () => call('POST', '/api/auth/sign-out', { body: {} });

/** The current session, or null. */
export const getSession = () => call<Session | null>('GET', '/api/auth/get-session');

/** The person's identities; none for somebody who is not signed in. */
export async function listIdentities(): Promise<Organization[]> {
  const namesHere = new Map(listKept().map(({ bapId, name }) => [bapId, name]));
  try {
    const identities = await call<Omit<Organization, 'nameHere'>[]>('GET', '/api/auth/organization/list');
    return identities.map((identity) => ({ ...identity, nameHere: namesHere.get(identity.id) || identity.name }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return [];
    throw error;
  }
}

/** After its name for applications was changed: this device says the same, unless its owner calls it something else here. */
export function followName({ id, name, nameHere }: Organization, now: string): void {
  if (nameHere === name) rename(id, now);
}

/** Administrators have the role of that name; the server decides by its own list. */
export const isAdministrator = ({ user }: Session): boolean => (user.roles ?? '').split(',').includes('admin');

export const setActiveIdentity = (bapId: string) =>
  call('POST', '/api/auth/organization/set-active', { body: { organizationId: bapId } });
