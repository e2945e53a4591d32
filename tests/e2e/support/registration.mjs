// Registering clients as software does (RFC 7591).
import assert from 'node:assert/strict';
import { callback } from './oauth.mjs';

export const path = '/api/auth/oauth2/register';
export const web = { client_name: 'Registered', redirect_uris: [callback], scope: 'openid profile email' };
export const publicWeb = { ...web, token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] };
export const bearer = (token) => ({ authorization: `Bearer ${token}` });

export function assertRegistrationError(answer, error, description = /./) {
  assert.equal(answer.status, 400, answer.describe());
  assert.equal(answer.json.error, error, answer.describe());
  assert.match(answer.json.error_description, description, answer.describe());
}

/** register asks; registered asserts success. Both answer the answer. */
export function registrar(context) {
  const register = (json, headers = {}) => context.server.request('POST', path, { json, headers });
  const registered = async (json, headers) => {
    const answer = await register(json, headers);
    assert.equal(answer.status, 201, answer.describe());
    return answer;
  };
  return { register, registered };
}
