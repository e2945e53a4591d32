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

/** The name and picture of the person and of the current identity; what is left out stays, null takes the picture away. */
export const describeMyself = (change: { name?: string; image?: string | null }) => call('POST', '/api/auth/update-user', { body: change });

/** Everything that the server keeps about the person. */
export const exportAccount = () => call<Record<string, unknown>>('GET', '/api/user/export');

/** Refused (SESSION_EXPIRED) when the sign-in is long ago. */
export const deleteAccount = () => call('POST', '/api/auth/delete-user', { body: {} });

/** One line of what has happened (docs/how-to/leave-and-take-everything-along.md). */
export interface ActivityEvent {
  at: string;
  type: string;
  outcome: 'ok' | 'refused';
  clientId: string | null;
  bapId: string | null;
  network: string | null;
}

interface ActivityPage {
  events: ActivityEvent[];
  next_cursor: string | null;
}

/** Pages that the server asks for at once while they hold nothing to show: most lines of the log are about tokens. */
const emptyPages = 5;

export async function listActivity(after: string | null = null): Promise<ActivityPage> {
  let cursor = after;
  for (let i = 0; ; i++) {
    const query = new URLSearchParams({ limit: '50', ...(cursor ? { cursor } : {}) });
    const page = await call<ActivityPage>('GET', `/api/auth/activity?${query}`);
    if (page.events.length > 0 || page.next_cursor === null || i === emptyPages) return page;
    cursor = page.next_cursor;
  }
}

/** A wallet of the person (sigma-contract §8). */
export interface Wallet {
  address: string;
  provider: string;
  isPrimary: boolean;
  connectedAt: string;
}

const walletPath = '/api/auth/wallet';

export const listWallets = async (bapId: string): Promise<Wallet[]> =>
  (await call<{ wallets: Wallet[] }>('GET', `${walletPath}/connect?${new URLSearchParams({ bapId })}`)).wallets;
export const setPrimaryWallet = (bapId: string, walletAddress: string) =>
  call('POST', `${walletPath}/set-primary`, { body: { bapId, walletAddress } });
export const disconnectWallet = (bapId: string, address: string) =>
  call('DELETE', `${walletPath}/connect?${new URLSearchParams({ bapId, address })}`);
