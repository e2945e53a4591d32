// Both sides of the device flow: the program that starts and polls, the person's page that looks and answers.
import assert from 'node:assert/strict';
import { fullScope, publicClient, sigmaClient } from './oauth.mjs';
import { Key } from './person.mjs';

export const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const device = { grant_types: [grantType, 'refresh_token'], redirect_uris: [], response_types: [] };
export const member = new Key();
export const clients = [
  publicClient('television', { ...device, client_name: 'Television', client_uri: 'https://tv.example.com' }),
  publicClient('radio', device),
  sigmaClient('robot', member, device),
  publicClient('web-app'),
];

export const start = (server, body = { client_id: 'television', scope: fullScope }, path = '/api/auth/device/code', headers = {}) =>
  server.request('POST', path, { json: body, headers });

/** Starts and asserts; answers {device_code, user_code, …}. */
export async function begin(server, body) {
  const answer = await start(server, body);
  assert.equal(answer.status, 200, answer.describe());
  return answer.json;
}

export const poll = (server, codes, overrides = {}, options = { path: '/api/auth/device/token' }) =>
  server.request('POST', options.path, {
    [options.as ?? 'json']: {
      grant_type: grantType,
      device_code: codes.device_code,
      client_id: 'television',
      ...overrides,
    },
    headers: options.headers,
  });

export const look = (server, person, userCode, options = {}) => {
  const target = `/api/auth/device?user_code=${encodeURIComponent(userCode)}`;
  return person ? person.request(server, 'GET', target, options) : server.request('GET', target, options);
};

/** The person’s answer; `what` is approve or deny. */
export const answer = (server, person, what, userCode, more = {}, options = {}) =>
  person.request(server, 'POST', `/api/auth/device/${what}`, { json: { userCode, ...more }, ...options });

/** As from this address, through the proxy that `env` trusts. */
export const from = (address) => ({ headers: { 'x-forwarded-for': address } });

/** Another address for what is limited by network: the tests of one file must not throttle each other. */
let networks = 0;
export const env = { SIGMA_TRUSTED_PROXIES: '127.0.0.1/32' };
export const elsewhere = () => ({
  'x-forwarded-for': `198.51.${Math.floor(++networks / 250)}.${(networks % 250) + 1}`,
});
