// One of the two servers as a client sees it: its endpoints from discovery, and the steps that requests have in common.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { CookieJar, request } from '../../e2e/support/http.mjs';
import { signJwt } from '../../e2e/support/jws.mjs';
import { authorizeQuery, newPkce } from '../../e2e/support/oauth.mjs';
import { callback, deviceGrant, signer } from './clients.mjs';

export const bearerAssertion = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const discoveryPath = '/.well-known/openid-configuration';

export class Side {
  jar = new CookieJar();
  secrets = {};
  challenge = newPkce().challenge;

  /** @param more  {name, base, issuer, stop, newBrowser}; newBrowser answers the cookies of somebody who is signed in. */
  constructor(more) {
    Object.assign(this, more);
  }

  async discover() {
    this.discoveryPath = new URL(this.issuer).pathname.replace(/\/$/, '') + discoveryPath;
    const answer = await this.request('GET', this.discoveryPath);
    assert.equal(answer.status, 200, answer.describe());
    this.metadata = answer.json;
    return this;
  }

  /** The path of an endpoint, by its name in the discovery document without `_endpoint`. */
  path(name) {
    const url = this.metadata[`${name}_endpoint`] ?? this.metadata[name];
    assert.ok(url, `${this.name} has no ${name}`);
    return new URL(url).pathname;
  }

  request(method, path, options) {
    return request(this.base, method, path, options);
  }

  /** `parameters` over a good request of `page`; a string is the query as it stands. */
  async authorize(parameters = {}, { method = 'GET', signedIn = true, jar = this.jar, headers = {}, ...options } = {}) {
    const query =
      typeof parameters === 'string'
        ? parameters
        : authorizeQuery({
            client_id: 'page',
            redirect_uri: callback,
            code_challenge: this.challenge,
            scope: 'openid profile',
            ...parameters,
          });
    const sent = { ...(signedIn ? { cookie: jar.header() } : {}), ...headers };
    const path = this.path('authorization');
    if (method === 'POST') return this.request('POST', path, { form: query, headers: sent, ...options });
    return this.request(method, query === '' ? path : `${path}?${query}`, { headers: sent, ...options });
  }

  /** A code of `client`, with what its exchange needs. */
  async code(client = 'page', parameters = {}, options = {}) {
    const { verifier, challenge } = newPkce();
    const answer = await this.authorize({ client_id: client, code_challenge: challenge, ...parameters }, options);
    const code = new URL(answer.location ?? 'x:', callback).searchParams.get('code');
    assert.ok(code, `${this.name}: ${answer.describe()}`);
    return { code, verifier, client };
  }

  /** The form that redeems what code() gave, with `changes`; undefined drops. */
  redemption(grant, changes = {}) {
    return defined({
      grant_type: 'authorization_code',
      code: grant.code,
      redirect_uri: callback,
      client_id: grant.client,
      code_verifier: grant.verifier,
      ...changes,
    });
  }

  token(form, options = {}) {
    return this.request('POST', this.path('token'), { form, ...options });
  }

  /** Tokens of the public client `page` unless said; offline. */
  async tokens(client = 'page', parameters = { scope: 'openid profile offline_access' }) {
    const answer = await this.token(this.redemption(await this.code(client, parameters)));
    assert.equal(answer.status, 200, `${this.name}: ${answer.describe()}`);
    return answer.json;
  }

  refresh(token, more = {}) {
    return this.token(defined({ grant_type: 'refresh_token', refresh_token: token, client_id: 'page', ...more }));
  }

  /** Authorization header of a client with a secret. */
  basic(client = 'basic', secret = this.secrets[client]) {
    const encoded = [client, secret].map(encodeURIComponent).join(':');
    return { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` };
  }

  /** client_assertion members of the client `jwt`. */
  assertion(claims = {}, header = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: 'jwt', sub: 'jwt', aud: this.issuer, iat: now, exp: now + 60, jti: randomUUID(), ...claims };
    return { client_assertion: signJwt(signer, defined(all), header), client_assertion_type: bearerAssertion };
  }

  userinfo(token, { method = 'GET', headers = {}, ...options } = {}) {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return this.request(method, this.path('userinfo'), { headers: { ...authorization, ...headers }, ...options });
  }

  device(form = { client_id: 'television', scope: 'openid' }, options = {}) {
    return this.request('POST', this.path('device_authorization'), { form, ...options });
  }

  poll(deviceCode, more = {}, options = {}) {
    const form = { grant_type: deviceGrant, device_code: deviceCode, client_id: 'television', ...more };
    return this.token(defined(form), options);
  }
}

export const defined = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
