// A client's own token has the client's id as subject (RFC 9068 §5, RFC 9700 §4.15): nobody may choose an id that a
// resource server would take for a person. Security case 60, on the side of people who register clients.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { callback, claimsOf, postToken } from '../support/oauth.mjs';
import { Key, newPerson } from '../support/person.mjs';
import { forEachStore } from '../support/stores.mjs';

const api = 'https://api.example.com';
const machine = { grant_types: ['authorization_code', 'client_credentials'], token_endpoint_auth_method: 'client_secret_post', scope: 'openid bsv:read' };

forEachStore('chosen client ids', { env: { SIGMA_RESOURCES: api } }, (context) => {
  let attacker;
  let victim;
  before(async () => {
    attacker = await newPerson(context.server);
    victim = await newPerson(context.server);
  });
  const post = (target, json) => attacker.request(context.server, 'POST', target, { json });
  const register = (clientId, more) =>
    post('/api/oauth-clients', { clientId, ownerBapId: attacker.bapId, name: 'Mine', redirectUris: [callback], ...more });
  const update = (client_id, change) => post('/api/auth/oauth2/update-client', { client_id, update: change });
  const ownToken = (client) =>
    postToken(context.server, { grant_type: 'client_credentials', client_id: client.client_id, client_secret: client.client_secret, resource: api });

  test('case 60: a client cannot be named as a person is, or as the server names clients', async () => {
    const subjects = {
      'a user': victim.userId,
      'a user, in capitals': victim.userId.toUpperCase(),
      'a user to come': randomUUID(),
      'a pairwise subject': randomBytes(32).toString('base64url'),
      'a made client id': 'x'.repeat(32),
    };
    for (const [what, id] of Object.entries(subjects)) {
      const answer = await register(id);
      assert.equal(answer.status, 400, `${what}: ${answer.describe()}`);
      assert.equal(answer.json.error, 'invalid_client_metadata', what);
      assert.match(answer.json.error_description, /choose a name/, what);
    }
  });

  test('case 60: a client whose id was chosen gets no tokens of its own', async () => {
    const key = attacker.pubkey;
    for (const [id, more] of [[`named-${attacker.bapId}`, {}], [key, { accountPubkey: key }]]) {
      const named = await register(id, more);
      assert.equal(named.status, 201, named.describe());
      const change = more.accountPubkey ? { grant_types: machine.grant_types } : machine;
      const raised = await update(id, change);
      assert.equal(raised.status, 400, raised.describe());
      assert.match(raised.json.error_description, /client_id was chosen/);
      assert.equal((await update(id, { client_name: 'Renamed' })).status, 200, 'everything else can be changed');
    }
  });

  test('case 60: a client whose id was made does, as the same subject each time', async () => {
    const made = await post('/api/auth/oauth2/create-client', { client_name: 'Robot', redirect_uris: [callback], ...machine });
    assert.equal(made.status, 201, made.describe());
    assert.match(made.json.client_id, /^[A-Za-z]{32}$/);
    const answer = await ownToken(made.json);
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(claimsOf(answer.json.access_token).sub, made.json.client_id);
    assert.equal((await update(made.json.client_id, { client_name: 'Robot 2' })).status, 200);
  });

  test('case 60: what the operator allowed stays when the owner changes the client', async () => {
    const { server } = context;
    const id = `payroll-${new Key().bapId}`;
    await server.createClient({ client_id: id, redirect_uris: [callback], owner_bap_id: attacker.bapId, ...machine });
    assert.equal((await update(id, { client_name: 'Payroll' })).status, 200);
    assert.equal((await update(id, { grant_types: ['authorization_code'] })).status, 200);
    assert.equal((await update(id, machine)).status, 400, 'what they gave up they cannot take back');
  });
});
