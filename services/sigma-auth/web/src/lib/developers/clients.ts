// The applications of the signed-in person (sigma-contract §6, "Clients of a signed-in user").
import { call } from '../api';
import type { PrivateKey } from '../identity/keys';
import { authToken } from '../identity/token';
import type { Jwks } from './jwks';
import type { MemberKey } from './pubkey';

export const methods = ['x_auth_token', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;
export type Method = (typeof methods)[number];

/** What an application says of itself (RFC 7591 §2), as far as these pages set it. */
export interface Description {
  client_name: string;
  client_uri?: string;
  logo_uri?: string;
  application_type?: 'web' | 'native';
  redirect_uris: string[];
  post_logout_redirect_uris?: string[];
  token_endpoint_auth_method: Method;
  grant_types: string[];
  /** Null takes it away. */
  jwks_uri?: string | null;
  jwks?: Jwks | null;
  member_pubkeys?: MemberKey[];
}

export interface Client extends Description {
  client_id: string;
  client_id_issued_at: number;
  owner_bap_id?: string;
  member_pubkeys: MemberKey[];
  verified?: boolean;
  disabled: boolean;
}

/** `client_secret` is told this once. */
export interface IssuedClient extends Client {
  client_secret?: string;
}

const base = '/api/auth/oauth2';
export const createPath = `${base}/create-client`;
export const updatePath = `${base}/update-client`;

/** How a request shows that its sender holds a member key that it names: signing with it here, or a token made elsewhere. */
export type Proof = PrivateKey | string;

/** The very text that a proof has to sign; `call` sends the same. */
export const signedText = (body: unknown): string => JSON.stringify(body);

function post<T>(path: string, body: unknown, proof?: Proof): Promise<T> {
  if (proof === undefined) return call<T>('POST', path, { body });
  const token = typeof proof === 'string' ? proof : authToken(proof, { path, body: signedText(body), now: new Date() });
  return call<T>('POST', path, { body, headers: { 'x-auth-token': token } });
}

export const updateBody = (id: string, update: Partial<Description>) => ({ client_id: id, update });

export const listClients = () => call<Client[]>('GET', `${base}/get-clients`);
export const getClient = (id: string) => call<Client>('GET', `${base}/get-client?${new URLSearchParams({ client_id: id })}`);
export const createClient = (description: Description, proof?: Proof) => post<IssuedClient>(createPath, description, proof);
export const updateClient = (id: string, update: Partial<Description>, proof?: Proof) =>
  post<Client>(updatePath, updateBody(id, update), proof);
export const deleteClient = (id: string) => post<unknown>(`${base}/delete-client`, { client_id: id });
export const rotateSecret = (id: string) => post<IssuedClient>(`${base}/client/rotate-secret`, { client_id: id });

export const usesSecret = ({ token_endpoint_auth_method: method }: Description): boolean => method.startsWith('client_secret_');

/** How long keys go on working beside one that takes their place. */
const overlap = 7 * 86_400_000;

/** The keys after a rotation: `fresh` counts at once, the others run out in a week (sooner, if they did before). */
export function rotatedKeys(keys: MemberKey[], fresh: string, now: Date): MemberKey[] {
  const end = new Date(now.getTime() + overlap).toISOString();
  const older = keys
    .map((key) => (typeof key === 'string' ? { pubkey: key } : key))
    .filter((key) => key.pubkey !== fresh && !(key.not_after && Date.parse(key.not_after) <= now.getTime()))
    .map((key) => ({ ...key, not_after: key.not_after && key.not_after < end ? key.not_after : end }));
  return [fresh, ...older];
}
