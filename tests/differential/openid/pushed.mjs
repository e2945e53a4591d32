// Pushed authorization requests (RFC 9126): {title: side => answer}.
import { authorizeQuery } from '../../e2e/support/oauth.mjs';
import { callback } from '../support/clients.mjs';
import { fromBrowser } from '../support/observe.mjs';

const form = (side, changes = {}) =>
  authorizeQuery({
    client_id: 'page',
    redirect_uri: callback,
    code_challenge: side.challenge,
    scope: 'openid profile',
    ...changes,
  });
const push =
  (changes, { headers, ...options } = {}) =>
  (side) =>
    side.request('POST', side.path('pushed_authorization_request'), {
      form: typeof changes === 'string' ? `${form(side)}&${changes}` : form(side, changes?.(side) ?? {}),
      headers: headers?.(side),
      ...options,
    });
/** An authorization with what was pushed by `page`. */
const use =
  (changes = {}, options) =>
  async (side) => {
    const { request_uri } = (await push()(side)).json;
    const query = new URLSearchParams(
      Object.entries({ client_id: 'page', request_uri, ...changes }).filter(([, v]) => v),
    );
    return side.authorize(String(query), options);
  };

/** What is wrong with the request itself. */
const faults = {
  'no response_type': { response_type: undefined },
  'response_type=token': { response_type: 'token' },
  'an unknown scope': { scope: 'openid x' },
  'no challenge': { code_challenge: undefined, code_challenge_method: undefined },
  plain: { code_challenge_method: 'plain' },
  'a redirect_uri that is not registered': { redirect_uri: 'https://evil.example/cb' },
  'no redirect_uri': { redirect_uri: undefined },
  'an unknown response_mode': { response_mode: 'x' },
  'prompt=none and another': { prompt: 'none login' },
  'max_age in words': { max_age: 'x' },
  'a request_uri inside': { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
  'a request object': { request: 'e30.e30.' },
  'an unknown client': { client_id: 'nobody' },
  'no client_id': { client_id: undefined },
  'another client that may not': { client_id: 'television' },
};

export default {
  'a push': push(),
  ...Object.fromEntries(Object.entries(faults).map(([title, changes]) => [`a push, ${title}`, push(() => changes)])),
  'a push, scope twice': push('scope=openid'),
  'a push, client_id twice': push('client_id=page'),
  'a push, a secret by Basic': push(() => ({ client_id: undefined }), { headers: (side) => side.basic() }),
  'a push, a wrong secret': push(() => ({ client_id: 'basic' }), { headers: (side) => side.basic('basic', 'x') }),
  'a push, no secret': push(() => ({ client_id: 'basic' })),
  'a push, an assertion': push((side) => ({ client_id: 'jwt', ...side.assertion() })),
  'a push, an assertion that is none': push((side) => ({
    client_id: 'jwt',
    ...side.assertion(),
    client_assertion: 'x',
  })),
  'a push as JSON': (side) =>
    side.request('POST', side.path('pushed_authorization_request'), { json: { client_id: 'page' } }),
  'a push by GET': (side) => side.request('GET', `${side.path('pushed_authorization_request')}?${form(side)}`),
  'a push from a script of another site': push(undefined, { headers: () => fromBrowser }),
  'its use': use(),
  'its use by nobody': use({}, { signedIn: false }),
  'its use by another client': use({ client_id: 'other-page' }),
  'its use without client_id': use({ client_id: undefined }),
  'its use with other parameters beside it': use({ scope: 'openid x', redirect_uri: 'https://evil.example/cb' }),
  'its use with a request object': use({ request: 'e30.e30.' }),
  'its second use': async (side) => {
    const { request_uri } = (await push()(side)).json;
    const query = String(new URLSearchParams({ client_id: 'page', request_uri }));
    await side.authorize(query);
    return side.authorize(query);
  },
};
