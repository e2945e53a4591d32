// What Sigma's clients ask: {group: {title: side => answer}}.
import { claim, flipBit } from '../../e2e/support/forge.mjs';
import { refreshForm } from '../../e2e/support/oauth.mjs';
import { distinctTime, Key, Person, signInPath, tokenPath } from '../../e2e/support/person.mjs';
import { consents, devices, organizations } from './people.mjs';
import { anonymous, call, member, otherMember } from './side.mjs';

const day = 86_400_000;
const at = (ms) => new Date(Date.now() + ms).toISOString();

/** A sign-in by somebody new; `how` is what trySignIn takes, or a function of the person that gives it. */
const signIn = (how) => (side) => {
  const person = new Person();
  return person.trySignIn(side, typeof how === 'function' ? how(person) : how);
};
const withToken = (change) =>
  signIn((person) => ({ token: change(person.token(signInPath, { timestamp: distinctTime() }), person) }));
const part = (at, text) =>
  withToken((token) =>
    token
      .split('|')
      .map((value, i) => (i === at ? text : value))
      .join('|'),
  );

const signingIn = {
  brc77: signIn({}),
  bsm: signIn({ scheme: 'bsm' }),
  'with a signed body': signIn({ body: '{"x":1}', signed: '{"x":1}' }),
  'with a body signed otherwise': signIn({ body: '{"x":1}', signed: '{"x":2}' }),
  'without a body': signIn({ body: undefined }),
  'with an empty body': signIn({ body: '' }),
  'with a body that is no JSON': signIn({ body: 'x' }),
  'with an array': signIn({ body: '[]' }),
  'with a bapId of another type': signIn({ body: '{"bapId":5}' }),
  'with an unknown member': signIn({ body: '{"hello":"x"}' }),
  'as a form': signIn({ body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  'as text': signIn({ body: '{}', headers: { 'content-type': 'text/plain' } }),
  'with one’s own bapId': signIn((person) => ({ body: JSON.stringify({ bapId: person.bapId }) })),
  'with a bapId of nobody': signIn({ body: JSON.stringify({ bapId: new Key().bapId }) }),
  twice: async (side) => {
    const person = await side.person();
    return person.trySignIn(side);
  },
  'no token': (side) => side.request('POST', signInPath, { json: {} }),
  'an empty token': signIn({ token: '' }),
  'a token of one word': signIn({ token: 'x' }),
  'four fields': withToken((token) => token.split('|').slice(1).join('|')),
  'six fields': withToken((token) => `${token}|x`),
  'an unknown scheme': part(1, 'x'),
  'a scheme in capitals': part(1, 'BRC77'),
  'no key': part(0, ''),
  'a key that is none': part(0, 'x'),
  'a key in capitals': withToken((token) => token.replace(/^[^|]*/, (key) => key.toUpperCase())),
  'another claimed key, brc77': withToken((token) => claim(token, new Key().pubkey)),
  'another claimed key, bsm': signIn((person) => ({
    token: claim(person.token(signInPath, { scheme: 'bsm', timestamp: distinctTime() }), new Key().pubkey),
  })),
  'a changed bit, brc77': withToken((token) => flipBit(token, -1)),
  'a changed bit, bsm': signIn((person) => ({
    token: flipBit(person.token(signInPath, { scheme: 'bsm', timestamp: distinctTime() }), 40),
  })),
  'a signature that is no base64': part(4, '!!!'),
  'an empty signature': part(4, ''),
  'a garbled signature': part(4, 'AAAA'),
  'for another path': signIn((person) => ({ token: person.token('/x', { timestamp: distinctTime() }) })),
  'for the path with a query': signIn((person) => ({
    token: person.token(`${signInPath}?x`, { timestamp: distinctTime() }),
  })),
  'of ten minutes ago': signIn({ timestamp: at(-600_000) }),
  'of a year ago': signIn({ timestamp: at(-365 * day) }),
  'of tomorrow': signIn({ timestamp: at(day) }),
  'at no time': signIn({ timestamp: 'x' }),
  'the same token twice': async (side) => {
    const person = new Person();
    const token = person.token(signInPath, { timestamp: distinctTime() });
    await person.trySignIn(side, { token });
    return person.trySignIn(side, { token });
  },
  'by GET': (side) => side.request('GET', signInPath),
  'with a trailing slash': (side) => {
    const token = new Person().token(signInPath, { timestamp: distinctTime() });
    return side.request('POST', `${signInPath}/`, { json: {}, headers: { 'x-auth-token': token } });
  },
};

const sessions = {
  'get-session': call('GET', '/api/auth/get-session'),
  'get-session of nobody': anonymous('GET', '/api/auth/get-session'),
  'get-session with a cookie that is none': anonymous('GET', '/api/auth/get-session', {
    headers: { cookie: 'better-auth.session_token=x.y' },
  }),
  'get-session by bearer token': async (side) => {
    const person = await side.person();
    return side.request('GET', '/api/auth/get-session', {
      headers: { authorization: `Bearer ${person.sessionToken}` },
    });
  },
  'get-session by a bearer token that is none': anonymous('GET', '/api/auth/get-session', {
    headers: { authorization: 'Bearer x' },
  }),
  'get-session by POST': call('POST', '/api/auth/get-session', { json: {} }),
  'sign-out': call('POST', '/api/auth/sign-out', { json: {} }),
  'sign-out of nobody': anonymous('POST', '/api/auth/sign-out', { json: {} }),
  'sign-out without a body': call('POST', '/api/auth/sign-out'),
  'sign-out from another site': call('POST', '/api/auth/sign-out', {
    json: {},
    headers: { origin: 'https://evil.example' },
  }),
  'sign-out with a null origin': call('POST', '/api/auth/sign-out', { json: {}, headers: { origin: 'null' } }),
  'sign-out without an origin': async (side) => {
    const person = await side.person();
    return side.request('POST', '/api/auth/sign-out', { json: {}, headers: { cookie: person.jar.header() } });
  },
  'sign-out by GET': call('GET', '/api/auth/sign-out'),
  'get-session after sign-out': async (side) => {
    const person = await side.person();
    await side.as(person, 'POST', '/api/auth/sign-out', { json: {} });
    return side.as(person, 'GET', '/api/auth/get-session');
  },
  'list-sessions': call('GET', '/api/auth/list-sessions'),
  'list-sessions of nobody': anonymous('GET', '/api/auth/list-sessions'),
  'revoke-session of one’s own': async (side) => {
    const person = await side.person();
    return side.as(person, 'POST', '/api/auth/revoke-session', { json: { token: person.sessionToken } });
  },
  'revoke-session of somebody else': async (side) => {
    const other = await side.person();
    return side.as(await side.person(), 'POST', '/api/auth/revoke-session', { json: { token: other.sessionToken } });
  },
  'revoke-session without a token': call('POST', '/api/auth/revoke-session', { json: {} }),
  'revoke-session of nobody': anonymous('POST', '/api/auth/revoke-session', { json: { token: 'x' } }),
  'revoke-sessions': call('POST', '/api/auth/revoke-sessions', { json: {} }),
  'revoke-sessions of nobody': anonymous('POST', '/api/auth/revoke-sessions', { json: {} }),
  'revoke-other-sessions': call('POST', '/api/auth/revoke-other-sessions', { json: {} }),
  ok: anonymous('GET', '/api/auth/ok'),
  'error page': anonymous('GET', '/api/auth/error'),
  'a path that is none': anonymous('GET', '/api/auth/nothing'),
  'a path that is none, by POST': anonymous('POST', '/api/auth/nothing', { json: {} }),
};

const authorized = (parameters, options) => async (side) => side.authorize(await side.person(), parameters, options);
const json = { headers: { accept: 'application/json' } };
const authorizing = {
  'a good request': authorized(),
  'a good request, as a script': authorized({}, json),
  'a good request, as a browser’s script': authorized({}, { headers: { 'sec-fetch-mode': 'cors' } }),
  nobody: (side) => side.authorize(undefined),
  'nobody, as a script': (side) => side.authorize(undefined, {}, json),
  'nobody, prompt=none': (side) => side.authorize(undefined, { prompt: 'none' }),
  'an unknown client': authorized({ client_id: 'nobody' }),
  'no client': authorized({ client_id: undefined }),
  'another redirect_uri': authorized({ redirect_uri: 'https://evil.example/cb' }),
  'no response_type': authorized({ response_type: undefined }),
  'response_type=token': authorized({ response_type: 'token' }),
  'an unknown scope': authorized({ scope: 'openid x' }),
  'the scopes of old clients': authorized({ scope: 'openid profile bsv:tools' }),
  'no challenge': authorized({ client_id: 'plain-app', code_challenge: undefined, code_challenge_method: undefined }),
  plain: authorized({ code_challenge_method: 'plain' }),
  'prompt=login': authorized({ prompt: 'login' }),
  'prompt=consent': authorized({ prompt: 'consent' }),
  'prompt=select_account': authorized({ prompt: 'select_account' }),
  'prompt=create': authorized({ prompt: 'create' }),
  'prompt=none': authorized({ prompt: 'none' }),
  'an application that asks': authorized({ client_id: 'asking-app' }),
  'an application that asks, prompt=none': authorized({ client_id: 'asking-app', prompt: 'none' }),
  'no state': authorized({ state: undefined }),
  'a nonce': authorized({ nonce: 'n' }),
  'bapId of nobody': authorized({ bapId: new Key().bapId }),
  'a provider': authorized({ provider: 'github' }),
};

const exchanged = (changes, options) => (side) => side.exchange(changes, options);
const tokens = {
  'a good exchange': exchanged(),
  'a good exchange, bsm': exchanged({}, { scheme: 'bsm' }),
  'no X-Auth-Token': exchanged({}, { token: null }),
  'an X-Auth-Token that is none': exchanged({}, { token: 'x' }),
  'another key': exchanged({}, { key: otherMember }),
  'the key of nobody': exchanged({}, { key: new Key() }),
  'for another path': exchanged({}, { path: '/x' }),
  'for the path of 2025': exchanged({}, { path: '/oauth2/token' }),
  'over another body': exchanged({}, { signed: (body) => `${body}&x=1` }),
  'over no body': exchanged({}, { signed: () => undefined }),
  'of ten minutes ago': exchanged({}, { timestamp: at(-600_000) }),
  'of tomorrow': exchanged({}, { timestamp: at(day) }),
  'at no time': exchanged({}, { timestamp: 'x' }),
  'no grant_type': exchanged({ grant_type: undefined }),
  'an unknown grant_type': exchanged({ grant_type: 'x' }),
  'no client_id': exchanged({ client_id: undefined }),
  'an unknown client': exchanged({ client_id: 'nobody' }),
  'a client without member key': exchanged({ client_id: 'plain-app' }),
  'another client’s code': exchanged({ client_id: 'other-app' }, { key: otherMember }),
  'no code': exchanged({ code: undefined }),
  'an unknown code': exchanged({ code: 'x' }),
  'no redirect_uri': exchanged({ redirect_uri: undefined }),
  'another redirect_uri': exchanged({ redirect_uri: 'https://app.example.com/other' }),
  'no verifier': exchanged({ code_verifier: undefined }),
  'another verifier': exchanged({ code_verifier: 'a'.repeat(43) }),
  'a code twice': async (side) => {
    const grant = await side.code();
    await side.exchange({}, {}, grant);
    return side.exchange({}, {}, grant);
  },
  'the same X-Auth-Token twice': async (side) => {
    const form = refreshForm('x');
    const body = new URLSearchParams(form).toString();
    const token = member.token(tokenPath, { body, timestamp: distinctTime() });
    await side.token(body, { token });
    return side.token(body, { token });
  },
  JSON: (side) => side.request('POST', '/api/auth/oauth2/token', { json: { grant_type: 'authorization_code' } }),
  nothing: (side) => side.request('POST', '/api/auth/oauth2/token', { form: '' }),
  'by GET': (side) => side.request('GET', '/api/auth/oauth2/token'),
  'a refresh': async (side) => side.token(refreshForm((await side.tokens()).refresh_token)),
  'a refresh for less': async (side) =>
    side.token(refreshForm((await side.tokens()).refresh_token, 'my-app', { scope: 'openid' })),
  'a refresh for more': async (side) =>
    side.token(
      refreshForm((await side.tokens(undefined, 'openid offline_access')).refresh_token, 'my-app', {
        scope: 'openid profile',
      }),
    ),
  'a refresh without X-Auth-Token': async (side) =>
    side.token(refreshForm((await side.tokens()).refresh_token), { token: null }),
  'a refresh by another client': async (side) =>
    side.token(refreshForm((await side.tokens()).refresh_token, 'other-app'), { key: otherMember }),
  'an unknown refresh token': (side) => side.token(refreshForm('x')),
  'no refresh token': (side) => side.token({ grant_type: 'refresh_token', client_id: 'my-app' }),
  'a used refresh token': async (side) => {
    const { refresh_token: token } = await side.tokens();
    await side.token(refreshForm(token));
    return side.token(refreshForm(token));
  },
};

const asking = (path, options) => async (side) => {
  const { access_token: token } = await side.tokens();
  return side.request('GET', path, { headers: { authorization: `Bearer ${token}` }, ...options });
};
const userinfo = {
  'a good token': asking('/api/auth/oauth2/userinfo'),
  'no token': anonymous('GET', '/api/auth/oauth2/userinfo'),
  'a token that is none': anonymous('GET', '/api/auth/oauth2/userinfo', { headers: { authorization: 'Bearer x' } }),
  'without openid': async (side) => {
    const { access_token: token } = await side.tokens(undefined, 'profile');
    return side.request('GET', '/api/auth/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } });
  },
  'a session token': async (side) => {
    const { sessionToken } = await side.person();
    return side.request('GET', '/api/auth/oauth2/userinfo', { headers: { authorization: `Bearer ${sessionToken}` } });
  },
  'after sign-out': async (side) => {
    const person = await side.person();
    const { access_token: token } = await side.tokens(person, 'openid');
    await side.as(person, 'POST', '/api/auth/sign-out', { json: {} });
    return side.request('GET', '/api/auth/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } });
  },
};

const documents = {
  discovery: anonymous('GET', '/api/auth/.well-known/openid-configuration'),
  'discovery for OAuth': anonymous('GET', '/api/auth/.well-known/oauth-authorization-server'),
  keys: anonymous('GET', '/api/auth/jwks'),
  'introspection without authentication': anonymous('POST', '/api/auth/oauth2/introspect', { form: { token: 'x' } }),
  'revocation without authentication': anonymous('POST', '/api/auth/oauth2/revoke', { form: { token: 'x' } }),
};

export default { signingIn, sessions, authorizing, tokens, userinfo, organizations, consents, devices, documents };
