// Introspection and revocation requests: {title: side => answer}.
import { fromBrowser } from '../support/observe.mjs';

/** Tokens of the client `basic`, which can authenticate. */
async function own(side) {
  const form = side.redemption(await side.code('basic', { scope: 'openid offline_access' }), { client_id: undefined });
  return (await side.token(form, { headers: side.basic() })).json;
}
const ask =
  (endpoint, form, { headers, ...options } = {}) =>
  async (side) => {
    const fields = typeof form === 'function' ? await form(side) : form;
    return side.request('POST', side.path(endpoint), {
      form: fields,
      headers: { ...side.basic(), ...headers?.(side) },
      ...options,
    });
  };
const access = async (side) => ({ token: (await own(side)).access_token });
const refresh = async (side) => ({ token: (await own(side)).refresh_token });
const foreign = async (side) => ({ token: (await side.tokens()).access_token });

/** What both endpoints are asked alike. */
const common = (endpoint) => ({
  'an access token': ask(endpoint, access),
  'a refresh token': ask(endpoint, refresh),
  'a right hint': ask(endpoint, async (side) => ({ ...(await access(side)), token_type_hint: 'access_token' })),
  'a wrong hint': ask(endpoint, async (side) => ({ ...(await access(side)), token_type_hint: 'refresh_token' })),
  'an unknown hint': ask(endpoint, async (side) => ({ ...(await access(side)), token_type_hint: 'x' })),
  'a token that is none': ask(endpoint, { token: 'x' }),
  'an ID token': ask(endpoint, async (side) => ({ token: (await own(side)).id_token })),
  'another client’s token': ask(endpoint, foreign),
  'no token': ask(endpoint, {}),
  'an empty token': ask(endpoint, { token: '' }),
  'the token twice': ask(endpoint, 'token=x&token=y'),
  'no authentication': (side) => side.request('POST', side.path(endpoint), { form: { token: 'x' } }),
  'a wrong secret': ask(endpoint, { token: 'x' }, { headers: (side) => side.basic('basic', 'x') }),
  'an unknown client': ask(endpoint, { token: 'x' }, { headers: (side) => side.basic('nobody', 'x') }),
  'only a client_id where a secret is due': (side) =>
    side.request('POST', side.path(endpoint), { form: { token: 'x', client_id: 'basic' } }),
  'a public client': (side) => side.request('POST', side.path(endpoint), { form: { token: 'x', client_id: 'page' } }),
  'a public client’s own token': async (side) =>
    side.request('POST', side.path(endpoint), {
      form: { token: (await side.tokens()).access_token, client_id: 'page' },
    }),
  'an assertion': async (side) =>
    side.request('POST', side.path(endpoint), { form: { token: 'x', ...side.assertion() } }),
  'a secret in the form': (side) =>
    side.request('POST', side.path(endpoint), {
      form: { token: 'x', client_id: 'post', client_secret: side.secrets.post },
    }),
  JSON: (side) => side.request('POST', side.path(endpoint), { json: { token: 'x' }, headers: side.basic() }),
  'by GET': (side) => side.request('GET', `${side.path(endpoint)}?token=x`, { headers: side.basic() }),
  'from a script of another site': ask(endpoint, { token: 'x' }, { headers: () => fromBrowser }),
});
const prefixed = (prefix, group) =>
  Object.fromEntries(Object.entries(group).map(([title, run]) => [`${prefix}, ${title}`, run]));

const after = {
  'introspection, a revoked access token': async (side) => {
    const { access_token: token } = await own(side);
    await ask('revocation', { token })(side);
    return ask('introspection', { token })(side);
  },
  'introspection, the access token of a revoked refresh token': async (side) => {
    const tokens = await own(side);
    await ask('revocation', { token: tokens.refresh_token })(side);
    return ask('introspection', { token: tokens.access_token })(side);
  },
  'introspection, a refresh token that was used': async (side) => {
    const { refresh_token } = await own(side);
    await side.token({ grant_type: 'refresh_token', refresh_token }, { headers: side.basic() });
    return ask('introspection', { token: refresh_token })(side);
  },
  'introspection, another client’s token after that client tried to revoke it': async (side) => {
    const { access_token: token } = await own(side);
    await side.request('POST', side.path('revocation'), { form: { token, client_id: 'page' } });
    return ask('introspection', { token })(side);
  },
  'userinfo, a revoked access token': async (side) => {
    const { access_token: token } = await own(side);
    await ask('revocation', { token })(side);
    return side.userinfo(token);
  },
};

export default {
  ...prefixed('introspection', common('introspection')),
  ...prefixed('revocation', common('revocation')),
  ...after,
};
