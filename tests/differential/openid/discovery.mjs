// Discovery, keys, and paths that are none: {title: side => answer}.
import { fromBrowser } from '../support/observe.mjs';

const of = (what, method, headers) => (side) =>
  side.request(method, what === 'keys' ? side.path('jwks_uri') : side.discoveryPath, { headers });

const asked = Object.fromEntries(
  ['document', 'keys'].flatMap((what) => [
    [`the ${what}`, of(what, 'GET')],
    [`the ${what}, by HEAD`, of(what, 'HEAD')],
    [`the ${what}, by POST`, of(what, 'POST')],
    [`the ${what}, to a script of another site`, of(what, 'GET', fromBrowser)],
    [`the ${what}, preflight`, of(what, 'OPTIONS', { ...fromBrowser, 'access-control-request-method': 'GET' })],
    [`the ${what}, asked for as HTML`, of(what, 'GET', { accept: 'text/html' })],
  ]),
);

export default {
  ...asked,
  'a path that is none': (side) => side.request('GET', '/api/nothing'),
  'a path that is none, by POST': (side) => side.request('POST', '/api/nothing', { form: {} }),
};
