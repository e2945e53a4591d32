// Dynamic client registration (RFC 7591, 7592): {title: side => answer}.
import { callback } from '../support/clients.mjs';
import { fromBrowser } from '../support/observe.mjs';

const good = { redirect_uris: [callback], token_endpoint_auth_method: 'none' };
const register =
  (changes = {}, options = {}) =>
  (side) =>
    side.request('POST', side.path('registration'), { json: { ...good, ...changes }, ...options });

/** Metadata over what is right. */
const metadata = {
  'a public client': {},
  'a client with a secret': { token_endpoint_auth_method: 'client_secret_basic' },
  'no method': { token_endpoint_auth_method: undefined },
  'a name and links': { client_name: 'App', client_uri: 'https://a.example', logo_uri: 'https://a.example/logo.png' },
  'no redirect_uris': { redirect_uris: undefined },
  'empty redirect_uris': { redirect_uris: [] },
  'redirect_uris as text': { redirect_uris: callback },
  'a redirect_uri that is no text': { redirect_uris: [5] },
  'a relative redirect_uri': { redirect_uris: ['/cb'] },
  'a redirect_uri with a fragment': { redirect_uris: [`${callback}#x`] },
  'a redirect_uri of javascript': { redirect_uris: ['javascript:alert(1)'] },
  'a redirect_uri over http': { redirect_uris: ['http://app.example.com/cb'] },
  'a private-use scheme for the web': { redirect_uris: ['com.example.app:/cb'] },
  'a private-use scheme, native': { application_type: 'native', redirect_uris: ['com.example.app:/cb'] },
  'loopback, native': { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb'] },
  'an unknown application_type': { application_type: 'x' },
  'an unknown method': { token_endpoint_auth_method: 'x' },
  'an unknown grant type': { grant_types: ['x'] },
  'grant types as text': { grant_types: 'authorization_code' },
  'an unknown response type': { response_types: ['x'] },
  'response type token': { response_types: ['token'], grant_types: ['implicit'] },
  'a response type without its grant': { grant_types: ['refresh_token'] },
  'an unknown scope': { scope: 'openid x' },
  'jwks that are none': { token_endpoint_auth_method: 'private_key_jwt', jwks: 'x' },
  'no jwks where they are due': { token_endpoint_auth_method: 'private_key_jwt' },
  'jwks and jwks_uri': { jwks: { keys: [] }, jwks_uri: 'https://a.example/jwks' },
  'a jwks_uri that is none': { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'x' },
  'a logo_uri of javascript': { logo_uri: 'javascript:alert(1)' },
  'contacts as text': { contacts: 'a@b.example' },
  'a signing algorithm that is none': { id_token_signed_response_alg: 'none' },
  'an unknown signing algorithm': { id_token_signed_response_alg: 'x' },
  'an unknown subject_type': { subject_type: 'x' },
  'a default_max_age of words': { default_max_age: 'x' },
  'an unknown member': { hello: 'x' },
  'a client_id of its own': { client_id: 'mine' },
};
const body =
  (text, type = 'application/json') =>
  (side) =>
    side.request('POST', side.path('registration'), { body: text, headers: { 'content-type': type } });

/** With a client that was just registered: its own URI and token. */
const managed = (what) => async (side) => {
  const { json } = await register()(side);
  return what(side, new URL(json.registration_client_uri), json);
};
const manage = (method, options = {}) =>
  managed((side, url, { registration_access_token: token }) =>
    side.request(method, url.pathname + url.search, {
      headers: { authorization: `Bearer ${options.token ?? token}` },
      ...(options.json ? { json: options.json } : {}),
    }),
  );
const update = (changes) =>
  managed((side, url, made) => {
    const {
      registration_access_token: token,
      registration_client_uri,
      client_secret_expires_at,
      client_id_issued_at,
      ...rest
    } = made;
    return side.request('PUT', url.pathname + url.search, {
      json: { ...rest, ...changes },
      headers: { authorization: `Bearer ${token}` },
    });
  });

export default {
  ...Object.fromEntries(Object.entries(metadata).map(([title, changes]) => [title, register(changes)])),
  'no body': body(''),
  'JSON that is broken': body('{'),
  'an array': body('[]'),
  'a text': body('"x"'),
  'a form': body('redirect_uris=x', 'application/x-www-form-urlencoded'),
  'text/plain': body(JSON.stringify(good), 'text/plain'),
  'by GET': (side) => side.request('GET', side.path('registration')),
  'from a script of another site': register({}, { headers: fromBrowser }),
  reading: manage('GET'),
  'reading with another token': manage('GET', { token: 'x' }),
  'reading without a token': managed((side, url) => side.request('GET', url.pathname + url.search)),
  changing: update({ client_name: 'Another' }),
  'changing to something wrong': update({ redirect_uris: ['javascript:alert(1)'] }),
  'changing its client_id': update({ client_id: 'x' }),
  deleting: manage('DELETE'),
  'deleting with another token': manage('DELETE', { token: 'x' }),
  'reading what was deleted': managed(async (side, url, { registration_access_token: token }) => {
    const path = url.pathname + url.search;
    const headers = { authorization: `Bearer ${token}` };
    await side.request('DELETE', path, { headers });
    return side.request('GET', path, { headers });
  }),
};
