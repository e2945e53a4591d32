// RP-initiated logout: {title: side => answer}. Each request has a browser of its own, which may end signed out.
import { unsignedJwt } from '../../e2e/support/jws.mjs';
import { claimsOf } from '../../e2e/support/oauth.mjs';
import { defined } from '../support/side.mjs';

const bye = 'https://app.example.com/bye';

/** An ID token of `client`, and the browser it was issued in. */
async function visit(side, client = 'leaving') {
  const jar = await side.newBrowser();
  const grant = await side.code(client, { scope: 'openid' }, { jar });
  const { id_token: hint } = (await side.token(side.redemption(grant))).json;
  return { jar, hint };
}
const leave =
  (parameters = () => ({}), { method = 'GET', client, signedIn = true } = {}) =>
  async (side) => {
    const { jar, hint } = await visit(side, client);
    const given = parameters(hint);
    const query = typeof given === 'string' ? given : String(new URLSearchParams(defined(given)));
    const headers = { accept: 'text/html', ...(signedIn ? { cookie: jar.header() } : {}) };
    const path = side.path('end_session');
    if (method === 'POST') return side.request('POST', path, { form: query, headers });
    return side.request(method, `${path}?${query}`, { headers });
  };

export default {
  'nothing said': leave(),
  'nothing said, by POST': leave(undefined, { method: 'POST' }),
  'nothing said, nobody signed in': leave(undefined, { signedIn: false }),
  'a hint': leave((hint) => ({ id_token_hint: hint })),
  'a hint, by POST': leave((hint) => ({ id_token_hint: hint }), { method: 'POST' }),
  'a hint, nobody signed in': leave((hint) => ({ id_token_hint: hint }), { signedIn: false }),
  'a hint and where to go': leave((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: bye, state: 's' })),
  'a hint and where to go, nobody signed in': leave(
    (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: bye, state: 's' }),
    { signedIn: false },
  ),
  'a hint and somewhere that is not registered': leave((hint) => ({
    id_token_hint: hint,
    post_logout_redirect_uri: 'https://evil.example/',
  })),
  'a hint and where to go, with a query': leave((hint) => ({
    id_token_hint: hint,
    post_logout_redirect_uri: `${bye}?x=1`,
  })),
  'a hint of another client and where to go': leave(
    (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: bye }),
    {
      client: 'page',
    },
  ),
  'where to go, without a hint': leave(() => ({ post_logout_redirect_uri: bye })),
  'a client and where to go': leave(() => ({ client_id: 'leaving', post_logout_redirect_uri: bye })),
  'a client and somewhere that is not registered': leave(() => ({
    client_id: 'leaving',
    post_logout_redirect_uri: 'https://evil.example/',
  })),
  'an unknown client': leave(() => ({ client_id: 'nobody' })),
  'a hint of another client than client_id': leave((hint) => ({ id_token_hint: hint, client_id: 'page' })),
  'a hint that is none': leave(() => ({ id_token_hint: 'x' })),
  'a hint with alg none': leave((hint) => ({ id_token_hint: unsignedJwt(claimsOf(hint)) })),
  'a hint with another signature': leave((hint) => ({ id_token_hint: `${hint.slice(0, -4)}AAAA` })),
  'a hint twice': leave((hint) => `id_token_hint=${hint}&id_token_hint=${hint}`),
  'by PUT': leave(undefined, { method: 'PUT' }),
};
