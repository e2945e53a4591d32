// UserInfo requests: {title: side => answer}.
import { fromBrowser } from '../support/observe.mjs';

const live =
  (options, change = (token) => token) =>
  async (side) =>
    side.userinfo(change((await side.tokens()).access_token), options);

export default {
  'a good token': live(),
  'by POST': live({ method: 'POST' }),
  'in the form': async (side) =>
    side.userinfo(undefined, { method: 'POST', form: { access_token: (await side.tokens()).access_token } }),
  'in form and header': async (side) => {
    const { access_token: token } = await side.tokens();
    return side.userinfo(token, { method: 'POST', form: { access_token: token } });
  },
  'in the query': async (side) =>
    side.request('GET', `${side.path('userinfo')}?access_token=${(await side.tokens()).access_token}`),
  'as JSON': async (side) =>
    side.userinfo(undefined, { method: 'POST', json: { access_token: (await side.tokens()).access_token } }),
  'no token': (side) => side.userinfo(undefined),
  'no token, by POST': (side) => side.userinfo(undefined, { method: 'POST' }),
  'an empty token': (side) => side.userinfo(undefined, { headers: { authorization: 'Bearer ' } }),
  'a token that is none': (side) => side.userinfo('x'),
  'a token that is cut': live({}, (token) => token.slice(0, -1)),
  'a token with more behind': live({}, (token) => `${token}x`),
  'two tokens in the header': live({}, (token) => `${token} ${token}`),
  'an ID token': async (side) => side.userinfo((await side.tokens()).id_token),
  'a refresh token': async (side) => side.userinfo((await side.tokens()).refresh_token),
  'another scheme': (side) => side.userinfo(undefined, { headers: { authorization: 'Token x' } }),
  'the scheme in other case': async (side) =>
    side.userinfo(undefined, { headers: { authorization: `bearer ${(await side.tokens()).access_token}` } }),
  Basic: (side) => side.userinfo(undefined, { headers: side.basic() }),
  'DPoP without a proof': async (side) =>
    side.userinfo(undefined, { headers: { authorization: `DPoP ${(await side.tokens()).access_token}` } }),
  'without openid': async (side) => side.userinfo((await side.tokens('page', { scope: 'profile' })).access_token),
  'a machine’s token': async (side) => {
    const { json } = await side.token({ grant_type: 'client_credentials' }, { headers: side.basic('machine') });
    return side.userinfo(json.access_token);
  },
  'by PUT': live({ method: 'PUT' }),
  'from a script of another site': live({ headers: fromBrowser }),
  'an error to a script of another site': (side) => side.userinfo('x', { headers: fromBrowser }),
  preflight: (side) =>
    side.request('OPTIONS', side.path('userinfo'), {
      headers: {
        ...fromBrowser,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    }),
};
