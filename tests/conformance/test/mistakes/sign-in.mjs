// Mistakes between the authorization request and the ID token: [what is wrong, the mistake, who must notice].
import {
  errorRedirect,
  errorRedirects,
  everyAnswer,
  everyFlow,
  everyFlowBut,
  goesBack,
  inAnswers,
  inIdTokens,
  inRedirects,
  inRequests,
  isAuthorization,
  isAuthorizationRequest,
  isDiscovery,
  isToken,
  only,
  parametersOf,
  signedOut,
} from './kit.mjs';

const unsignedObjects = [
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
];

const announcesUnsignedObjects = inAnswers(isDiscovery, ({ json }) => {
  json.request_object_signing_alg_values_supported = ['RS256', 'none'];
});

const idTokens = [
  [
    'nonce missing in the ID token',
    inIdTokens((claims) => delete claims.nonce),
    everyFlowBut('oidcc-ensure-request-without-nonce-succeeds-for-code-flow'),
  ],
  ['iss of the ID token has a slash more', inIdTokens((claims) => (claims.iss += '/')), everyFlow],
  ['aud of the ID token is another client', inIdTokens((claims) => (claims.aud = 'somebody')), everyFlow],
  ['exp of the ID token in milliseconds', inIdTokens((claims) => (claims.exp *= 1000)), everyFlow],
  ['iat of the ID token an hour ago', inIdTokens((claims) => (claims.iat -= 3600)), everyFlow],
  ['at_hash wrong', inIdTokens((claims) => (claims.at_hash = 'bm90IHRoZSBoYXNoICAgIA')), everyFlow],
  ['email_verified is a text', inIdTokens((claims) => (claims.email_verified = 'true')), everyFlow],
  [
    'the ID token is signed by nobody',
    inAnswers(isToken, ({ json }) => {
      json.id_token = json.id_token?.replace(/[^.]*$/, (signature) => [...signature].reverse().join(''));
    }),
    everyFlow,
  ],
  [
    'the ID token has another alg than was registered',
    inAnswers(isToken, ({ json }) => {
      const header = Buffer.from(JSON.stringify({ alg: 'PS256' })).toString('base64url');
      json.id_token = json.id_token?.replace(/^[^.]*/, header);
    }),
    everyFlow,
  ],
  [
    'auth_time moves without a sign-in',
    inIdTokens((claims) => {
      if (claims.auth_time) claims.auth_time -= 1000 + Math.floor(Math.random() * 1e6);
    }),
    only('oidcc-max-age-10000', 'oidcc-max-age-1'),
  ],
];

const authorizationResponses = [
  [
    'iss of the authorization response is another one',
    inRedirects((answer) => answer.set('iss', 'https://x.example')),
    everyAnswer,
  ],
  ['state comes back altered', inRedirects((answer) => answer.set('state', `${answer.get('state')}x`)), everyAnswer],
  [
    'state is cut to 100 characters',
    inRedirects((answer) => answer.set('state', answer.get('state').slice(0, 100))),
    only('oidcc-prompt-none-not-logged-in'),
  ],
  [
    'errors come with a code',
    inRedirects((answer) => answer.set('code', answer.get('code') ?? 'x')),
    only(...errorRedirects, ...signedOut),
  ],
  [
    'error descriptions with quotation marks',
    inRedirects((answer) => answer.has('error') && answer.set('error_description', 'say "please"')),
    only(...errorRedirects, ...signedOut),
  ],
  [
    'a code of 40 bits',
    {
      response(exchange, answer, { memory }) {
        if (!isAuthorization(exchange) || !goesBack(answer)) return;
        const url = new URL(answer.headers.location);
        if (!url.searchParams.has('code')) return;
        const short = memory.size.toString(32).padStart(8, '0');
        memory.set(short, url.searchParams.get('code'));
        url.searchParams.set('code', short);
        answer.headers.location = String(url);
      },
      request(exchange, { memory }) {
        const code = isToken(exchange) && memory.get(exchange.form.get('code'));
        if (code) exchange.form.set('code', code);
      },
    },
    only('oidcc-server', 'oidcc-server-client-secret-post'),
  ],
  [
    'redirects to addresses that begin like a registered one',
    {
      request(exchange, tools) {
        const uri = parametersOf(exchange).get('redirect_uri') ?? '';
        if (!isAuthorizationRequest(exchange) || !uri.includes('/callback/')) return undefined;
        return errorRedirect(uri, exchange, tools, 'invalid_request');
      },
    },
    only('oidcc-ensure-registered-redirect-uri', 'oidcc-ensure-request-object-with-redirect-uri'),
  ],
  [
    'reads a request object, and says that it does not',
    {
      request(exchange, tools) {
        const uri = parametersOf(exchange).get('redirect_uri') ?? '';
        if (!isAuthorizationRequest(exchange) || !parametersOf(exchange).has('request')) return undefined;
        return errorRedirect(uri.replace(/\/callback\/.*/, '/callback'), exchange, tools, 'request_not_supported');
      },
    },
    only('oidcc-ensure-request-object-with-redirect-uri'),
  ],
];

