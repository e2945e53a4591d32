// Sets of modules, and the small changes of which mistakes are made. A mistake is described in support/proxy.mjs.

const noFlow = [
  'oidcc-idtoken-unsigned',
  'oidcc-prompt-none-not-logged-in',
  'oidcc-response-type-missing',
  'oidcc-ensure-registered-redirect-uri',
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
  'oidcc-ensure-request-object-with-redirect-uri',
  'oidcc-discovery-endpoint-verification',
  'oidcc-rp-initiated-logout-discovery-endpoint-verification',
  'oidcc-backchannel-logout-discovery-endpoint-verification',
];
export const errorRedirects = ['oidcc-prompt-none-not-logged-in', 'oidcc-response-type-missing'];
/** Those that want to come back with the state. */
export const backWithState = ['oidcc-rp-initiated-logout', 'oidcc-backchannel-rp-initiated-logout'];
export const refusedLogouts = [
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
  'oidcc-rp-initiated-logout-modified-id-token-hint',
  'oidcc-rp-initiated-logout-bad-id-token-hint',
];
/** Those that prove by prompt=none that nobody is signed in any more. */
export const signedOut = [
  ...backWithState,
  'oidcc-rp-initiated-logout-no-state',
  'oidcc-rp-initiated-logout-no-params',
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri',
  'oidcc-rp-initiated-logout-only-state',
];

export const only =
  (...names) =>
  (name) =>
    names.includes(name);
export const everything = () => true;
/** Modules with a whole sign-in: each gets an ID token and asks userinfo. */
export const everyFlow = (name) => !noFlow.includes(name);
export const everyFlowBut =
  (...names) =>
  (name) =>
    everyFlow(name) && !names.includes(name);
/** Modules in which anything comes back to the callback. */
export const everyAnswer = (name) => everyFlow(name) || errorRedirects.includes(name);

// Where things are at oidc-provider.
export const isAuthorization = ({ path }) => path.startsWith('/auth');
export const isAuthorizationRequest = ({ path }) => path === '/auth';
export const isToken = ({ path }) => path === '/token';
export const isUserinfo = ({ path }) => path === '/me';
export const isDiscovery = ({ path }) => path === '/.well-known/openid-configuration';
export const isKeySet = ({ path }) => path === '/jwks';
export const isEndSession = ({ path }) => path === '/session/end';
export const goesBack = (answer) => /^https:\/\/rp\./.test(answer.headers.location ?? '');

export const parametersOf = ({ form, query }) => form ?? query;
export const redirect = (url) => ({ status: 303, headers: { location: String(url) }, body: '' });
export const jsonAnswer = (status, json) => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(json),
});

/** A redirect to the application with an error. */
export function errorRedirect(uri, exchange, { issuer }, error) {
  const url = new URL(uri);
  url.search = new URLSearchParams({ error, iss: issuer, state: parametersOf(exchange).get('state') });
  return redirect(url);
}

/** In the claims of every ID token. */
export const inIdTokens = (change) => ({
  async response(exchange, answer, tools) {
    if (!isToken(exchange) || !answer.json?.id_token) return;
    answer.json.id_token = await tools.resign(answer.json.id_token, (claims) => change(claims, exchange));
  },
});

/** In the parameters of a redirect to the application. */
export const inRedirects = (change, applies = isAuthorization) => ({
  response(exchange, answer) {
    if (!applies(exchange) || !goesBack(answer)) return;
    const url = new URL(answer.headers.location);
    change(url.searchParams);
    answer.headers.location = String(url);
  },
});

/** In the parameters of authorization requests, before the server sees them. */
export const inRequests = (change) => ({
  request(exchange) {
    if (isAuthorizationRequest(exchange)) change(parametersOf(exchange), exchange);
  },
});

/** In answers of the endpoint that `applies` names. */
export const inAnswers = (applies, change) => ({
  response(exchange, answer, tools) {
    if (applies(exchange)) change(answer, exchange, tools);
  },
});

/** In the claims of logout tokens. */
export const inLogoutTokens = (change) => ({ logoutToken: change });
