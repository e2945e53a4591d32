// The client's side of the protocol, in its raw form: for everything that real client libraries would never send.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { distinctTime, Key, tokenPath } from './person.mjs';

export const authorizePath = '/api/auth/oauth2/authorize';
export const userinfoPath = '/api/auth/oauth2/userinfo';
export const callback = 'https://app.example.com/auth/sigma/callback';
export const fullScope = 'openid profile email offline_access';

export function newPkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Registration JSON of a Sigma client (member key); `key` is not part of the JSON. */
export function sigmaClient(id, key = new Key(), more = {}) {
  return registration(id, { token_endpoint_auth_method: 'x_auth_token', member_pubkeys: [key.pubkey], ...more });
}

/** Registration JSON of a public client (PKCE, no authentication). */
export function publicClient(id, more = {}) {
  return registration(id, { token_endpoint_auth_method: 'none', ...more });
}

function registration(id, more) {
  return {
    client_id: id,
    client_name: `App ${id}`,
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: fullScope,
    skip_consent: true,
    ...more,
  };
}

/** The query of an authorization request; a value of undefined drops the parameter. */
export function authorizeQuery(overrides = {}) {
  const parameters = {
    client_id: 'my-app',
    redirect_uri: callback,
    response_type: 'code',
    state: 'k3x9q1',
    scope: 'openid profile email',
    code_challenge_method: 'S256',
    ...overrides,
  };
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined)).toString();
}

/** GET authorize with the person's cookie; follows nothing. Without `person` there is no session. */
export function authorize(server, person, overrides = {}, { headers = {}, path = authorizePath } = {}) {
  const target = `${path}?${typeof overrides === 'string' ? overrides : authorizeQuery(overrides)}`;
  return person ? person.request(server, 'GET', target, { headers }) : server.request('GET', target, { headers });
}

/** What the client's callback page would read: {query, fragment} of a redirect to `redirectUri`. */
export function redirected(answer, redirectUri = callback) {
  assert.ok([302, 303].includes(answer.status), answer.describe());
  const url = new URL(answer.location);
  assert.equal(`${url.protocol}//${url.host}${url.pathname}`, redirectUri, answer.describe());
  return { query: url.searchParams, fragment: new URLSearchParams(url.hash.slice(1)) };
}

/** Asserts an error redirect: error code, description, state and issuer (RFC 9207). */
export function assertErrorRedirect(
  server,
  answer,
  error,
  { state = 'k3x9q1', description = /./, inFragment = false } = {},
) {
  const { query, fragment } = redirected(answer);
  const parameters = inFragment ? fragment : query;
  assert.equal(parameters.get('error'), error, answer.describe());
  assert.match(parameters.get('error_description') ?? '', description, answer.describe());
  assert.equal(parameters.get('state'), state, answer.describe());
  assert.equal(parameters.get('iss'), server.issuer, answer.describe());
  assert.equal(parameters.get('code'), null, answer.describe());
}

/** A whole authorization: answers {code, verifier, challenge, redirectUri, clientId}. */
export async function getCode(server, person, overrides = {}) {
  const { verifier, challenge } = newPkce();
  const answer = await authorize(server, person, { code_challenge: challenge, ...overrides });
  const redirectUri = overrides.redirect_uri ?? callback;
  const { query } = redirected(answer, redirectUri);
  assert.ok(query.get('code'), answer.describe());
  return { code: query.get('code'), verifier, challenge, redirectUri, clientId: overrides.client_id ?? 'my-app' };
}

/** The exchange's form for what getCode answered. */
export function exchangeForm(grant, overrides = {}) {
  const form = {
    grant_type: 'authorization_code',
    code: grant.code,
    redirect_uri: grant.redirectUri,
    client_id: grant.clientId,
    code_verifier: grant.verifier,
    ...overrides,
  };
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}

/**
 * POST to the token endpoint. `key` signs the exact body as real clients do; `token` replaces that signature
 * (null: no header).
 */
export function postToken(server, form, { key, token, headers = {}, scheme, timestamp = distinctTime() } = {}) {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const header = token !== undefined ? token : key?.token(tokenPath, { body, scheme, timestamp });
  return server.request('POST', tokenPath, {
    form: body,
    headers: { ...(header ? { 'x-auth-token': header } : {}), ...headers },
  });
}

/** Exchanges and asserts success; answers the token JSON. */
export async function exchange(server, grant, options) {
  const answer = await postToken(server, exchangeForm(grant), options);
  assert.equal(answer.status, 200, answer.describe());
  return answer.json;
}

export function refreshForm(refreshToken, clientId = 'my-app', more = {}) {
  return { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, ...more };
}

export function userinfo(server, accessToken, { method = 'GET', headers = {}, ...options } = {}) {
  const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  return server.request(method, userinfoPath, { ...options, headers: { ...authorization, ...headers } });
}

/** Asserts an answer of the OAuth shape `{"error","error_description"}`. */
export function assertOAuthError(answer, status, error, description = /./) {
  assert.equal(answer.status, status, answer.describe());
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/, answer.describe());
  assert.equal(answer.json?.error, error, answer.describe());
  assert.match(answer.json.error_description ?? '', description, answer.describe());
}

/** Asserts an answer of the session API's shape `{"message","code"}`. */
export function assertApiError(answer, status, code, message = /./) {
  assert.equal(answer.status, status, answer.describe());
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/, answer.describe());
  assert.equal(answer.json?.code, code, answer.describe());
  assert.match(answer.json.message ?? '', message, answer.describe());
}

/** The claims of a JWT, unverified. */
export function claimsOf(jwt) {
  return JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString('utf8'));
}

export function headerOf(jwt) {
  return JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url').toString('utf8'));
}

/** A form posted without a session's cookie may have come from another site, and is asked for once more as a query: that answer. */
export function askedAgain(server, path, answer) {
  const again = answer.status === 303 && answer.headers.location.startsWith(path);
  return again ? server.request('GET', answer.headers.location) : answer;
}
