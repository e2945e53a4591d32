// The tester's side under FAPI 2.0: pushed requests, PKCE, private_key_jwt, and tokens that are bound to a key (DPoP).
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { checkAuthorizationResponse, checkErrorText } from './checks/authorization.mjs';
import { checkTokenResponse } from './checks/tokens.mjs';
import { checkUserinfo } from './checks/userinfo.mjs';
import { newPkce, randomText, RelyingParty } from './relying-party.mjs';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A key for DPoP proofs: {alg, privateKey, publicJwk, thumbprint}. */
export async function newProofKey(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { alg, privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) };
}

export class SecureParty extends RelyingParty {
  #nonces = new Map();

  static async create(context, client, common) {
    const party = new SecureParty(context, client, common);
    const [jwk] = client.private_jwks?.keys ?? [];
    context.report.require(jwk, `the client ${client.client_id} of the configuration has no private_jwks`);
    party.signingKey = { jwk, alg: client.token_endpoint_auth_signing_alg ?? jwk.alg };
    party.proofKey = await newProofKey();
    return party;
  }

  /** A client assertion; a claim of undefined is left out. */
  async assertion(claims = {}, { alg = this.signingKey.alg } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const { client_id: id } = this.client;
    const all = {
      iss: id,
      sub: id,
      aud: this.context.metadata.issuer,
      jti: randomText(),
      iat: now,
      exp: now + 60,
      ...claims,
    };
    const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const { jwk } = this.signingKey;
    return new SignJWT(present).setProtectedHeader({ alg, kid: jwk.kid }).sign(await importJWK(jwk, alg));
  }

