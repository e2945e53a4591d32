// better-auth's organisation client, which @sigma-auth/better-auth-plugin re-exports, unmodified: an organisation is an
// identity of the person. sigma-contract.md §6, §11.
import { createAuthClient } from 'better-auth/client';
import { organizationClient } from 'better-auth/client/plugins';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distinctTime, Key, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

forEachStore('the organisation client from npm', {}, (context) => {
  /** A client in the browser of that person. */
  const clientOf = (person) => {
    const { server } = context;
    const customFetchImpl = (url, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('cookie', person.jar.header());
      headers.set('origin', server.base);
      return fetch(String(url), { ...init, headers });
    };
    return createAuthClient({
      baseURL: `${server.base}/api/auth`,
      fetchOptions: { customFetchImpl },
      plugins: [organizationClient()],
    });
  };
  /** Adds another identity, whose key signs the request. */
  async function add(person, key) {
    const path = '/api/user/bap-ids';
    const body = JSON.stringify({ bapId: key.bapId, name: 'Work', isPrimary: false, accountPubkey: key.pubkey, counter: 0 });
    const headers = { 'content-type': 'application/json', 'x-auth-token': key.token(path, { body, timestamp: distinctTime() }) };
    const answer = await person.request(context.server, 'POST', path, { body, headers });
    assert.equal(answer.status, 200, answer.describe());
  }

  test('list, set-active, full organisation and member', async () => {
    const person = await newPerson(context.server);
    const second = new Key();
    await add(person, second);
    const { organization } = clientOf(person);

    const list = await organization.list();
    assert.equal(list.error, null);
    assert.deepEqual(
      list.data.map(({ id, slug }) => [id, slug]),
      [
        [person.bapId, person.bapId],
        [second.bapId, second.bapId],
      ],
    );
    assert.ok(list.data.every(({ createdAt }) => !Number.isNaN(new Date(createdAt).getTime())));

    const active = await organization.setActive({ organizationId: second.bapId });
    assert.equal(active.data?.id, second.bapId, JSON.stringify(active.error));
    const full = await organization.getFullOrganization();
    assert.equal(full.data?.id, second.bapId, JSON.stringify(full.error));
    assert.deepEqual(full.data.members.map(({ role, userId }) => [role, userId]), [['owner', person.userId]]);
    assert.deepEqual(full.data.invitations, []);
    const named = await organization.getFullOrganization({ query: { organizationId: person.bapId } });
    assert.equal(named.data?.id, person.bapId, JSON.stringify(named.error));
    const member = await organization.getActiveMember();
    assert.deepEqual([member.data?.organizationId, member.data?.role], [second.bapId, 'owner']);
  });

  test('an identity of somebody else is refused, invitations are too', async () => {
    const person = await newPerson(context.server);
    const other = await newPerson(context.server);
    const { organization } = clientOf(person);
    const active = await organization.setActive({ organizationId: other.bapId });
    assert.deepEqual([active.error?.status, active.error?.code], [403, 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION']);
    const invited = await organization.inviteMember({ email: 'a@example.com', role: 'member' });
    assert.deepEqual([invited.error?.status, invited.error?.code], [403, 'INVITATIONS_NOT_SUPPORTED']);
    assert.deepEqual((await organization.listInvitations()).data, []);
    assert.equal((await person.session(context.server)).session.activeOrganizationId, person.bapId);
  });
});
