// Authorization requests: {title: side => answer}.
import { callback } from '../support/clients.mjs';
import { fromBrowser } from '../support/observe.mjs';
import { authorizeQuery } from '../../e2e/support/oauth.mjs';

/** Good and bad parameters over a good request of `page` by somebody who is signed in. */
const parameters = {
  'a good request': {},
  'prompt=none': { prompt: 'none' },
  'no state': { state: undefined },
  'an empty state': { state: '' },
  'a nonce': { nonce: 'n' },
  'only openid': { scope: 'openid' },
  'without openid': { scope: 'profile' },
  offline_access: { scope: 'openid offline_access' },
  form_post: { response_mode: 'form_post' },
  'a response_mode that is unknown': { response_mode: 'x' },
  'response_mode=fragment': { response_mode: 'fragment' },
  'response_mode=query': { response_mode: 'query' },
  'ui_locales, display, login_hint and more': {
    ui_locales: 'de',
    display: 'popup',
    login_hint: 'a',
    claims_locales: 'de',
  },
  acr_values: { acr_values: 'urn:x' },
  'an unknown parameter': { whatever: 'x' },
  'max_age of a day': { max_age: '86400' },
  'max_age below zero': { max_age: '-1' },
  'max_age in words': { max_age: 'abc' },
  'prompt=login': { prompt: 'login' },
  'prompt=consent': { prompt: 'consent' },
  'prompt=select_account': { prompt: 'select_account' },
  'prompt=create': { prompt: 'create' },
  'an unknown prompt': { prompt: 'x' },
  'prompt=none and another': { prompt: 'none login' },
  'an id_token_hint that is none': { id_token_hint: 'x' },
  'no client_id': { client_id: undefined },
  'an empty client_id': { client_id: '' },
  'an unknown client': { client_id: 'nobody' },
  'an unknown client, in other case': { client_id: 'PAGE' },
  'no redirect_uri': { redirect_uri: undefined },
  'an empty redirect_uri': { redirect_uri: '' },
  'a redirect_uri that is not registered': { redirect_uri: 'https://evil.example/cb' },
  'a redirect_uri with a slash': { redirect_uri: `${callback}/` },
  'a redirect_uri with a query': { redirect_uri: `${callback}?x=1` },
  'a redirect_uri with a fragment': { redirect_uri: `${callback}#x` },
  'a redirect_uri in other case': { redirect_uri: callback.toUpperCase() },
  'a relative redirect_uri': { redirect_uri: '/cb' },
  'a redirect_uri of javascript': { redirect_uri: 'javascript:alert(1)' },
  'no response_type': { response_type: undefined },
  'response_type=token': { response_type: 'token' },
  'response_type=id_token': { response_type: 'id_token', nonce: 'n' },
  'response_type=code token': { response_type: 'code token' },
  'response_type=code id_token': { response_type: 'code id_token', nonce: 'n' },
  'response_type=none': { response_type: 'none' },
  'response_type=code code': { response_type: 'code code' },
  'an unknown response_type': { response_type: 'x' },
  'an unknown scope': { scope: 'openid x' },
  'a scope that is another client’s': { client_id: 'narrow', scope: 'openid profile' },
  'no scope': { scope: undefined },
  'a scope with a quote': { scope: 'openid "' },
  'a long scope': { scope: 'x'.repeat(3000) },
  'no challenge': { code_challenge: undefined, code_challenge_method: undefined },
  'a method without challenge': { code_challenge: undefined },
  'a challenge without method': { code_challenge_method: undefined },
  plain: { code_challenge_method: 'plain' },
  'an unknown method': { code_challenge_method: 'S512' },
  'a short challenge': { code_challenge: 'x' },
  'a challenge with illegal characters': { code_challenge: `${'x'.repeat(42)}!` },
  'a request object': { request: 'e30.e30.' },
  'a request_uri that is no pushed one': { request_uri: 'https://a.example/request' },
  'a request_uri that was never pushed': { request_uri: 'urn:ietf:params:oauth:request_uri:nothing' },
  claims: { claims: '{"userinfo":{"name":null}}' },
  'claims that are no JSON': { claims: '{' },
  'claims that are an array': { claims: '[]' },
  'two registered URIs and none sent': { client_id: 'two-uris', redirect_uri: undefined },
  'two registered URIs, one sent': { client_id: 'two-uris', redirect_uri: `${callback}/two` },
  'a client without the grant': { client_id: 'television' },
  'a machine': { client_id: 'machine' },
  'a client with a secret, without PKCE': {
    client_id: 'basic',
    code_challenge: undefined,
    code_challenge_method: undefined,
  },
  'a native client on another port': { client_id: 'native', redirect_uri: 'http://127.0.0.1:5123/cb' },
  'a native client as localhost': { client_id: 'native', redirect_uri: 'http://localhost:5123/cb' },
  'a native client on another path': { client_id: 'native', redirect_uri: 'http://127.0.0.1:5123/other' },
  'an application that asks for consent': { client_id: 'asking' },
  'consent, with prompt=none': { client_id: 'asking', prompt: 'none' },
  'consent, prompt=none, form_post': { client_id: 'asking', prompt: 'none', response_mode: 'form_post' },
  'an error with form_post': { response_type: undefined, response_mode: 'form_post' },
};
const bySignedIn = Object.fromEntries(
  Object.entries(parameters).map(([title, changes]) => [title, (side) => side.authorize(changes)]),
);

