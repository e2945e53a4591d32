// The session API as far as the account page needs it (sigma-contract §6).
import { ApiError, call } from './api';
import type { PublicClient } from './consent';

export interface Consent {
  id: string;
  clientId: string;
  referenceId: string | null;
  scopes: string[];
  createdAt: string;
  updatedAt: string;
}

export interface ConnectedApplication extends Consent {
  client: PublicClient;
}

/** What the person has agreed to, with what is public about each application. */
export async function listApplications(): Promise<ConnectedApplication[]> {
  const consents = await call<Consent[]>('GET', '/api/auth/oauth2/get-consents');
  return Promise.all(consents.map(async (consent) => ({ ...consent, client: await publicClient(consent.clientId) })));
}

/** By its id alone when the server does not know it any more. */
async function publicClient(clientId: string): Promise<PublicClient> {
  try {
    return await call<PublicClient>('GET', `/api/auth/oauth2/public-client?client_id=${encodeURIComponent(clientId)}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { client_id: clientId };
    throw error;
  }
}

export const withdrawConsent = (id: string) => call('POST', '/api/auth/oauth2/delete-consent', { body: { id } });

export interface SessionRow {
  id: string;
  token: string;
  createdAt: string;
  updatedAt: string;
  ipAddress: string | null;
  userAgent: string | null;
}

export const listSessions = () => call<SessionRow[]>('GET', '/api/auth/list-sessions');
export const endSession = (token: string) => call('POST', '/api/auth/revoke-session', { body: { token } });
export const endOtherSessions = () => call('POST', '/api/auth/revoke-other-sessions', { body: {} });

/** The name and picture of the person and of the current identity; null takes the picture away. */
export const describeMyself = (change: { name: string; image?: string | null }) => call('POST', '/api/auth/update-user', { body: change });

/** Everything that the server keeps about the person. */
export const exportAccount = () => call<Record<string, unknown>>('GET', '/api/user/export');

/** Refused (SESSION_EXPIRED) when the sign-in is long ago. */
export const deleteAccount = () => call('POST', '/api/auth/delete-user', { body: {} });
