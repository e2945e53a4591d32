// One of the two servers as Sigma's own client sees it.
import assert from 'node:assert/strict';
import { request } from '../../e2e/support/http.mjs';
import { authorizeQuery, callback, exchangeForm, newPkce } from '../../e2e/support/oauth.mjs';
import { distinctTime, Key, Person, tokenPath } from '../../e2e/support/person.mjs';

export const member = new Key();
export const otherMember = new Key();
const keys = { 'my-app': member, 'other-app': otherMember, 'asking-app': new Key() };
export const clients = [...Object.keys(keys), 'plain-app'].map((client_id) => ({
  client_id,
  client_name: client_id,
  redirect_uris: [callback],
  scope: 'openid profile email offline_access',
  skip_consent: client_id !== 'asking-app',
  ...(keys[client_id] && { member_pubkey: keys[client_id].pubkey }),
}));

export class SigmaSide {
  constructor({ name, base, stop }) {
    Object.assign(this, { name, base, stop });
  }

  request(method, path, options) {
    return request(this.base, method, path, options);
  }

  /** Somebody new, signed in. */
  async person() {
    const person = new Person();
    await person.signIn(this);
    return person;
  }

  as(person, method, path, options = {}) {
    return person.request(this, method, path, options);
  }

  authorize(person, parameters = {}, options = {}) {
    const { challenge } = newPkce();
    const query = authorizeQuery({ code_challenge: challenge, ...parameters });
    const path = `/api/auth/oauth2/authorize?${query}`;
    return person ? this.as(person, 'GET', path, options) : this.request('GET', path, options);
  }

  /** A code of `client` for somebody new, or `person`. */
  async code(client = 'my-app', { person, ...parameters } = {}) {
    const { verifier, challenge } = newPkce();
    const somebody = person ?? (await this.person());
    const answer = await this.authorize(somebody, { client_id: client, code_challenge: challenge, ...parameters });
    const code = new URL(answer.location ?? 'x:', callback).searchParams.get('code');
    assert.ok(code, `${this.name}: ${answer.describe()}`);
    return { code, verifier, redirectUri: callback, clientId: client };
  }

  /** POST to the token endpoint, signed with `key` over the body unless `signed` says another. */
  token(form, { key = member, path = tokenPath, signed, scheme, timestamp = distinctTime(), headers, token } = {}) {
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
    const given =
      token === undefined ? key?.token(path, { body: signed ? signed(body) : body, scheme, timestamp }) : token;
    return this.request('POST', tokenPath, {
      form: body,
      headers: { ...(given ? { 'x-auth-token': given } : {}), ...headers },
    });
  }

  async exchange(changes = {}, options = {}, grant) {
    return this.token(exchangeForm(grant ?? (await this.code()), changes), options);
  }

  async tokens(person, scope = 'openid profile email offline_access') {
    const answer = await this.exchange({}, {}, await this.code('my-app', { person, scope }));
    assert.equal(answer.status, 200, `${this.name}: ${answer.describe()}`);
    return answer.json;
  }
}

/** A request by somebody new who is signed in; one by nobody. */
export const call = (method, path, options) => async (side) => side.as(await side.person(), method, path, options);
export const anonymous = (method, path, options) => (side) => side.request(method, path, options);
