// The session API as far as the pages need it (sigma-contract §6).
import { ApiError, call } from './api';
import { listKept } from './identity/kept';

export interface Session {
  session: { id: string; activeOrganizationId?: string | null };
  user: { id: string; name: string; image?: string | null; pubkey?: string | null; roles?: string };
}

/** An identity of the signed-in person; its id is the BAP id. */
export interface Organization {
  id: string;
  name: string;
  slug: string;
  createdAt: string;
  /** The picture of its profile, as its owner published it. */
  logo?: string;
}

export const signOut = () => call('POST', '/api/auth/sign-out', { body: {} });

/** The current session, or null. */
export const getSession = () => call<Session | null>('GET', '/api/auth/get-session');

/** The person's identities, by the names that they have on this device; none for somebody who is not signed in. */
export async function listIdentities(): Promise<Organization[]> {
  const namesHere = new Map(listKept().map(({ bapId, name }) => [bapId, name]));
  try {
    const identities = await call<Organization[]>('GET', '/api/auth/organization/list');
    return identities.map((identity) => ({ ...identity, name: namesHere.get(identity.id) || identity.name }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return [];
    throw error;
  }
}

export const setActiveIdentity = (bapId: string) =>
  call('POST', '/api/auth/organization/set-active', { body: { organizationId: bapId } });
