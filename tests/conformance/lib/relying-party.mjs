// The tester's side of one module: an application with a client registration and browsers in front of people. Every
// answer is checked on its way (oidcc-modules.md §3).
import { createHash, randomBytes } from 'node:crypto';
import { checkAuthorizationError, checkAuthorizationResponse } from './checks/authorization.mjs';
import { checkIdToken } from './checks/id-token.mjs';
import { checkClientMethod } from './checks/provider.mjs';
import { checkTokenResponse } from './checks/tokens.mjs';
import { checkUserinfo } from './checks/userinfo.mjs';

export const randomText = (bytes = 16) => randomBytes(bytes).toString('base64url');

/** What a `prompt=none` request is answered with when somebody would have to do something. */
export const interactionErrors = [
  'login_required',
  'interaction_required',
  'account_selection_required',
  'consent_required',
];

export class RelyingParty {
  /**
   * @param context {http, metadata, jwks, report, run}: the provider as discovered, and the settings of the run
   * @param client  a registration with client_id, client_secret, token_endpoint_auth_method and redirect_uris
   * @param common  parameters of every authorization request, such as response_mode
   */
  constructor(context, client, common = {}) {
    this.context = context;
    this.client = client;
    this.common = common;
    checkClientMethod({ ...context, client });
  }

  /** The parameters of an authorization request; a value of undefined drops one. */
  authorizationRequest(overrides = {}) {
    const parameters = {
      client_id: this.client.client_id,
      redirect_uri: this.client.redirect_uris[0],
      scope: 'openid',
      state: randomText(),
      nonce: randomText(),
      response_type: 'code',
      ...this.common,
      ...overrides,
    };
    return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  }

  /** Sends the browser to the authorization endpoint; answers {sent, visit} without an opinion. */
  async authorize(browser, overrides = {}, { method = 'GET', reverse = false } = {}) {
    const sent = this.authorizationRequest(overrides);
    const pairs = Object.entries(sent);
    if (reverse) pairs.reverse();
    const endpoint = new URL(this.context.metadata.authorization_endpoint);
    if (method === 'POST') return { sent, visit: await browser.visit(endpoint, { method, form: pairs }) };
    for (const [name, value] of pairs) endpoint.searchParams.append(name, value);
    return { sent, visit: await browser.visit(endpoint) };
  }

  /** The same, and the answer must be a code; answers {sent, visit, code}. */
  async getCode(browser, overrides, options) {
    const { sent, visit } = await this.authorize(browser, overrides, options);
    return { sent, visit, code: checkAuthorizationResponse(this.context, visit, sent) };
  }

  /** The same, and the answer must be one of the errors `expected`. */
  async getError(browser, overrides, expected) {
    const { sent, visit } = await this.authorize(browser, overrides);
    return checkAuthorizationError(this.context, visit, sent, expected);
  }

  /** A whole flow: code, tokens, ID token, userinfo, all checked. `asked` names further claims for the ID token. */
  async signIn(browser, overrides, { verifier, asked, ...options } = {}) {
    const { sent, visit, code } = await this.getCode(browser, overrides, options);
    const answer = await this.exchange(code, { redirect_uri: sent.redirect_uri, code_verifier: verifier });
    const tokens = checkTokenResponse(this.context, answer);
    const idToken = await this.checkIdToken(tokens.id_token, { sent, accessToken: tokens.access_token, code, asked });
    const userinfo = checkUserinfo(this.context, await this.userinfo(tokens.access_token), idToken);
    return { sent, visit, code, tokens, idToken, userinfo };
  }

  checkIdToken(jwt, details) {
    return checkIdToken(this.context, jwt, { client: this.client, ...details });
  }

  exchange(code, more = {}) {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: this.client.redirect_uris[0], ...more });
  }

  refresh(refreshToken, more = {}) {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more });
  }

  /** POST to the token endpoint with this client's authentication; answers without an opinion. */
  token(parameters) {
    const { client_id: id, client_secret: secret, token_endpoint_auth_method: method } = this.client;
    const form = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
    const headers = {};
    if (method === 'client_secret_basic') {
      // RFC 6749 §2.3.1: both halves in the form encoding.
      const half = (text) => new URLSearchParams({ x: text }).toString().slice(2);
      headers.authorization = `Basic ${Buffer.from(`${half(id)}:${half(secret)}`).toString('base64')}`;
    } else {
      form.client_id = id;
      if (method === 'client_secret_post') form.client_secret = secret;
    }
    return this.context.http.request('POST', this.context.metadata.token_endpoint, { form, headers });
  }

  userinfo(accessToken, { method = 'GET', inBody = false } = {}) {
    const uri = this.context.metadata.userinfo_endpoint;
    this.context.report.require(typeof uri === 'string', 'discovery has no userinfo_endpoint', 'OIDC Discovery §3');
    const options = inBody ? { form: { access_token: accessToken } } : { headers: bearer(accessToken) };
    return this.context.http.request(method, uri, options);
  }

  /** Proves that nobody is signed in in this browser any more. */
  async checkSignedOut(browser) {
    const { sent, visit } = await this.authorize(browser, { prompt: 'none' });
    checkAuthorizationError(this.context, visit, sent, interactionErrors);
  }
}

const bearer = (token) => ({ authorization: `Bearer ${token}` });

export function newPkce() {
  const verifier = randomText(32);
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