const nobody = { signedIn: false };
const byNobody = {
  'nobody is signed in': (side) => side.authorize({}, nobody),
  'nobody, prompt=none': (side) => side.authorize({ prompt: 'none' }, nobody),
  'nobody, prompt=none, form_post': (side) => side.authorize({ prompt: 'none', response_mode: 'form_post' }, nobody),
  'nobody, unknown client': (side) => side.authorize({ client_id: 'nobody' }, nobody),
  'nobody, unknown scope': (side) => side.authorize({ scope: 'openid x' }, nobody),
  'nobody, response_type=token': (side) => side.authorize({ response_type: 'token' }, nobody),
  'a session cookie that is none': (side) =>
    side.authorize({}, { signedIn: false, headers: { cookie: 'a=b; _session=x' } }),
};

const twice = (pair) => (side) =>
  side.authorize(
    `${authorizeQuery({ client_id: 'page', redirect_uri: callback, code_challenge: side.challenge, scope: 'openid' })}&${pair}`,
  );
const doubled = {
  'client_id twice': twice('client_id=page'),
  'redirect_uri twice': twice(`redirect_uri=${encodeURIComponent(callback)}`),
  'state twice': twice('state=x'),
  'scope twice': twice('scope=openid'),
  'response_type twice': twice('response_type=code'),
  'code_challenge twice': twice('code_challenge=x'),
  'nonce twice': twice('nonce=a&nonce=b'),
  'an unknown parameter twice': twice('x=1&x=2'),
};

const otherwise = {
  'by POST': (side) => side.authorize({}, { method: 'POST' }),
  'by POST, an error': (side) => side.authorize({ response_type: undefined }, { method: 'POST' }),
  'by POST, as JSON': (side) =>
    side.request('POST', side.path('authorization'), {
      json: { client_id: 'page' },
      headers: { cookie: side.jar.header() },
    }),
  'by POST, nothing': (side) => side.request('POST', side.path('authorization'), { form: '' }),
  'by PUT': (side) => side.authorize({}, { method: 'PUT' }),
  'by HEAD': (side) => side.authorize({}, { method: 'HEAD' }),
  'no parameters at all': (side) => side.authorize('', nobody),
  'from a script of another site': (side) => side.authorize({}, { headers: fromBrowser }),
  preflight: (side) =>
    side.request('OPTIONS', side.path('authorization'), {
      headers: { ...fromBrowser, 'access-control-request-method': 'GET' },
    }),
};

export default { ...bySignedIn, ...byNobody, ...doubled, ...otherwise };
