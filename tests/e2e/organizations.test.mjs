// Identities as better-auth organisations, which the client's organisation calls read: sigma-contract.md §6.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertApiError, publicClient } from './support/oauth.mjs';
import { newPerson, sessionCookie } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const base = '/api/auth/organization';

forEachStore('organisations', { clients: [publicClient('my-app')] }, (context) => {
  test('the first sign-in makes the identity that derives from the key, owned by the person', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const list = await person.request(server, 'GET', `${base}/list`);
    assert.equal(list.status, 200, list.describe());
    assert.equal(list.json.length, 1);
    const [{ id, slug, name, createdAt }] = list.json;
    assert.deepEqual([id, slug], [person.bapId, person.bapId]);
    assert.ok(name);
    assert.match(createdAt, /^\d{4}-\d\d-\d\dT/);

    const full = await person.request(server, 'GET', `${base}/get-full-organization`);
    assert.equal(full.json?.id, person.bapId, full.describe());
    assert.deepEqual(full.json.invitations, []);
    assert.deepEqual(
      full.json.members.map(({ organizationId, userId, role }) => ({ organizationId, userId, role })),
      [{ organizationId: person.bapId, userId: person.userId, role: 'owner' }],
    );
    const member = await person.request(server, 'GET', `${base}/get-active-member`);
    assert.equal(member.json?.role, 'owner', member.describe());
    assert.equal(member.json.user.id, person.userId);
  });

  test('set-active answers the organisation and a renewed cookie', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const answer = await person.request(server, 'POST', `${base}/set-active`, {
      json: { organizationId: person.bapId },
    });
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.json.id, person.bapId);
    assert.ok(answer.cookies.get(sessionCookie), answer.describe());
    assert.equal((await person.session(server)).session.activeOrganizationId, person.bapId);
  });

  test('as better-auth answers: null makes none active, and then there is none to show', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const unset = await person.request(server, 'POST', `${base}/set-active`, { json: { organizationId: null } });
    assert.equal(unset.status, 200, unset.describe());
    assert.equal(unset.json, null);
    assert.equal((await person.session(server)).session.activeOrganizationId, undefined);
    const full = await person.request(server, 'GET', `${base}/get-full-organization`);
    assert.equal(full.status, 200, full.describe());
    assert.equal(full.json, null);
    const named = await person.request(server, 'GET', `${base}/get-full-organization?organizationId=${person.bapId}`);
    assert.equal(named.json.id, person.bapId, named.describe());
  });

  test("somebody else's identity and unknown ones are refused", async () => {
    const { server } = context;
    const [person, other] = [await newPerson(server), await newPerson(server)];
    for (const organizationId of [other.bapId, 'nope', '']) {
      const answer = await person.request(server, 'POST', `${base}/set-active`, { json: { organizationId } });
      if (organizationId) assertApiError(answer, 403, 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION');
      else assert.ok(answer.status >= 400 && answer.status < 500, answer.describe());
    }
    const full = await person.request(server, 'GET', `${base}/get-full-organization?organizationId=${other.bapId}`);
    assert.ok(full.status >= 400 && full.status < 500, full.describe());
    assert.equal((await person.session(server)).session.activeOrganizationId, person.bapId);
  });

  test('all of them need a session', async () => {
    const { server } = context;
    for (const path of ['list', 'get-full-organization', 'get-active-member']) {
      const answer = await server.request('GET', `${base}/${path}`);
      assertApiError(answer, 401, 'UNAUTHORIZED');
    }
    assertApiError(
      await server.request('POST', `${base}/set-active`, { json: { organizationId: 'x' } }),
      401,
      'UNAUTHORIZED',
    );
  });

  test('public-client tells the name of a client, and no secrets', async () => {
    const { server } = context;
    const known = await server.request('GET', '/api/auth/oauth2/public-client?client_id=my-app');
    assert.equal(known.status, 200, known.describe());
    assert.equal(known.json.client_id, 'my-app');
    assert.equal(known.json.client_name, 'App my-app');
    assert.doesNotMatch(known.text, /secret|member/);
    const unknown = await server.request('GET', '/api/auth/oauth2/public-client?client_id=nobody');
    assert.equal(unknown.status, 404, unknown.describe());
    assert.equal(unknown.json.error, 'not_found');
  });
});