  /** The form members that prove the client; `assertion` null: none. */
  async #proven(form, assertion) {
    const own = assertion === undefined ? await this.assertion() : assertion;
    const proof = own === null ? {} : { client_assertion_type: assertionType, client_assertion: own };
    return { client_id: this.client.client_id, ...form, ...proof };
  }

  /** A DPoP proof; `claims` and `header` replace members, those of undefined are left out. */
  async proof(method, url, { accessToken, key = this.proofKey, claims = {}, header = {}, signWith } = {}) {
    const without = (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url');
    const nonce = this.#nonces.get(new URL(url).pathname);
    const iat = Math.floor(Date.now() / 1000);
    const payload = without({ jti: randomText(), htm: method, htu: String(url), iat, ath, nonce, ...claims });
    const protectedHeader = without({ typ: 'dpop+jwt', alg: key.alg, jwk: key.publicJwk, ...header });
    if (!['none', 'ES256', 'PS256', 'RS256', 'EdDSA'].includes(protectedHeader.alg))
      return rawJwt(protectedHeader, payload);
    if (protectedHeader.alg === 'none') return `${rawJwt(protectedHeader, payload).replace(/[^.]*$/, '')}`;
    return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(signWith ?? key.privateKey);
  }

  /**
   * A request with a proof. A server that wants a nonce gets it, once.
   * @param makeProof makes the value(s) of the DPoP header, after the nonce is known; null: no header
   */
  async send(method, url, { form, headers = {}, makeProof = () => this.proof(method, url) }) {
    const path = new URL(url).pathname;
    for (let attempt = 0; ; ++attempt) {
      const sent = typeof form === 'function' ? await form() : form;
      const dpop = makeProof && (await makeProof());
      const options = { form: sent, headers: { ...headers, ...(dpop ? { dpop } : {}) } };
      const answer = await this.context.http.request(method, url, options);
      const nonce = answer.headers['dpop-nonce'];
      if (nonce) this.#nonces.set(path, nonce);
      const wanted = /use_dpop_nonce/.test(`${answer.text} ${answer.headers['www-authenticate']}`);
      if (!wanted || !nonce || attempt > 0) return answer;
    }
  }

  /** POST to the pushed authorization request endpoint; answers {sent, verifier, answer}. */
  async push(overrides = {}, { assertion, makeProof = null } = {}) {
    const uri = this.context.metadata.pushed_authorization_request_endpoint;
    this.context.report.require(uri, 'discovery has no pushed_authorization_request_endpoint', 'RFC 9126 §5');
    const { verifier, challenge } = newPkce();
    const sent = this.authorizationRequest({ code_challenge: challenge, code_challenge_method: 'S256', ...overrides });
    const answer = await this.send('POST', uri, { form: () => this.#proven(sent, assertion), makeProof });
    return { sent, verifier, answer };
  }

  /** The same, and it must work; adds the request_uri. */
  async pushed(overrides, options) {
    const { report } = this.context;
    const push = await this.push(overrides, options);
    report.require(push.answer.status === 201, `the push answered ${push.answer.describe()}`, 'RFC 9126 §2.2');
    const { request_uri: requestUri, expires_in: expiresIn } = push.answer.json ?? {};
    report.require(typeof requestUri === 'string', 'the push brought no request_uri', 'RFC 9126 §2.2');
    report.check(expiresIn > 0 && expiresIn < 600, `expires_in of the push is ${expiresIn}`, 'FAPI 2.0 §5.3.2.2');
    return { ...push, requestUri, expiresIn };
  }

  /** Sends the browser with client_id and request_uri only. */
  visit(browser, requestUri, more = {}) {
    const endpoint = new URL(this.context.metadata.authorization_endpoint);
    const parameters = { client_id: this.client.client_id, request_uri: requestUri, ...more };
    for (const [name, value] of Object.entries(parameters)) endpoint.searchParams.append(name, value);
    return browser.visit(endpoint);
  }

  /** Push, sign in, code; answers {sent, verifier, code, requestUri}. */
  async getSecureCode(browser, overrides, options) {
    const pushed = await this.pushed(overrides, options);
    const visit = await this.visit(browser, pushed.requestUri);
    const code = checkAuthorizationResponse(this.context, visit, pushed.sent);
    const { iss } = Object.fromEntries(visit.arrived.parameters);
    this.context.report.check(iss !== undefined, 'the authorization response has no iss', 'FAPI 2.0 §5.3.2.2');
    return { ...pushed, code };
  }

  /** POST to the token endpoint. */
  exchangeSecurely({ code, verifier, sent }, more = {}, { assertion, makeProof } = {}) {
    const form = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: sent.redirect_uri,
      ...more,
    };
    const present = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
    const url = this.context.metadata.token_endpoint;
    return this.send('POST', url, { form: () => this.#proven(present, assertion), makeProof });
  }

  /** Userinfo with the token and a proof. */
  resource(accessToken, { scheme = 'DPoP', makeProof } = {}) {
    const url = this.context.metadata.userinfo_endpoint;
    const own = () => this.proof('GET', url, { accessToken });
    const headers = { authorization: `${scheme} ${accessToken}` };
    return this.send('GET', url, { headers, makeProof: makeProof === undefined ? own : makeProof });
  }

  /** The whole flow, all of it checked. */
  async signInSecurely(browser, overrides) {
    const granted = await this.getSecureCode(browser, overrides);
    const answer = await this.exchangeSecurely(granted);
    const tokens = checkTokenResponse(this.context, answer, { tokenType: 'dpop' });
    const details = { sent: granted.sent, accessToken: tokens.access_token, code: granted.code };
    const idToken = await this.checkIdToken(tokens.id_token, details);
    const userinfo = checkUserinfo(this.context, await this.resource(tokens.access_token), idToken);
    return { ...granted, tokens, idToken, userinfo };
  }

  /** A JSON error with clean words; `codes` are those that fit. */
  checkRefused(answer, what, codes, statuses = [400, 401]) {
    const { report } = this.context;
    const refused = statuses.includes(answer.status);
    if (!report.check(refused, `${what}: a refusal expected, got ${answer.describe()}`, 'FAPI 2.0 §5.3')) return;
    const error = answer.json?.error;
    report.check(
      codes.includes(error),
      `${what}: the error is ${error}, expected ${codes.join(' or ')}`,
      'RFC 6749 §5.2',
    );
    if (answer.json) checkErrorText(this.context, answer.json);
  }
}

/** A JWT with a signature that nobody made. */
function rawJwt(header, payload) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${'A'.repeat(86)}`;
}
