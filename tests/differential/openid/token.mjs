// Token requests: {title: side => answer}.
import { callback, deviceGrant } from '../support/clients.mjs';
import { fromBrowser } from '../support/observe.mjs';

/** Changes to the exchange of a fresh code of `page`. */
const changes = {
  'a good exchange': {},
  'no grant_type': { grant_type: undefined },
  'an empty grant_type': { grant_type: '' },
  'an unknown grant_type': { grant_type: 'x' },
  'grant_type=password': { grant_type: 'password', username: 'a', password: 'b' },
  'grant_type=implicit': { grant_type: 'implicit' },
  'no client_id': { client_id: undefined },
  'an unknown client': { client_id: 'nobody' },
  'another client’s code': { client_id: 'other-page' },
  'no code': { code: undefined },
  'an empty code': { code: '' },
  'an unknown code': { code: 'x' },
  'no redirect_uri': { redirect_uri: undefined },
  'another redirect_uri': { redirect_uri: `${callback}/` },
  'no verifier': { code_verifier: undefined },
  'another verifier': { code_verifier: 'a'.repeat(43) },
  'a short verifier': { code_verifier: 'a'.repeat(42) },
  'a long verifier': { code_verifier: 'a'.repeat(129) },
  'a verifier with illegal characters': { code_verifier: `${'a'.repeat(43)}!` },
  'a secret that a public client cannot have': { client_secret: 'x' },
  'a scope of less': { scope: 'openid' },
  'a scope of more': { scope: 'openid email' },
  'an unknown parameter': { whatever: 'x' },
};
const exchanges = Object.fromEntries(
  Object.entries(changes).map(([title, change]) => [
    title,
    async (side) => side.token(side.redemption(await side.code(), change)),
  ]),
);

const codes = {
  'a code for the second time': async (side) => {
    const form = side.redemption(await side.code());
    await side.token(form);
    return side.token(form);
  },
  'the access token of a code that was used twice': async (side) => {
    const form = side.redemption(await side.code());
    const { json } = await side.token(form);
    await side.token(form);
    return side.userinfo(json.access_token);
  },
  'the right exchange after a wrong verifier': async (side) => {
    const grant = await side.code();
    await side.token(side.redemption(grant, { code_verifier: 'a'.repeat(43) }));
    return side.token(side.redemption(grant));
  },
  'a verifier, though there was no challenge': async (side) => {
    const grant = await side.code('basic', { code_challenge: undefined, code_challenge_method: undefined });
    return side.token(side.redemption(grant, { client_id: undefined }), { headers: side.basic() });
  },
};

/** How a client with a secret or a key shows it, with a fresh code of its own. */
const by = (client, form, headers) => async (side) =>
  side.token(side.redemption(await side.code(client), form?.(side)), { headers: headers?.(side) });
