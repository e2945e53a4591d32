// Registered clients, all of them (docs/reference: admin API, /admin/clients).
import type { Description } from '../developers/clients';
import type { MemberKey } from '../developers/pubkey';
import { admin, adminPage } from './api.svelte';

export const flags = ['skip_consent', 'require_pkce', 'require_pushed_authorization_requests', 'dpop_bound_access_tokens'] as const;
export type Flag = (typeof flags)[number];
export const grants = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;

export interface AdminClient extends Omit<Description, 'jwks_uri'>, Partial<Record<Flag, boolean>> {
  client_id: string;
  client_id_issued_at: number;
  scope?: string;
  jwks_uri?: string;
  owner_bap_id?: string;
  member_pubkeys: MemberKey[];
  verified?: boolean;
  disabled: boolean;
  /** Told once, when it was just made. */
  client_secret?: string;
}

/** What may be said of a client; null takes a member away (RFC 7396). */
export type ClientChange = { [Member in keyof AdminClient]?: AdminClient[Member] | null };

export const listClients = (search: string, cursor?: string) => adminPage<AdminClient>('/clients', { search: search.trim(), cursor });

const pathOf = (id: string) => `/clients/${encodeURIComponent(id)}`;
export const getClient = (id: string) => admin<AdminClient>('GET', pathOf(id));
export const createClient = (description: ClientChange) => admin<AdminClient>('POST', '/clients', description);
export const changeClient = (id: string, change: ClientChange) => admin<AdminClient>('PATCH', pathOf(id), change);
export const deleteClient = (id: string) => admin('DELETE', pathOf(id));
export const addMemberKey = (id: string, pubkey: string) => admin('POST', `${pathOf(id)}/member-keys`, { pubkey });
export const removeMemberKey = (id: string, pubkey: string) => admin('DELETE', `${pathOf(id)}/member-keys/${encodeURIComponent(pubkey)}`);
/** The old secret goes on working for so many seconds. */
export const rotateSecret = (id: string, overlap: number) => admin<AdminClient>('POST', `${pathOf(id)}/rotate-secret`, { overlap_seconds: overlap });

export const nameOf = (client: { client_id: string; client_name?: string }): string => client.client_name || client.client_id;
export const usesSecret = ({ token_endpoint_auth_method: method }: AdminClient): boolean => method.startsWith('client_secret_');
/** One that the server knows by hearsay only (a device's, a document's) is vouched for by registering it. */
export const mayVerify = (client: AdminClient): boolean => client.owner_bap_id !== undefined || client.verified === false;

/** Only what is different: somebody else may be changing the rest. */
export function changesOf(before: AdminClient, wanted: ClientChange): ClientChange {
  const plain = (value: unknown) => JSON.stringify(value === '' || value === false || value === undefined || (Array.isArray(value) && value.length === 0) ? null : value);
  return Object.fromEntries(Object.entries(wanted).filter(([member, value]) => plain(before[member as keyof AdminClient]) !== plain(value)));
}
