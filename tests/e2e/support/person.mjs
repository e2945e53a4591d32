// A person with a Bitcoin key, who signs in with tokens made by the real client library (bitcoin-auth).
import { Hash, PrivateKey, Utils } from '@bsv/sdk';
import { getAuthToken } from 'bitcoin-auth';
import assert from 'node:assert/strict';
import { CookieJar } from './http.mjs';

export const signInPath = '/api/auth/sign-in/sigma';
export const tokenPath = '/api/auth/oauth2/token';
export const sessionCookie = 'better-auth.session_token';

/** A key and what follows from it. */
export class Key {
  constructor(privateKey = PrivateKey.fromRandom()) {
    this.privateKey = privateKey;
    this.wif = privateKey.toWif();
    this.pubkey = privateKey.toPublicKey().toString();
    this.address = privateKey.toAddress();
    this.bapId = bapIdOfAddress(this.address);
  }

  /** An X-Auth-Token by bitcoin-auth; `body` is what it covers, undefined for none. */
  token(requestPath, { body, scheme = 'brc77', timestamp } = {}) {
    return getAuthToken({ privateKeyWif: this.wif, requestPath, body, scheme, timestamp });
  }
}

/** BAP id = base58 of RIPEMD-160(SHA-256(root address)), sigma-contract.md §9. */
export function bapIdOfAddress(address) {
  return Utils.toBase58(Hash.hash160(address, 'utf8'));
}

/** A time near now that no other token of this process carries: two honest tokens never share their text. */
export function distinctTime(offsetMs = 0) {
  distinctTime.last = Math.max(Date.now() - 60_000, (distinctTime.last ?? 0) + 1);
  return new Date(distinctTime.last + offsetMs).toISOString();
}

export class Person extends Key {
  jar = new CookieJar();

  /** POST sign-in as the browser client does (body `{}`, not signed); asserts success and keeps the cookie. */
  async signIn(server, options = {}) {
    const answer = await this.trySignIn(server, options);
    assert.equal(answer.status, 200, answer.describe());
    this.jar.absorb(answer);
    this.sessionToken = answer.json.token;
    this.userId = answer.json.user.id;
    return answer;
  }

  /** The same without an opinion on the answer. `signed` is the body the token covers. */
  trySignIn(server, { scheme = 'brc77', body = '{}', signed, timestamp = distinctTime(), token, headers = {} } = {}) {
    return server.request('POST', signInPath, {
      body,
      headers: {
        'content-type': 'application/json',
        'x-auth-token': token ?? this.token(signInPath, { scheme, body: signed, timestamp }),
        ...headers,
      },
    });
  }

  /** A request with this person's cookie, and the server's own Origin unless `headers` says otherwise. */
  request(server, method, target, { headers = {}, ...options } = {}) {
    const origin = method === 'GET' || method === 'HEAD' ? {} : { origin: server.base };
    return server.request(method, target, {
      ...options,
      headers: { cookie: this.jar.header(), ...origin, ...headers },
    });
  }

  async session(server) {
    const answer = await this.request(server, 'GET', '/api/auth/get-session');
    assert.equal(answer.status, 200, answer.describe());
    return answer.json;
  }
}

/** Signs a new person in. */
export async function newPerson(server, options) {
  const person = new Person();
  await person.signIn(server, options);
  return person;
}
