// Mistakes under FAPI 2.0: [what is wrong, the mistake, who must notice]. Names are without the suite's prefix.
import { importJWK, SignJWT } from 'jose';
import { inAnswers, inRedirects, isAuthorizationRequest, isToken, isUserinfo, jsonAnswer, only } from './kit.mjs';

const isPush = ({ path }) => path === '/request';

/** In pushed requests, before the server sees them. */
const inPushes = (change) => ({
  async request(exchange, tools) {
    if (isPush(exchange) && exchange.form) await change(exchange.form, tools);
  },
});

/** The assertion as its client should have made it. */
async function goodAssertion(clientId, { clients, issuer }) {
  const { private_jwks: jwks } = Object.values(clients).find((client) => client.client_id === clientId);
  const [jwk] = jwks.keys;
  return new SignJWT({ iss: clientId, sub: clientId, aud: issuer, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'PS256', kid: jwk.kid })
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(await importJWK(jwk, 'PS256'));
}

/** Answers what `keyOf` finds a second time with what came the first time. */
const repeats = (applies, keyOf, isWorthKeeping) => ({
  request(exchange, { memory }) {
    return applies(exchange) ? memory.get(keyOf(exchange)) : undefined;
  },
  response(exchange, answer, { memory }) {
    if (applies(exchange) && isWorthKeeping(answer)) memory.set(keyOf(exchange), jsonAnswer(200, answer.json));
  },
});

const assertions = [
  'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails',
  'ensure-client-assertion-with-wrong-aud-fails',
  'ensure-client-assertion-with-no-sub-fails',
  'ensure-client-assertion-with-nbf-over-60-seconds-in-future-fails',
  'ensure-signed-client-assertion-with-RS256-fails',
  'par-test-array-as-audience-for-client-assertion',
  'par-test-par-endpoint-url-as-audience-for-client-assertion',
  'par-test-token-endpoint-url-as-audience-for-client-assertion',
  'ensure-client-assertion-reuse-fails',
];
/** Those that get a code and look at how. */
const isRefusedBefore = (name) =>
  /^(ensure-(registered|response|redirect|unsigned|client)|par-|ensure-signed)/.test(name);

export const fapi2Mistakes = [
  ['no mistake at all', {}, only()],
  [
    'client assertions are not looked at',
    inPushes(async (form, tools) => form.set('client_assertion', await goodAssertion(form.get('client_id'), tools))),
    only(...assertions),
  ],
  [
    'PKCE may be left out',
    inPushes((form) => {
      if (!form.has('code_challenge')) form.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
      form.set('code_challenge_method', 'S256');
    }),
    only('par-ensure-pkce-required', 'par-plain-pkce-rejected'),
  ],
  [
    'a missing redirect_uri is filled in',
    inPushes((form, { clients }) => {
      const client = Object.values(clients).find(({ client_id: id }) => id === form.get('client_id'));
      if (!form.has('redirect_uri')) form.set('redirect_uri', client.redirect_uris[0]);
    }),
    only('ensure-redirect-uri-in-authorization-request'),
  ],
  [
    'addresses that begin like a registered one are taken',
    inPushes(
      (form) =>
        form.has('redirect_uri') &&
        form.set('redirect_uri', form.get('redirect_uri').replace(/callback\/.*/, 'callback')),
    ),
    only('ensure-registered-redirect-uri'),
  ],
  [
    'every response_type is code',
    inPushes((form) => form.set('response_type', 'code')),
    only('ensure-response-type-token-fails', 'ensure-response-type-code-idtoken-fails'),
  ],
  [
    'a request_uri inside a push is ignored',
    inPushes((form) => form.delete('request_uri')),
    only('par-authorization-request-containing-request_uri'),
  ],
  [
    'requests are pushed by GET as well',
    { request: (exchange) => (isPush(exchange) && exchange.method === 'GET' ? jsonAnswer(200, {}) : undefined) },
    only('par-attempt-invalid-http-method'),
  ],
  [
    'iss is missing in the authorization response',
    inRedirects((answer) => answer.delete('iss')),
    (name) => !isRefusedBefore(name) || name === 'ensure-client-assertion-in-token-endpoint',
  ],
  [
    'a code is good for everybody, and for ever',
    repeats(
      isToken,
      ({ form }) => form.get('code'),
      ({ status }) => status === 200,
    ),
    only('attempt-reuse-authorization-code-after-one-second'),
  ],
  [
    'a token is good without its proof',
    repeats(
      isUserinfo,
      ({ headers }) => headers.authorization.split(' ')[1],
      ({ status }) => status === 200,
    ),
    only('dpop-negative-tests'),
  ],
  [
    'tokens are not bound',
    inAnswers(isToken, ({ json }) => {
      if (json.token_type) json.token_type = 'Bearer';
    }),
    only(
      'happy-flow',
      'ensure-authorization-request-without-state-success',
      'ensure-authorization-request-without-nonce-success',
      'test-64-character-nonce',
      'test-alternate-scope-order',
      'access-token-type-header-case-sensitivity',
      'attempt-reuse-authorization-code-after-one-second',
      'dpop-negative-tests',
    ),
  ],
  [
    'refusals bring a code',
    inRedirects((answer) => {
      answer.delete('error');
      answer.set('code', answer.get('code') ?? 'x');
    }),
    only('user-rejects-authentication', 'ensure-unsigned-request-without-pushing-fails'),
  ],
  [
    'the scheme must be written DPoP',
    {
      request: (exchange) =>
        isUserinfo(exchange) && !exchange.headers.authorization?.startsWith('DPoP ') ? jsonAnswer(401, {}) : undefined,
    },
    only('access-token-type-header-case-sensitivity'),
  ],
  [
    'request parameters beside the push count',
    {
      request(exchange) {
        if (isAuthorizationRequest(exchange) && !exchange.query.has('request_uri')) {
          const url = new URL(exchange.query.get('redirect_uri'));
          url.search = new URLSearchParams({ code: 'x' });
          return { status: 303, headers: { location: String(url) }, body: '' };
        }
        return undefined;
      },
    },
    only('ensure-unsigned-request-without-pushing-fails'),
  ],
];
