// One sign-in from an application's side, as oauth4webapi does it: authorization code with PKCE (RFC 6749 §4.1, RFC 7636).
import * as oauth from 'oauth4webapi';
import { readWif } from '../identity/keys';
import { authToken } from '../identity/token';
import type { Client, Method } from './clients';

export const tryPath = '/developers/try';
export const tryAddress = (): string => location.origin + tryPath;

/** What an application remembers of a person while they are away. */
export interface Pending {
  clientId: string;
  name: string;
  method: Method;
  verifier: string;
  challenge: string;
  state: string;
  nonce: string;
  scope: string;
}

const place = 'sigma.try';

export const remember = (pending: Pending): void => sessionStorage.setItem(place, JSON.stringify(pending));

/** Takes it out: one answer for one question. */
export function recall(): Pending | undefined {
  const text = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  try {
    return text === null ? undefined : (JSON.parse(text) as Pending);
  } catch {
    return undefined;
  }
}

export async function prepare(client: Client, scope: string): Promise<Pending> {
  const verifier = oauth.generateRandomCodeVerifier();
  return {
    clientId: client.client_id,
    name: client.client_name,
    method: client.token_endpoint_auth_method,
    verifier,
    challenge: await oauth.calculatePKCECodeChallenge(verifier),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    scope,
  };
}

/** Asks for consent again, so that every try shows the whole way. */
export function authorizationRequest(server: oauth.AuthorizationServer, pending: Pending): URL {
  const address = new URL(server.authorization_endpoint!);
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: pending.clientId,
    redirect_uri: tryAddress(),
    scope: pending.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: pending.challenge,
    code_challenge_method: 'S256',
    prompt: 'consent',
  }).toString();
  return address;
}

// Development runs on http to this machine; browsers and the server's own settings forbid it elsewhere.
const insecure = () => ({ [oauth.allowInsecureRequests]: location.protocol === 'http:' });

export async function discover(): Promise<oauth.AuthorizationServer> {
  const answer = await fetch('/api/auth/.well-known/openid-configuration');
  const { issuer } = (await answer.clone().json()) as { issuer: string };
  return oauth.processDiscoveryResponse(new URL(issuer), answer);
}

/** The answer in the address (RFC 6749 §4.1.2), with state and issuer compared. Throws what oauth4webapi finds wrong. */
export const readAnswer = (server: oauth.AuthorizationServer, pending: Pending, address: URL): URLSearchParams =>
  oauth.validateAuthResponse(server, { client_id: pending.clientId }, address, pending.state);

/** The application's own proof; `credential` is its secret or WIF. It goes into this one request and nowhere else. */
function clientAuth(method: Method, credential: string): oauth.ClientAuth {
  switch (method) {
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(credential);
    case 'client_secret_post':
      return oauth.ClientSecretPost(credential);
    case 'x_auth_token':
      return (server, client, body, headers) => {
        const key = readWif(credential);
        if (typeof key === 'string') throw new Error('not a WIF');
        body.set('client_id', client.client_id);
        const path = new URL(server.token_endpoint!).pathname;
        headers.set('x-auth-token', authToken(key, { path, body: body.toString(), now: new Date() }));
      };
    default:
      return oauth.None();
  }
}

export interface Tokens {
  /** What the token endpoint answered. */
  answer: oauth.TokenEndpointResponse;
  /** The parts of the ID token; its signature has been checked against the server's keys. */
  idToken: { header: unknown; claims: unknown };
  userinfo: unknown;
}

function decoded(part: string | undefined): unknown {
  const binary = atob((part ?? '').replaceAll('-', '+').replaceAll('_', '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
}

export async function fetchTokens(server: oauth.AuthorizationServer, pending: Pending, answer: URLSearchParams, credential: string): Promise<Tokens> {
  const client: oauth.Client = { client_id: pending.clientId };
  const auth = clientAuth(pending.method, credential.trim());
  const response = await oauth.authorizationCodeGrantRequest(server, client, auth, answer, tryAddress(), pending.verifier, insecure());
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: pending.nonce, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(server, response, insecure());
  const { sub } = oauth.getValidatedIdTokenClaims(tokens)!;
  const told = await oauth.userInfoRequest(server, client, tokens.access_token, insecure());
  const userinfo = await oauth.processUserInfoResponse(server, client, sub, told);
  const [header, claims] = tokens.id_token!.split('.').map((part, index) => (index < 2 ? decoded(part) : part));
  return { answer: tokens, idToken: { header, claims }, userinfo };
}

/** What went wrong, in the server's words where it spoke. */
export function tryProblem(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    return [error.error, error.error_description].filter(Boolean).join(': ');
  }
  return error instanceof Error ? error.message : '';
}
