// Accounts, their sessions and what they agreed to (admin API, /admin/users and /admin/sessions).
import { ApiError } from '../api';
import { admin, adminPage, type Page } from './api.svelte';

export interface AdminUser {
  id: string;
  name: string;
  email: string | null;
  pubkey: string | null;
  subscription_tier: string;
  disabled: boolean;
  created_at: string;
  updated_at: string;
}

export interface AdminIdentity {
  bap_id: string;
  name: string;
  primary: boolean;
  member_pubkey: string;
}

export interface AdminAccount extends AdminUser {
  identities: AdminIdentity[];
}

export interface AdminSession {
  id: string;
  user_id: string;
  bap_id: string | null;
  auth_time: string;
  ip_address: string;
  user_agent: string;
  updated_at: string;
  expires_at: string;
}

export interface AdminConsent {
  client_id: string;
  bap_id: string | null;
  scopes: string[];
  updated_at: string;
}

const pathOf = (id: string) => `/users/${encodeURIComponent(id)}`;

/** Newest first. `search`: a piece of a name or address, or a whole id, BAP id or public key. */
export const listUsers = (search: string, cursor?: string) => adminPage<AdminUser>('/users', { limit: '50', search: search.trim(), cursor });
export const getUser = (id: string) => admin<AdminAccount>('GET', pathOf(id));
/** Switching an account off ends its sessions and tokens. */
export const setUserDisabled = (id: string, disabled: boolean) => admin<AdminAccount>('PATCH', pathOf(id), { disabled });
export const deleteUser = (id: string) => admin('DELETE', pathOf(id));
export const listUserSessions = async (id: string) => (await admin<Page<AdminSession>>('GET', `${pathOf(id)}/sessions`)).items;
export const listUserConsents = async (id: string) => (await admin<Page<AdminConsent>>('GET', `${pathOf(id)}/consents`)).items;
/** Under whichever identity it was given. */
export const withdrawUserConsents = (id: string, client: string) => admin('DELETE', `${pathOf(id)}/consents/${encodeURIComponent(client)}`);

export const listSessions = (cursor?: string) => adminPage<AdminSession>('/sessions', { limit: '50', cursor });
/** One that is gone by now has ended, too. */
export async function endSession(id: string): Promise<void> {
  try {
    await admin('DELETE', `/sessions/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}
/** All of a user's sessions; for oneself there is `endOtherSessions` of the account page, which leaves this browser's. */
export const endUserSessions = (id: string) => admin('DELETE', `${pathOf(id)}/sessions`);