const authentication = {
  'a secret by Basic': by(
    'basic',
    () => ({ client_id: undefined }),
    (side) => side.basic(),
  ),
  'a secret by Basic, client_id in the form too': by('basic', undefined, (side) => side.basic()),
  'a secret by Basic, another client_id in the form': by(
    'basic',
    () => ({ client_id: 'post' }),
    (side) => side.basic(),
  ),
  'a secret by Basic, wrong': by(
    'basic',
    () => ({ client_id: undefined }),
    (side) => side.basic('basic', 'x'),
  ),
  'Basic that is no base64': by('basic', undefined, () => ({ authorization: 'Basic !!!' })),
  'Basic without a colon': by('basic', undefined, () => ({ authorization: `Basic ${btoa('basic')}` })),
  'Basic of an unknown client': by(
    'basic',
    () => ({ client_id: undefined }),
    (side) => side.basic('nobody', 'x'),
  ),
  'a bearer token as client authentication': by('basic', undefined, () => ({ authorization: 'Bearer x' })),
  'no secret where one is due': by('basic'),
  'the form’s secret where Basic is due': by('basic', (side) => ({ client_secret: side.secrets.basic })),
  'Basic and the form’s secret': by(
    'basic',
    (side) => ({ client_secret: side.secrets.basic }),
    (side) => side.basic(),
  ),
  'a secret in the form': by('post', (side) => ({ client_secret: side.secrets.post })),
  'a secret in the form, wrong': by('post', () => ({ client_secret: 'x' })),
  'a secret in the form, empty': by('post', () => ({ client_secret: '' })),
  'Basic where the form is due': by(
    'post',
    () => ({ client_id: undefined }),
    (side) => side.basic('post'),
  ),
  'an assertion': by('jwt', (side) => side.assertion()),
  'an assertion without client_id': by('jwt', (side) => ({ ...side.assertion(), client_id: undefined })),
  'an assertion for the token endpoint': by('jwt', (side) => side.assertion({ aud: side.base + side.path('token') })),
  'an assertion for another': by('jwt', (side) => side.assertion({ aud: 'https://other.example' })),
  'an assertion for several': by('jwt', (side) => side.assertion({ aud: [side.issuer, 'https://other.example'] })),
  'an assertion without exp': by('jwt', (side) => side.assertion({ exp: undefined })),
  'an assertion without jti': by('jwt', (side) => side.assertion({ jti: undefined })),
  'an assertion without aud': by('jwt', (side) => side.assertion({ aud: undefined })),
  'an assertion without iat': by('jwt', (side) => side.assertion({ iat: undefined })),
  'an assertion of yesterday': by('jwt', (side) => side.assertion({ iat: 1_700_000_000, exp: 1_700_000_060 })),
  'an assertion for a year': by('jwt', (side) => side.assertion({ exp: Math.floor(Date.now() / 1000) + 31_536_000 })),
  'an assertion of another subject': by('jwt', (side) => side.assertion({ sub: 'page' })),
  'an assertion of another issuer': by('jwt', (side) => side.assertion({ iss: 'page' })),
  'an assertion with another kid': by('jwt', (side) => side.assertion({}, { kid: 'x' })),
  'an assertion without kid': by('jwt', (side) => side.assertion({}, { kid: undefined })),
  'an assertion with another alg': by('jwt', (side) => side.assertion({}, { alg: 'RS256' })),
  'an assertion with alg none': by('jwt', (side) => side.assertion({}, { alg: 'none' })),
  'an assertion with crit': by('jwt', (side) => side.assertion({}, { crit: ['x'], x: 1 })),
  'an assertion without its type': by('jwt', (side) => ({ ...side.assertion(), client_assertion_type: undefined })),
  'an assertion of another type': by('jwt', (side) => ({ ...side.assertion(), client_assertion_type: 'x' })),
  'an assertion that is none': by('jwt', (side) => ({ ...side.assertion(), client_assertion: 'x' })),
  'an assertion for the second time': async (side) => {
    const assertion = side.assertion();
    await side.token(side.redemption(await side.code('jwt'), assertion));
    return side.token(side.redemption(await side.code('jwt'), assertion));
  },
  'an assertion and Basic': by(
    'jwt',
    (side) => side.assertion(),
    (side) => side.basic(),
  ),
  'nothing where an assertion is due': by('jwt'),
};

const refreshed = (change, client) => async (side) =>
  side.refresh((await side.tokens(client)).refresh_token, change?.(side));
