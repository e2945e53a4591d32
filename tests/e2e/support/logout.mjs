// The application's part in logout: it sends people to the end-session endpoint and listens on its back channel.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { authorize, claimsOf, headerOf, newPkce } from './oauth.mjs';
import { verifyJwt } from './jws.mjs';
import { patience } from './sanitized.mjs';

export const endSessionPath = '/api/auth/oauth2/end-session';
export const postLogout = 'https://app.example.com/signed-out';
/** As long as the OpenID certification suite's. */
export const longState = 'ab3_-~.9'.repeat(16);

/** GET of the end-session endpoint in the person's browser. */
export function endSession(server, person, parameters = {}, { path = endSessionPath, headers } = {}) {
  const given = parameters instanceof URLSearchParams ? parameters : Object.entries(parameters).filter(([, value]) => value !== undefined);
  const target = `${path}?${new URLSearchParams(given)}`;
  return person ? person.request(server, 'GET', target, { headers }) : server.request('GET', target, { headers });
}

/** Proven as the certification suite does it: prompt=none must fail, or succeed. */
export async function assertSignedIn(server, person, expected, clientId) {
  const { challenge } = newPkce();
  const answer = await authorize(server, person, { client_id: clientId, prompt: 'none', code_challenge: challenge });
  const query = new URL(answer.location).searchParams;
  if (expected) assert.ok(query.get('code'), answer.describe());
  else assert.equal(query.get('error'), 'login_required', answer.describe());
}

/** Asserts the question and answers what its form holds: {action, fields}. */
export function readQuestion(answer) {
  assert.equal(answer.status, 200, answer.describe());
  assert.match(answer.headers['content-type'], /^text\/html/, answer.describe());
  assert.match(answer.text, /<h1>(Sign out|Abmelden)\?<\/h1>/, answer.describe());
  const action = /<form method="post" action="([^"]+)"/.exec(answer.text)[1];
  const fields = Object.fromEntries(
    [...answer.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  return { action, fields };
}

export const confirm = (server, person, { action, fields }, options) =>
  person.request(server, 'POST', action, { form: fields, ...options });

export function assertSignedOutPage(answer) {
  assert.equal(answer.status, 200, answer.describe());
  assert.match(answer.text, /<h1>You are signed out<\/h1>/, answer.describe());
}

/**
 * A back channel receiver on loopback. `answer(notice, respond)` decides what it says; by default 200.
 * @param tls {key, cert}: serve https
 */
export async function startReceiver({ tls, answer = (_, respond) => respond.end() } = {}) {
  const receiver = new Receiver();
  receiver.answer = answer;
  const listener = (request, respond) => receiver.receive(request, respond);
  receiver.server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  await new Promise((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.server.address();
  receiver.origin = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  return receiver;
}

class Receiver {
  notices = [];
  #waiting = [];

  receive(request, respond) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const form = new URLSearchParams(body);
      const notice = { method: request.method, path: request.url, headers: request.headers, form, token: form.get('logout_token') };
      this.notices.push(notice);
      this.answer(notice, respond);
      this.#waiting = this.#waiting.filter((waiting) => !waiting());
    });
  }

  /** The notices about `person` at `path`. */
  about(person, path) {
    return this.notices.filter((notice) => notice.path === path && claimsOf(notice.token).sub === person.userId);
  }

  /** Resolves with the notices about `person` at `path` once there are `count`. */
  wait(person, path, count = 1, limitMs = 30_000 * patience) {
    return new Promise((resolve, reject) => {
      const found = () => this.about(person, path);
      const timer = setTimeout(() => reject(new Error(`${found().length} of ${count} notices at ${path}`)), limitMs);
      const check = () => {
        if (found().length < count) return false;
        clearTimeout(timer);
        resolve(found());
        return true;
      };
      if (!check()) this.#waiting.push(check);
    });
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** Back-Channel Logout §2.6: everything that a client must check. Answers the claims. */
export async function checkLogoutToken(server, notice, clientId, alg = 'RS256') {
  assert.equal(notice.method, 'POST');
  assert.match(notice.headers['content-type'], /^application\/x-www-form-urlencoded/);
  assert.deepEqual([...notice.form.keys()], ['logout_token'], 'nothing else is sent');
  const header = headerOf(notice.token);
  assert.equal(header.alg, alg);
  assert.equal(header.typ, 'logout+jwt');
  const { keys } = (await server.request('GET', '/api/auth/jwks')).json;
  const jwk = keys.find(({ kid }) => kid === header.kid);
  assert.ok(jwk, 'signed by a published key');
  assert.ok(verifyJwt(alg, createPublicKey({ key: jwk, format: 'jwk' }), notice.token), 'signature');
  const claims = claimsOf(notice.token);
  const now = Date.now() / 1000;
  assert.equal(claims.iss, server.issuer);
  assert.equal(claims.aud, clientId);
  assert.ok(claims.iat <= now + 1 && claims.iat > now - 60, 'iat');
  assert.ok(claims.exp > claims.iat && claims.exp <= claims.iat + 120, 'exp: at most two minutes');
  assert.ok(claims.jti.length >= 16);
  assert.deepEqual(claims.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.ok(claims.sub && claims.sid);
  assert.ok(!('nonce' in claims));
  return claims;
}
