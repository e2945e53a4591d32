// Clients of a person who is signed in: the calls of better-auth's oauth-provider (contract §6) and of Sigma's command
// line (§8b). Security case 60 on this side: nobody sees or changes what is another's, nobody decides for the operator.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, callback, exchange, newPkce, postToken } from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const api = '/api/auth/oauth2';
const web = { client_name: 'Mine', redirect_uris: [callback], token_endpoint_auth_method: 'client_secret_post' };

forEachStore('clients of a person', {}, (context) => {
  const call = (person, method, target, json, options = {}) =>
    person.request(context.server, method, `${api}${target}`, { ...(json === undefined ? {} : { json }), ...options });
  const create = async (person, json = web, options) => {
    const answer = await call(person, 'POST', '/create-client', json, options);
    assert.equal(answer.status, 201, answer.describe());
    return answer.json;
  };

  test('create, read, list, change, rotate, delete', async () => {
    const person = await newPerson(context.server);
    const made = await create(person);
    assert.equal(made.ownerBapId, person.bapId);
    assert.equal(made.owner_bap_id, person.bapId);
    assert.deepEqual([made.skip_consent, made.disabled, made.verified], [false, false, false]);
    assert.deepEqual(made.grant_types, ['authorization_code']);
    assert.equal(made.client_secret_expires_at, 0);
    const { client_secret: secret, client_secret_expires_at: _, ...rest } = made;

    const read = await call(person, 'GET', `/get-client?client_id=${made.client_id}`);
    assert.equal(read.status, 200, read.describe());
    assert.deepEqual(read.json, rest, 'everything but the secret');
    const second = await create(person, { ...web, client_name: 'Second' });
    const listed = await call(person, 'GET', '/get-clients');
    assert.deepEqual(listed.json.map((client) => client.client_id).sort(), [made.client_id, second.client_id].sort());

    const update = { client_name: 'Renamed', logo_uri: 'https://app.example.com/logo.png' };
    const changed = await call(person, 'POST', '/update-client', { client_id: made.client_id, update });
    assert.equal(changed.status, 200, changed.describe());
    assert.deepEqual(changed.json, { ...rest, ...update });

    const machine = await create(person, { ...web, redirect_uris: undefined, grant_types: ['client_credentials'], scope: 'profile' });
    const works = async (value) => {
      const form = { grant_type: 'client_credentials', client_id: machine.client_id, client_secret: value };
      return (await postToken(context.server, form)).status === 200;
    };
    assert.ok(await works(machine.client_secret));
    const rotated = await call(person, 'POST', '/client/rotate-secret', { client_id: machine.client_id });
    assert.equal(rotated.status, 200, rotated.describe());
    assert.notEqual(rotated.json.client_secret, machine.client_secret);
    assert.ok(await works(rotated.json.client_secret));
    assert.equal(await works(machine.client_secret), false, 'the old one ends at once');

    const gone = await call(person, 'POST', '/delete-client', { client_id: made.client_id });
    assert.equal(gone.status, 200, gone.describe());
    assert.equal((await call(person, 'GET', `/get-client?client_id=${made.client_id}`)).status, 404);
    await context.server.logWritten();
    for (const value of [secret, machine.client_secret, rotated.json.client_secret]) {
      assert.ok(!context.server.output.includes(value));
    }
  });

  test('case 60: nobody else sees or changes them', async () => {
    const { server } = context;
    const owner = await newPerson(server);
    const stranger = await newPerson(server);
    const { client_id } = await create(owner);
    const operators = await server.createClient({ client_id: `operators-${owner.bapId}`, redirect_uris: [callback] });
    const calls = (id) => [
      ['GET', `/get-client?client_id=${encodeURIComponent(id)}`],
      ['POST', '/update-client', { client_id: id, update: { client_name: 'Taken', redirect_uris: ['https://evil.example/cb'] } }],
      ['POST', '/update-client', { client_id: id, update: {} }],
      ['POST', '/client/rotate-secret', { client_id: id }],
      ['POST', '/delete-client', { client_id: id }],
    ];
    for (const id of [client_id, operators.client_id, 'nobody', "' OR 1=1--", '']) {
      for (const [method, target, json] of calls(id)) {
        const answer = await call(stranger, method, target, json);
        assert.ok([400, 404].includes(answer.status), answer.describe());
        if (id) assert.equal(answer.json.error, 'not_found', answer.describe());
      }
    }
    assert.deepEqual((await call(stranger, 'GET', '/get-clients')).json, []);
    const kept = await call(owner, 'GET', `/get-client?client_id=${client_id}`);
    assert.equal(kept.json.client_name, 'Mine');
    for (const [method, target, json] of calls(operators.client_id)) {
      assert.equal((await call(owner, method, target, json)).status, 404, 'a client without owner is nobody’s');
    }
  });

  test('case 60: an owner decides what a client says of itself, and no more', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const { client_id } = await create(person);
    const foreign = new Key();
    for (const [name, value] of Object.entries({
      client_id: 'chosen',
      skip_consent: true,
      disabled: true,
      verified: true,
      owner_bap_id: foreign.bapId,
      ownerBapId: foreign.bapId,
    })) {
      const made = await call(person, 'POST', '/create-client', { ...web, [name]: value });
      assert.equal(made.status, 400, made.describe());
      assert.equal(made.json.error, 'invalid_client_metadata');
      const changed = await call(person, 'POST', '/update-client', { client_id, update: { [name]: value } });
      assert.equal(changed.status, 400, changed.describe());
    }
    const ignored = await create(person, { ...web, client_secret: 'mine', client_id_issued_at: 1, userId: 'x', role: 'admin', oauth_query: 'a=b' });
    assert.notEqual(ignored.client_secret, 'mine');
    assert.ok(ignored.client_id_issued_at > 1);
    const bad = await call(person, 'POST', '/create-client', { ...web, redirect_uris: ['http://localhost/cb'] });
    assert.equal(bad.json.error, 'invalid_redirect_uri', bad.describe());

    await server.admin('PATCH', `/admin/clients/${client_id}`, { json: { disabled: true } });
    for (const [target, json] of [
      ['/update-client', { client_id, update: { client_name: 'x' } }],
      ['/client/rotate-secret', { client_id }],
      ['/delete-client', { client_id }],
    ]) {
      const answer = await call(person, 'POST', target, json);
      assert.equal(answer.status, 403, answer.describe());
    }
  });

  test('people see who vouches for a client: the operator, or nobody', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const { client_id } = await create(person, { ...web, client_name: 'Your bank' });
    const shown = async () =>
      (await server.request('GET', `/api/auth/oauth2/public-client?client_id=${client_id}`)).json.verified;
    assert.equal(await shown(), false);
    const vouched = await server.admin('PATCH', `/admin/clients/${client_id}`, { json: { verified: true } });
    assert.equal(vouched.status, 200, vouched.describe());
    assert.equal(await shown(), true);
    await call(person, 'POST', '/update-client', { client_id, update: { logo_uri: 'https://app.example.com/l.png' } });
    assert.equal(await shown(), true, 'the operator decides, also when the owner changes the client');
    await server.admin('PATCH', `/admin/clients/${client_id}`, { json: { verified: false } });
    assert.equal(await shown(), false);
    await server.createClient({ client_id: `of-the-operator-${client_id}`, redirect_uris: [callback] });
    const own = await server.request('GET', `/api/auth/oauth2/public-client?client_id=of-the-operator-${client_id}`);
    assert.equal(own.json.verified, true);
  });

  test('case 60: member keys are those of the person, or proven', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const foreign = new Key();
    const keyed = { client_name: 'Keyed', redirect_uris: [callback] };
    const refused = await call(person, 'POST', '/create-client', { ...keyed, memberPubkey: foreign.pubkey });
    assert.equal(refused.json.error, 'invalid_client_metadata', refused.describe());
    assert.match(refused.json.error_description, /prove that you hold/);

    const own = await create(person, { ...keyed, memberPubkey: person.pubkey });
    assert.equal(own.token_endpoint_auth_method, 'x_auth_token');
    assert.equal(own.memberPubkey, person.pubkey);
    const pkce = newPkce();
    const asked = await authorize(server, person, { client_id: own.client_id, code_challenge: pkce.challenge });
    const agreed = await call(person, 'POST', '/consent', {
      accept: true,
      oauth_query: new URL(asked.location, server.base).search,
    });
    const code = new URL(agreed.json.url).searchParams.get('code');
    const grant = { code, verifier: pkce.verifier, redirectUri: callback, clientId: own.client_id };
    assert.ok((await exchange(server, grant, { key: person })).access_token);

    const json = { ...keyed, member_pubkeys: [foreign.pubkey] };
    const proof = foreign.token(`${api}/create-client`, { body: JSON.stringify(json), timestamp: distinctTime() });
    const proven = await create(person, json, { headers: { 'x-auth-token': proof } });
    assert.deepEqual(proven.member_pubkeys, [foreign.pubkey]);
    const kept = await call(person, 'POST', '/update-client', { client_id: proven.client_id, update: { client_name: 'New' } });
    assert.deepEqual(kept.json.member_pubkeys, [foreign.pubkey]);
    const more = { client_id: proven.client_id, update: { member_pubkeys: [foreign.pubkey, new Key().pubkey] } };
    assert.equal((await call(person, 'POST', '/update-client', more)).status, 400);
  });

  test('only with a session, and from a trusted origin', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const nobody = new Person();
    for (const [method, target, json] of [
      ['POST', '/create-client', web],
      ['GET', '/get-client?client_id=x'],
      ['GET', '/get-clients'],
      ['POST', '/update-client', { client_id: 'x', update: {} }],
      ['POST', '/delete-client', { client_id: 'x' }],
      ['POST', '/client/rotate-secret', { client_id: 'x' }],
    ]) {
      const answer = await call(nobody, method, target, json);
      assert.equal(answer.status, 401, answer.describe());
      assert.equal(answer.json.code, 'UNAUTHORIZED');
      if (method === 'GET') continue;
      const foreign = await call(person, method, target, json, { headers: { origin: 'https://evil.example' } });
      assert.equal(foreign.json.code, 'INVALID_ORIGIN', foreign.describe());
      const form = await person.request(server, 'POST', `${api}${target}`, { form: { client_id: 'x' } });
      assert.equal(form.status, 415, form.describe());
    }
  });

  test('an identity owns fifty at most', async () => {
    const person = await newPerson(context.server);
    for (let i = 0; i < 50; i += 1) await create(person);
    const answer = await call(person, 'POST', '/create-client', web);
    assert.equal(answer.status, 403, answer.describe());
    assert.match(answer.json.error_description, /50/);
  });

  test('malformed calls are refused with words', async () => {
    const person = await newPerson(context.server);
    for (const [target, json] of [
      ['/create-client', []],
      ['/create-client', 5],
      ['/create-client', { redirect_uris: 'x' }],
      ['/update-client', {}],
      ['/update-client', { client_id: 5, update: {} }],
      ['/update-client', { client_id: 'x' }],
      ['/update-client', { client_id: 'x', update: [] }],
      ['/delete-client', {}],
      ['/delete-client', null],
      ['/client/rotate-secret', { client_id: ['x'] }],
    ]) {
      const answer = await call(person, 'POST', target, json);
      assert.equal(answer.status, 400, answer.describe());
      assert.ok(answer.json.error_description, answer.describe());
    }
  });

  test('§8b: the command line registers a client without Origin, and anybody may look it up', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const cookie = { cookie: person.jar.header() };
    const body = {
      clientId: `cli-${person.bapId}`,
      ownerBapId: person.bapId,
      name: 'From the command line',
      redirectUris: [callback],
      accountPubkey: person.pubkey,
    };
    const post = (json, headers = cookie) => server.request('POST', '/api/oauth-clients', { json, headers });
    const made = await post(body);
    assert.equal(made.status, 201, made.describe());
    assert.equal(made.json.client.clientId, body.clientId);
    assert.equal(made.json.client.accountPubkey, person.pubkey);
    assert.equal(made.json.client.ownerBapId, person.bapId);
    const found = await server.request('GET', `/api/oauth-clients?clientId=${body.clientId}`);
    assert.deepEqual(found.json.clients.map(({ clientId, name }) => [clientId, name]), [[body.clientId, body.name]]);
    assert.equal(found.json.clients[0].redirectUris, undefined);
    assert.deepEqual((await server.request('GET', '/api/oauth-clients?clientId=nobody')).json, { clients: [] });
    assert.equal((await server.request('GET', '/api/oauth-clients')).status, 401);
    const mine = await server.request('GET', '/api/oauth-clients', { headers: cookie });
    assert.deepEqual(mine.json.clients.map((client) => client.clientId), [body.clientId]);

    const other = await newPerson(server);
    const stranger = new Key();
    for (const [json, status, words] of [
      [body, 400, /already/],
      [{ ...body, clientId: 'https://evil.example/c' }, 400, /client_id/],
      [{ ...body, clientId: stranger.pubkey }, 400, /public key/],
      [{ ...body, clientId: 'x', ownerBapId: other.bapId }, 403, /not one of yours/],
      [{ ...body, clientId: 'x', accountPubkey: stranger.pubkey }, 400, /prove/],
      [{ ...body, clientId: undefined }, 400, /clientId/],
      [{ ...body, clientId: 'x', redirectUris: ['javascript:alert(1)'] }, 400, /redirect_uris/],
    ]) {
      const answer = await post(json);
      assert.equal(answer.status, status, answer.describe());
      assert.match(answer.json.error_description, words);
    }
    const keyed = await post({ ...body, clientId: person.pubkey });
    assert.equal(keyed.status, 201, 'a client may be named by its own key (contract §3)');

    for (const headers of [
      { ...cookie, 'sec-fetch-site': 'cross-site' },
      { ...cookie, origin: 'https://evil.example' },
      { ...cookie, origin: 'null' },
    ]) {
      const answer = await post({ ...body, clientId: 'y' }, headers);
      assert.equal(answer.status, 403, answer.describe());
    }
    assert.equal((await post(body, {})).status, 401);
  });
});
