// The identities of a person, as the command line client and the web console use them: sigma-contract.md §8b.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertApiError, getCode, publicClient } from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const path = '/api/user/bap-ids';
const profilePath = '/api/bap/profile';
const lastPath = '/api/user/last-oauth-identity';

/** What the CLI sends: the cookie without Origin. */
const fromCli = (server, person, method, target, options = {}) =>
  server.request(method, target, { ...options, headers: { cookie: person.jar.header(), ...options.headers } });

forEachStore('identities of a person', { clients: [publicClient('my-app'), publicClient('unused')] }, (context) => {
  const change = (key, more = {}) => ({
    bapId: key.bapId,
    name: 'Alice',
    isPrimary: true,
    accountPubkey: key.pubkey,
    counter: 0,
    ...more,
  });
  /** Adds another key of the person's: the request is signed by it. */
  async function add(person, key, more) {
    const body = JSON.stringify(change(key, more));
    const token = key.token(path, { body, timestamp: distinctTime() });
    const headers = { 'content-type': 'application/json', 'x-auth-token': token };
    return fromCli(context.server, person, 'POST', path, { body, headers });
  }

  test('the list of a session, and what anybody may know who has the key', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const expected = {
      id: person.bapId,
      identity_key: person.bapId,
      bapId: person.bapId,
      name: person.address,
      is_primary: true,
    };
    for (const answer of [
      await fromCli(server, person, 'GET', path),
      await server.request('GET', `${path}?pubkey=${person.pubkey}`),
      await server.request('GET', `${path}?pubkey=${person.pubkey.toUpperCase()}`),
    ]) {
      assert.equal(answer.status, 200, answer.describe());
      assert.deepEqual(answer.json, { bapIds: [expected] });
    }
    assert.deepEqual((await server.request('GET', `${path}?pubkey=${new Key().pubkey}`)).json, { bapIds: [] });
    assertApiError(await server.request('GET', `${path}?pubkey=zzz`), 400, 'VALIDATION_ERROR');
    assertApiError(await server.request('GET', path), 401, 'UNAUTHORIZED');
  });

  test('name, counter and primary can be changed; consent pages and claims follow the name', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const saved = await fromCli(server, person, 'POST', path, { json: change(person, { name: 'Łucja', counter: 3 }) });
    assert.equal(saved.status, 200, saved.describe());
    assert.deepEqual(saved.json, {
      success: true,
      bapId: { bap_id: person.bapId, user_id: person.userId, account_pubkey: person.pubkey, counter: 3 },
    });
    assert.equal((await fromCli(server, person, 'GET', path)).json.bapIds[0].name, 'Łucja');
    const organizations = await person.request(server, 'GET', '/api/auth/organization/list');
    assert.equal(organizations.json[0].name, 'Łucja');
    const profile = await server.request('GET', `${profilePath}?bapId=${person.bapId}`);
    assert.equal(profile.json.result.identity.alternateName, 'Łucja', profile.describe());
  });

  test('another identity joins when its key signs the request, and signs the same person in', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const second = new Person();
    const added = await add(person, second, { name: 'Work' });
    assert.equal(added.status, 200, added.describe());
    assert.equal(added.json.bapId.user_id, person.userId);
    const { bapIds } = (await fromCli(server, person, 'GET', path)).json;
    assert.deepEqual(
      bapIds.map(({ id, is_primary }) => [id, is_primary]),
      [
        [second.bapId, true],
        [person.bapId, false],
      ],
      'one is primary',
    );
    assert.equal((await second.signIn(server)).json.user.id, person.userId);
    assert.equal((await second.session(server)).session.activeOrganizationId, undefined, 'the person chooses');
    await second.request(server, 'POST', '/api/auth/organization/set-active', {
      json: { organizationId: second.bapId },
    });
    const seen = await server.request('GET', `${path}?pubkey=${person.pubkey}`);
    assert.deepEqual(
      seen.json.bapIds.map(({ id }) => id),
      [person.bapId],
      'a key tells nothing of the others',
    );
  });

  test('whose key it is has to be proven', async () => {
    const { server } = context;
    const [person, other] = [await newPerson(server), await newPerson(server)];
    const key = new Key();
    const save = (json, headers) => fromCli(server, person, 'POST', path, { json, headers });
    assertApiError(await save(change(key)), 403, 'BAP_OWNERSHIP_FAILED', /proves/);
    assertApiError(await save(change(other)), 403, 'BAP_OWNERSHIP_FAILED', /another account/);
    assertApiError(await add(person, other), 403, 'BAP_OWNERSHIP_FAILED', /another account/);
    assertApiError(await save(change(person, { bapId: key.bapId })), 403, 'BAP_OWNERSHIP_FAILED', /derive/);
    const body = JSON.stringify(change(key));
    for (const [signer, target, signed] of [
      [person, path, body],
      [key, '/api/auth/sign-in/sigma', body],
      [key, path, undefined],
      [key, path, '{}'],
    ]) {
      const token = signer.token(target, { body: signed, timestamp: distinctTime() });
      const answer = await save(change(key), { 'x-auth-token': token });
      assert.ok([401, 403].includes(answer.status), answer.describe());
    }
    assert.deepEqual((await server.request('GET', `${path}?pubkey=${key.pubkey}`)).json, { bapIds: [] });
  });

  test('malformed changes', async () => {
    const { server } = context;
    const person = await newPerson(server);
    for (const more of [
      { bapId: 5 },
      { name: '' },
      { name: 'x'.repeat(101) },
      { name: 'a\nb' },
      { name: undefined },
      { isPrimary: 'yes' },
      { counter: -1 },
      { counter: 1.5 },
      { counter: '1' },
      { accountPubkey: 'zzz' },
    ]) {
      const answer = await fromCli(server, person, 'POST', path, { json: change(person, more) });
      assertApiError(answer, 400, 'VALIDATION_ERROR');
    }
    const form = await fromCli(server, person, 'POST', path, { form: { bapId: person.bapId } });
    assert.equal(form.status, 415, form.describe());
  });

  // Contract §6: what no browser sends.
  test('the cookie counts without Origin here, but never from another site', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const save = (headers) => fromCli(server, person, 'POST', path, { json: change(person), headers });
    assert.equal((await save({})).status, 200);
    assert.equal((await save({ origin: server.base })).status, 200);
    assertApiError(await save({ origin: 'https://evil.example' }), 403, 'INVALID_ORIGIN');
    assertApiError(await save({ origin: 'null' }), 403, 'MISSING_OR_NULL_ORIGIN');
    for (const site of ['cross-site', 'same-site', 'none', 'same-origin']) {
      assertApiError(await save({ 'sec-fetch-site': site }), 403, 'MISSING_OR_NULL_ORIGIN');
    }
    const elsewhere = await fromCli(server, person, 'POST', '/api/auth/revoke-sessions', { json: {} });
    assertApiError(elsewhere, 403, 'MISSING_OR_NULL_ORIGIN');
  });

  test('profiles are public, unknown ones 404 with an error', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const known = await server.request('GET', `${profilePath}?bapId=${person.bapId}`, {
      headers: { origin: 'https://anybody.example' },
    });
    assert.equal(known.status, 200, known.describe());
    assert.equal(known.json.status, 'OK');
    assert.equal(known.json.result.idKey, person.bapId);
    assert.equal(known.json.result.rootAddress, person.address);
    assert.equal(known.headers['access-control-allow-origin'], '*');
    const unknown = await server.request('GET', `${profilePath}?bapId=${new Key().bapId}`);
    assert.equal(unknown.status, 404, unknown.describe());
    assert.match(unknown.json.error, /not_found/);
    assertApiError(await server.request('GET', profilePath), 400, 'VALIDATION_ERROR');
  });

  test('the identity last used with an application, for its owner only', async () => {
    const { server } = context;
    const [person, other] = [await newPerson(server), await newPerson(server)];
    const last = (query) => fromCli(server, person, 'GET', `${lastPath}?${new URLSearchParams(query)}`);
    assert.deepEqual((await last({ clientId: 'my-app' })).json, { lastSelectedBapId: null });
    await getCode(server, person);
    assert.deepEqual((await last({ clientId: 'my-app' })).json, { lastSelectedBapId: person.bapId });
    assert.deepEqual((await last({ clientId: 'unused' })).json, { lastSelectedBapId: null });
    const own = await last({ clientId: 'my-app', pubkey: person.pubkey });
    assert.deepEqual(own.json, { lastSelectedBapId: person.bapId });
    assert.deepEqual((await last({ clientId: 'my-app', pubkey: other.pubkey })).json, { lastSelectedBapId: null });
    assertApiError(await last({}), 400, 'VALIDATION_ERROR');
    const target = `${lastPath}?clientId=my-app&pubkey=${person.pubkey}`;
    assertApiError(await server.request('GET', target), 401, 'UNAUTHORIZED');
  });

  test('the last one is the last one, not the first', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const second = new Key();
    await add(person, second);
    for (const bapId of [person.bapId, second.bapId, person.bapId, second.bapId]) {
      await getCode(server, person, { bapId, bap_id: bapId });
      const answer = await fromCli(server, person, 'GET', `${lastPath}?clientId=my-app`);
      assert.deepEqual(answer.json, { lastSelectedBapId: bapId });
    }
  });

  test('token-for-endpoint is not there, and says so', async () => {
    const { server } = context;
    const answer = await server.request('POST', '/api/auth/token-for-endpoint', { json: { authToken: 'x' } });
    assertApiError(answer, 501, 'NOT_IMPLEMENTED');
  });

  test('invitations: none exist, none can be made', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const base = '/api/auth/organization';
    for (const call of ['invite-member', 'accept-invitation', 'reject-invitation', 'cancel-invitation']) {
      const json = { email: 'a@example.com', role: 'owner', invitationId: 'x' };
      const answer = await person.request(server, 'POST', `${base}/${call}`, { json });
      assertApiError(answer, 403, 'INVITATIONS_NOT_SUPPORTED');
      assertApiError(await server.request('POST', `${base}/${call}`, { json }), 401, 'UNAUTHORIZED');
    }
    assertApiError(await person.request(server, 'GET', `${base}/get-invitation?id=x`), 403, 'INVITATIONS_NOT_SUPPORTED');
    for (const call of ['list-invitations', 'list-user-invitations']) {
      assert.deepEqual((await person.request(server, 'GET', `${base}/${call}`)).json, []);
    }
  });
});
