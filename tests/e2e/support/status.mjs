// Introspection (RFC 7662) and revocation (RFC 7009) as a client with a member key, a secret or nothing asks for them.
import assert from 'node:assert/strict';
import { distinctTime } from './person.mjs';

export const introspectPath = '/api/auth/oauth2/introspect';
export const revokePath = '/api/auth/oauth2/revoke';

/** POST to one of the two; `key` signs the body, `headers` may hold Basic, `form` may hold a secret. */
export function askAbout(server, path, token, { clientId = 'my-app', key, headers = {}, form = {} } = {}) {
  const fields = { token, ...(clientId === null ? {} : { client_id: clientId }), ...form };
  const body = new URLSearchParams(fields).toString();
  const signature = key ? { 'x-auth-token': key.token(path, { body, timestamp: distinctTime() }) } : {};
  return server.request('POST', path, { form: body, headers: { ...signature, ...headers } });
}

export const introspect = (server, token, options) => askAbout(server, introspectPath, token, options);
export const revoke = (server, token, options) => askAbout(server, revokePath, token, options);

/** True or false as the owner hears it; asserts that a dead token is described by nothing else. */
export async function isActive(server, token, options) {
  const answer = await introspect(server, token, options);
  assert.equal(answer.status, 200, answer.describe());
  if (!answer.json.active) assert.deepEqual(answer.json, { active: false });
  return answer.json.active;
}