const refreshing = {
  'a refresh': refreshed(),
  'a refresh for less': refreshed(() => ({ scope: 'openid' })),
  'a refresh for more': refreshed(() => ({ scope: 'openid email profile offline_access' })),
  'a refresh for something unknown': refreshed(() => ({ scope: 'x' })),
  'a refresh by another client': refreshed(() => ({ client_id: 'other-page' })),
  'a refresh without client_id': refreshed(() => ({ client_id: undefined })),
  'no refresh token': (side) => side.refresh(undefined),
  'an empty refresh token': (side) => side.refresh(''),
  'an unknown refresh token': (side) => side.refresh('x'),
  'an access token as refresh token': async (side) => side.refresh((await side.tokens()).access_token),
  'the same refresh again, at once': async (side) => {
    const { refresh_token: token } = await side.tokens();
    await side.refresh(token);
    return side.refresh(token);
  },
  'a used refresh token, its successor used too': async (side) => {
    const { refresh_token: token } = await side.tokens();
    const second = (await side.refresh(token)).json;
    await side.refresh(second.refresh_token);
    return side.refresh(token);
  },
  'the newest refresh token after such a reuse': async (side) => {
    const { refresh_token: token } = await side.tokens();
    const second = (await side.refresh(token)).json;
    const third = (await side.refresh(second.refresh_token)).json;
    await side.refresh(token);
    return side.refresh(third.refresh_token);
  },
  'a client that may not refresh': (side) => side.refresh('x', { client_id: 'code-only' }),
};

const machine =
  (form = {}, headers) =>
  (side) =>
    side.token({ grant_type: 'client_credentials', ...form }, { headers: { ...side.basic('machine'), ...headers } });
const machines = {
  client_credentials: machine(),
  'client_credentials with a scope': machine({ scope: 'reports' }),
  'client_credentials with openid': machine({ scope: 'openid' }),
  'client_credentials with an unknown scope': machine({ scope: 'x' }),
  'client_credentials without authentication': (side) =>
    side.token({ grant_type: 'client_credentials', client_id: 'machine' }),
  'client_credentials of a public client': (side) =>
    side.token({ grant_type: 'client_credentials', client_id: 'page' }),
  'client_credentials of a client without that grant': (side) =>
    side.token({ grant_type: 'client_credentials' }, { headers: side.basic() }),
  'the code grant of a machine': (side) =>
    side.token(
      { grant_type: 'authorization_code', code: 'x', redirect_uri: callback },
      { headers: side.basic('machine') },
    ),
  'the device grant of a client without it': (side) =>
    side.token({ grant_type: deviceGrant, device_code: 'x', client_id: 'page' }),
};

const form = { grant_type: 'authorization_code', code: 'x', client_id: 'page', redirect_uri: callback };
const body = new URLSearchParams(form).toString();
const typed = (type) => (side) => side.request('POST', side.path('token'), { body, headers: { 'content-type': type } });
const transport = {
  'code twice': (side) => side.token(`${body}&code=y`),
  'client_id twice': (side) => side.token(`${body}&client_id=page`),
  'grant_type twice': (side) => side.token(`${body}&grant_type=refresh_token`),
  'an unknown parameter twice': (side) => side.token(`${body}&x=1&x=2`),
  'parameters in the query': (side) => side.request('POST', `${side.path('token')}?${body}`, { form: '' }),
  'a parameter in query and body': (side) =>
    side.request('POST', `${side.path('token')}?client_id=page`, { form: body }),
  'an empty body': (side) => side.token(''),
  JSON: (side) => side.request('POST', side.path('token'), { json: form }),
  'text/plain': typed('text/plain'),
  multipart: typed('multipart/form-data; boundary=x'),
  'a charset': typed('application/x-www-form-urlencoded; charset=utf-8'),
  'no Content-Type': (side) => side.request('POST', side.path('token'), { body }),
  'by GET': (side) => side.request('GET', `${side.path('token')}?${body}`),
  'by PUT': (side) => side.request('PUT', side.path('token'), { form }),
  'from a script of another site': async (side) =>
    side.token(side.redemption(await side.code()), { headers: fromBrowser }),
  'an error to a script of another site': (side) => side.token(form, { headers: fromBrowser }),
  preflight: (side) =>
    side.request('OPTIONS', side.path('token'), {
      headers: { ...fromBrowser, 'access-control-request-method': 'POST' },
    }),
};

export default { ...exchanges, ...codes, ...authentication, ...refreshing, ...machines, ...transport };
