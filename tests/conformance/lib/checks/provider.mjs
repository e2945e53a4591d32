// What every module looks at first: discovery, the keys, and that the client's method is offered (oidcc-modules.md §3).
import { hasPrivateMaterial, isUsableKey } from '../jose.mjs';
import { parseUrl } from '../url.mjs';

export const discoveryPath = '/.well-known/openid-configuration';

/** Where the discovery document of an issuer is (OpenID Connect Discovery §4). */
export const discoveryUrl = (issuer) => `${issuer.replace(/\/$/, '')}${discoveryPath}`;

/** Fetches and checks; answers {metadata, jwks, discovery: Answer}. */
export async function discover({ http, issuer, report }) {
  const discovery = await http.request('GET', discoveryUrl(issuer));
  report.require(discovery.status === 200, `discovery answered ${discovery.describe()}`, 'OIDC Discovery §4.2');
  const metadata = discovery.json;
  report.require(
    metadata && typeof metadata === 'object',
    'the discovery document is no JSON object',
    'OIDC Discovery §4.2',
  );
  for (const name of ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
    report.require(typeof metadata[name] === 'string', `discovery has no ${name}`, 'OIDC Discovery §3');
  }
  const jwks = await fetchKeys({ http, report, uri: metadata.jwks_uri });
  return { discovery, metadata, jwks };
}

export async function fetchKeys({ http, report, uri }) {
  const answer = await http.request('GET', uri);
  report.require(answer.status === 200, `the key set answered ${answer.describe()}`, 'RFC 7517 §5');
  const keys = answer.json?.keys;
  report.require(Array.isArray(keys) && keys.length > 0, 'the key set has no list `keys`', 'RFC 7517 §5');
  for (const [at, key] of keys.entries()) {
    const name = `key ${key?.kid ?? at}`;
    report.require(key && typeof key.kty === 'string', `${name} has no kty`, 'RFC 7517 §4.1');
    report.check(!hasPrivateMaterial(key), `${name} shows private or symmetric material`, 'RFC 7517 §9.2');
    report.check(hasPrivateMaterial(key) || isUsableKey(key), `${name} is no usable public key`, 'RFC 7517 §4');
    report.check(typeof key.kid === 'string' && key.kid !== '', `${name} has no kid`, 'OIDC Core §10.1');
  }
  const ids = keys.map((key) => key.kid);
  report.check(new Set(ids).size === ids.length, 'two keys share one kid', 'RFC 7517 §4.5');
  return answer.json;
}

/** The client's authentication method must be on offer; client_secret_basic is the default of a silent server. */
export function checkClientMethod({ metadata, client, report }) {
  const method = client.token_endpoint_auth_method;
  const offered = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  report.check(offered.includes(method), `token_endpoint_auth_methods_supported lacks ${method}`, 'OIDC Discovery §3');
}

/** F unless https; http to the own machine is information only, unless the run is strict. */
export function checkHttps({ report, strictHttps }, value, name) {
  const url = parseUrl(value);
  if (!report.check(url, `${name} is no URL`, 'OIDC Discovery §3')) return;
  if (url.protocol === 'https:') return;
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (loopback && !strictHttps) report.note('http issuer, loopback: the https checks are not made');
  else report.check(false, `${name} is not https`, 'OIDC Discovery §3');
}
