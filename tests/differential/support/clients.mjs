// The applications that both sides know, in the words of RFC 7591, and what they sign with.
import { newSigner } from '../../e2e/support/jws.mjs';

export const callback = 'https://app.example.com/cb';
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
export const personal = 'openid profile email offline_access';
export const signer = newSigner('ES256', 'jwt-1');

const withPeople = {
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: personal,
};
const publicClient = (client_id, more = {}) => ({
  client_id,
  client_name: client_id,
  token_endpoint_auth_method: 'none',
  ...withPeople,
  ...more,
});

export const secretClients = ['basic', 'post', 'machine'];
export const clients = [
  publicClient('page'),
  publicClient('other-page'),
  publicClient('asking'),
  publicClient('narrow', { scope: 'openid' }),
  publicClient('code-only', { grant_types: ['authorization_code'] }),
  publicClient('two-uris', { redirect_uris: [`${callback}/one`, `${callback}/two`] }),
  publicClient('native', { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb'] }),
  publicClient('leaving', { post_logout_redirect_uris: ['https://app.example.com/bye'] }),
  publicClient('television', {
    redirect_uris: [],
    response_types: [],
    grant_types: [deviceGrant, 'refresh_token'],
  }),
  { ...publicClient('basic'), token_endpoint_auth_method: 'client_secret_basic' },
  { ...publicClient('post'), token_endpoint_auth_method: 'client_secret_post' },
  { ...publicClient('jwt'), token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [signer.jwk] } },
  {
    client_id: 'machine',
    client_name: 'machine',
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    scope: 'reports',
  },
];