const wishes = [
  [
    'prompt=login is ignored',
    inRequests((request) => request.get('prompt') === 'login' && request.delete('prompt')),
    only('oidcc-prompt-login'),
  ],
  [
    'prompt=none is ignored',
    inRequests((request) => request.get('prompt') === 'none' && request.delete('prompt')),
    only('oidcc-prompt-none-not-logged-in', ...signedOut),
  ],
  [
    'max_age is ignored',
    inRequests((request) => request.delete('max_age')),
    only('oidcc-max-age-1', 'oidcc-max-age-10000'),
  ],
  [
    'forgets who is signed in',
    inRequests((_, exchange) => delete exchange.headers.cookie),
    only('oidcc-prompt-none-logged-in', 'oidcc-max-age-10000', 'oidcc-id-token-hint'),
  ],
  [
    'a missing response_type is taken for code',
    inRequests((request) => request.set('response_type', 'code')),
    only('oidcc-response-type-missing'),
  ],
  [
    'unsigned request objects are announced, then ignored',
    {
      ...announcesUnsignedObjects,
      ...inRequests((request) => (request.delete('request'), request.delete('request_uri'))),
    },
    only(...unsignedObjects),
  ],
  ['unsigned request objects are announced, then refused: allowed', announcesUnsignedObjects, only()],
];

// Each of these parameters may be without effect, but must do no harm.
const intolerance = [
  [{ extra: 'foobar' }, 'oidcc-ensure-request-with-unknown-parameter-succeeds'],
  [{ display: 'page' }, 'oidcc-display-page'],
  [{ display: 'popup' }, 'oidcc-display-popup'],
  [{ ui_locales: 'se' }, 'oidcc-ui-locales'],
  [{ claims_locales: 'se' }, 'oidcc-claims-locales'],
  [{ scope: 'openid profile' }, 'oidcc-scope-profile'],
  [{ scope: 'openid email' }, 'oidcc-scope-email'],
  [{ scope: 'email openid' }, 'oidcc-alternate-happy-flow'],
  [{ scope: 'openid address' }, 'oidcc-scope-address'],
  [{ scope: 'openid phone' }, 'oidcc-scope-phone'],
  [{ scope: 'openid profile email address phone' }, 'oidcc-scope-all'],
  [{ code_challenge_method: 'S256' }, 'oidcc-ensure-request-with-valid-pkce-succeeds'],
];
const intolerantParameters = {
  login_hint: 'oidcc-login-hint',
  acr_values: 'oidcc-ensure-request-with-acr-values-succeeds',
  claims: 'oidcc-claims-essential',
  id_token_hint: 'oidcc-id-token-hint',
};

const harm = [
  [
    'refuses parameters that it does not like',
    {
      request(exchange, tools) {
        const request = parametersOf(exchange);
        const disliked =
          intolerance.some(([like]) => Object.entries(like).every(([name, value]) => request.get(name) === value)) ||
          Object.keys(intolerantParameters).some((name) => request.has(name));
        if (!isAuthorizationRequest(exchange) || !disliked) return undefined;
        return errorRedirect(request.get('redirect_uri'), exchange, tools, 'invalid_request');
      },
    },
    only(...intolerance.map(([, name]) => name), ...Object.values(intolerantParameters)),
  ],
  [
    'refuses requests without a nonce',
    {
      request(exchange, tools) {
        const request = parametersOf(exchange);
        if (!isAuthorizationRequest(exchange) || request.has('nonce') || request.has('request')) return undefined;
        return errorRedirect(request.get('redirect_uri'), exchange, tools, 'invalid_request');
      },
    },
    only('oidcc-ensure-request-without-nonce-succeeds-for-code-flow'),
  ],
  [
    'takes authorization requests by GET only',
    {
      request: (exchange) =>
        isAuthorizationRequest(exchange) && exchange.method === 'POST'
          ? { status: 405, headers: {}, body: '' }
          : undefined,
    },
    only('oidcc-ensure-post-request-succeeds'),
  ],
];

export const signInMistakes = [...idTokens, ...authorizationResponses, ...wishes, ...harm];
