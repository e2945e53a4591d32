// Mistakes of the token and userinfo endpoints, and of what is published: [what is wrong, the mistake, who must
// notice].
import {
  everyFlow,
  everything,
  inAnswers,
  inIdTokens,
  isDiscovery,
  isKeySet,
  isToken,
  isUserinfo,
  jsonAnswer,
  only,
} from './kit.mjs';

const discovery = 'oidcc-discovery-endpoint-verification';
const inDiscovery = (change) => inAnswers(isDiscovery, ({ json }) => change(json));
const isRefresh = (exchange) => isToken(exchange) && exchange.form?.get('grant_type') === 'refresh_token';

/** Answers a repeated code with what `again` makes of the first answer. */
const onReuse = (again) => ({
  request(exchange, { memory }) {
    const first = isToken(exchange) && memory.get(exchange.form.get('code'));
    return first ? again(first) : undefined;
  },
  response(exchange, answer, { memory }) {
    if (isToken(exchange) && exchange.form.has('code') && answer.status === 200) {
      memory.set(exchange.form.get('code'), structuredClone(answer.json));
    }
  },
});

const tokens = [
  [
    'a used code is taken again',
    onReuse((first) => jsonAnswer(200, first)),
    only('oidcc-codereuse-30seconds'),
    { patient: true },
  ],
  [
    'a used code is an invalid_request',
    onReuse(() => jsonAnswer(400, { error: 'invalid_request' })),
    only('oidcc-codereuse', 'oidcc-codereuse-30seconds'),
    { patient: true },
  ],
  [
    'a used code is a 401',
    onReuse(() => jsonAnswer(401, { error: 'invalid_grant' })),
    only('oidcc-codereuse', 'oidcc-codereuse-30seconds'),
    { patient: true },
  ],
  [
    'tokens may be cached',
    inAnswers(isToken, (answer) => delete answer.headers['cache-control']),
    only('oidcc-refresh-token'),
  ],
  [
    'a refresh token works for every client',
    {
      request(exchange, { memory }) {
        if (isRefresh(exchange)) exchange.headers.authorization = memory.get(exchange.form.get('refresh_token'));
      },
      response({ headers, ...exchange }, answer, { memory }) {
        if (isToken(exchange) && answer.json?.refresh_token)
          memory.set(answer.json.refresh_token, headers.authorization);
      },
    },
    only('oidcc-refresh-token'),
  ],
  [
    'a refreshed ID token is about somebody else',
    inIdTokens((claims, exchange) => isRefresh(exchange) && (claims.sub += 'x')),
    only('oidcc-refresh-token'),
  ],
  ['expires_in is a text', inAnswers(isToken, ({ json }) => (json.expires_in = '3600')), everyFlow],
  [
    'client_secret_post is not taken',
    {
      request: (exchange) =>
        isToken(exchange) && exchange.form.has('client_secret')
          ? jsonAnswer(401, { error: 'invalid_client' })
          : undefined,
    },
    only('oidcc-server-client-secret-post'),
  ],
  [
    'ID tokens have no kid',
    {
      async response(exchange, answer, tools) {
        if (isToken(exchange) && answer.json?.id_token)
          answer.json.id_token = await tools.withoutKid(answer.json.id_token);
      },
    },
    only('oidcc-idtoken-signature'),
  ],
];

const userinfo = [
  ['sub of userinfo is another one', inAnswers(isUserinfo, ({ json }) => (json.sub += 'x')), everyFlow],
  [
    'userinfo comes as text',
    inAnswers(isUserinfo, ({ headers }) => (headers['content-type'] = 'text/plain')),
    everyFlow,
  ],
  [
    'userinfo by GET breaks the second time',
    {
      request(exchange, { memory }) {
        const token = isUserinfo(exchange) && exchange.method === 'GET' && exchange.headers.authorization;
        if (!token) return undefined;
        if (memory.has(token)) return jsonAnswer(401, { error: 'invalid_token' });
        memory.set(token, true);
        return undefined;
      },
    },
    only('oidcc-userinfo-get'),
  ],
  [
    'userinfo by POST is about somebody else',
    inAnswers(isUserinfo, ({ json }, { method }) => {
      if (method === 'POST') json.sub = 'x';
    }),
    only('oidcc-userinfo-post-header', 'oidcc-userinfo-post-body'),
  ],
];

const published = [
  [
    'RS256 is not announced',
    inDiscovery((json) => (json.id_token_signing_alg_values_supported = ['ES256'])),
    only(discovery),
  ],
  [
    'issuer of discovery is another one',
    inDiscovery((json) => (json.issuer = 'https://x.example')),
    everythingWithIssuer(),
  ],
  [
    'scopes_supported is a text',
    inDiscovery((json) => (json.scopes_supported = 'openid profile email address phone')),
    only(discovery),
  ],
  ['no subject types', inDiscovery((json) => delete json.subject_types_supported), only(discovery)],
  [
    'a language that is none',
    inDiscovery((json) => (json.ui_locales_supported = ['english language'])),
    only(discovery),
  ],
  [
    'a registration endpoint without https',
    inDiscovery((json) => (json.registration_endpoint = 'http://x.example/register')),
    only(discovery, 'oidcc-rp-initiated-logout-discovery-endpoint-verification'),
  ],
  [
    'back-channel logout is not announced',
    inDiscovery((json) => delete json.backchannel_logout_supported),
    only('oidcc-backchannel-logout-discovery-endpoint-verification'),
  ],
  ['a private key is published', inAnswers(isKeySet, ({ json }) => (json.keys[0].d = 'AQAB')), everything],
  ['two keys with one kid', inAnswers(isKeySet, ({ json }) => json.keys.push(json.keys[0])), everything],
];

/** Who compares the issuer: all that get an ID token or an iss parameter, and the document itself. */
function everythingWithIssuer() {
  const elsewhere = ['oidcc-prompt-none-not-logged-in', 'oidcc-response-type-missing', discovery];
  return (name) => everyFlow(name) || elsewhere.includes(name);
}

export const tokenMistakes = [...tokens, ...userinfo, ...published];
