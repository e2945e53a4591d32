// Explicit enrolment, where sign-in creates nobody: sigma-contract.md §6, §1 (two tokens), §13.26.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertApiError } from './support/oauth.mjs';
import { distinctTime, Key, Person, sessionCookie, signInPath } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const signUpPath = '/api/auth/sign-up/sigma';
const bodyOf = (bapId, more = {}) => JSON.stringify({ bapId, intent: 'sign-up', ...more });

/** POST sign-up as the CLI does; `changes` replaces parts of the request (a header of null is not sent). */
function signUp(server, person, { body = bodyOf(person.bapId), signed = body, token, proof, headers = {} } = {}) {
  const sent = {
    'content-type': 'application/json',
    'x-auth-token': token === undefined ? person.token(signInPath, { timestamp: distinctTime() }) : token,
    'x-sigma-enrollment-proof':
      proof === undefined ? person.token(signUpPath, { body: signed, timestamp: distinctTime() }) : proof,
    ...headers,
  };
  const present = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null));
  return server.request('POST', signUpPath, { body, headers: present });
}

const signInAs = (server, person, bapId) => {
  const body = JSON.stringify(bapId === undefined ? {} : { bapId });
  return person.trySignIn(server, { body, signed: body });
};

forEachStore('sign-up', { env: { SIGMA_IMPLICIT_SIGN_UP: 'off' } }, (context) => {
  test('what the CLI does: sign-in is refused, sign-up enrols, sign-in works', async () => {
    const { server } = context;
    const person = new Person();
    assertApiError(await signInAs(server, person, person.bapId), 403, 'RESTORE_PROFILE_NOT_FOUND');
    assertApiError(await signInAs(server, person), 403, 'USER_NOT_FOUND');

    const enrolled = await signUp(server, person);
    assert.equal(enrolled.status, 200, enrolled.describe());
    assert.deepEqual(enrolled.json, { user: { id: enrolled.json.user.id, pubkey: person.pubkey } });
    assert.ok(enrolled.cookies.get(sessionCookie), enrolled.describe());
    assert.ok(enrolled.headers['set-auth-token'], enrolled.describe());
    person.jar.absorb(enrolled);
    const { session, user } = await person.session(server);
    assert.equal(user.id, enrolled.json.user.id);
    assert.equal(session.activeOrganizationId, person.bapId);

    const signedIn = await signInAs(server, person, person.bapId);
    assert.equal(signedIn.status, 200, signedIn.describe());
    assert.equal(signedIn.json.user.id, enrolled.json.user.id);
  });

  test('an enrolled key that enrols again is the same user: an answer may have been lost', async () => {
    const { server } = context;
    const person = new Person();
    const [first, second] = [await signUp(server, person), await signUp(server, person)];
    assert.equal(second.status, 200, second.describe());
    assert.equal(second.json.user.id, first.json.user.id);
    assert.notEqual(second.cookies.get(sessionCookie).value, first.cookies.get(sessionCookie).value);
  });

  test('twenty enrolments of one key at once make one user', async () => {
    const { server } = context;
    const person = new Person();
    const answers = await Promise.all(Array.from({ length: 20 }, () => signUp(server, person)));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    assert.equal(new Set(answers.map((answer) => answer.json.user.id)).size, 1);
  });

  test('both tokens must be there, whole, for this request and of the same key', async () => {
    const { server } = context;
    const person = new Person();
    const other = new Key();
    const time = distinctTime;
    const body = bodyOf(person.bapId);
    const table = [
      [{ token: null }, 401, 'NO_AUTH_TOKEN_PROVIDED', /X-Auth-Token/],
      [{ proof: null }, 401, 'NO_AUTH_TOKEN_PROVIDED', /X-Sigma-Enrollment-Proof/],
      [{ proof: 'abc' }, 400, 'INVALID_AUTH_TOKEN_FORMAT'],
      [{ token: 'abc' }, 400, 'INVALID_AUTH_TOKEN_FORMAT'],
      [{ signed: bodyOf(other.bapId) }, 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /body|signature/i],
      [{ proof: person.token(signUpPath, { timestamp: time() }) }, 401, 'INVALID_AUTH_TOKEN_SIGNATURE'],
      [{ proof: person.token(signInPath, { body, timestamp: time() }) }, 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /path/i],
      [{ token: person.token(signUpPath, { timestamp: time() }) }, 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /path/i],
      [{ token: person.token(signInPath, { body, timestamp: time() }) }, 401, 'INVALID_AUTH_TOKEN_SIGNATURE'],
      [{ token: other.token(signInPath, { timestamp: time() }) }, 403, 'BAP_OWNERSHIP_FAILED', /different keys/],
      [{ proof: other.token(signUpPath, { body, timestamp: time() }) }, 403, 'BAP_OWNERSHIP_FAILED'],
      [{ body: bodyOf(other.bapId) }, 403, 'BAP_OWNERSHIP_FAILED', /derive/],
      [{ body: '{"intent":"sign-up"}' }, 400, 'VALIDATION_ERROR', /bapId/],
      [{ body: JSON.stringify({ bapId: person.bapId }) }, 400, 'VALIDATION_ERROR', /intent/],
      [{ body: bodyOf(person.bapId, { intent: 'sign-in' }) }, 400, 'VALIDATION_ERROR', /intent/],
      [{ body: '{' }, 400, 'VALIDATION_ERROR'],
      [{ headers: { 'content-type': 'text/plain' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ];
    for (const [changes, status, code, message] of table) {
      const answer = await signUp(server, person, changes);
      assertApiError(answer, status, code, message);
      assert.equal(answer.cookies.size, 0, answer.describe());
    }
    assertApiError(await signInAs(server, person), 403, 'USER_NOT_FOUND');
  });

  test('each of the tokens is good for one request', async () => {
    const { server } = context;
    const person = new Person();
    const token = person.token(signInPath, { timestamp: distinctTime() });
    const proof = person.token(signUpPath, { body: bodyOf(person.bapId), timestamp: distinctTime() });
    assert.equal((await signUp(server, person, { token, proof })).status, 200);
    assertApiError(await signUp(server, person, { proof }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /used before/);
    assertApiError(await signUp(server, person, { token }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /used before/);
    assertApiError(await person.trySignIn(server, { token }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE', /used before/);
  });

  test("somebody else's identity is theirs: BAP_OWNERSHIP_FAILED, for sign-in and sign-up", async () => {
    const { server } = context;
    const [owner, thief] = [new Person(), new Person()];
    await signUp(server, owner);
    assertApiError(await signInAs(server, thief, owner.bapId), 403, 'BAP_OWNERSHIP_FAILED');
    assertApiError(await signUp(server, thief, { body: bodyOf(owner.bapId) }), 403, 'BAP_OWNERSHIP_FAILED');
  });
});

test('where sign-in creates users, sign-up is one of the ways in', async () => {
  const server = await startServer();
  try {
    const person = new Person();
    const enrolled = await signUp(server, person);
    assert.equal(enrolled.status, 200, enrolled.describe());
    assert.equal((await person.signIn(server)).json.user.id, enrolled.json.user.id);
  } finally {
    await server.stop();
  }
});
