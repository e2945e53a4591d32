// Access tokens at userinfo and what is logged of them, sigma-contract.md §3, §4; by security case: security/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOAuthError,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
  userinfo,
  userinfoPath,
} from './support/oauth.mjs';
import { Key, newPerson } from './support/person.mjs';
import { flowWithSecrets } from './support/secrets.mjs';
import { forEachStore } from './support/stores.mjs';

const member = new Key();
const clients = [sigmaClient('my-app', member), publicClient('no-refresh', { grant_types: ['authorization_code'] })];

forEachStore('tokens', { clients }, (context) => {
  const code = async (overrides) => getCode(context.server, await newPerson(context.server), overrides);
  const offline = { scope: fullScope };

  test('a token without openid is no token for userinfo', async () => {
    const { server } = context;
    const plain = await exchange(server, await code({ scope: 'profile' }), { key: member });
    assertOAuthError(await userinfo(server, plain.access_token), 403, 'insufficient_scope');
  });

  test('a token that speaks of nobody is no token for userinfo, and not a dead one', async () => {
    const { server } = context;
    const id = 'robot';
    const { client_secret } = await server.createClient({ client_id: id, grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post', scope: 'openid bsv:read' });
    const { json } = await postToken(server, { grant_type: 'client_credentials', client_id: id, client_secret });
    assertOAuthError(await userinfo(server, json.access_token), 403, 'insufficient_scope');
  });

  test('a GET has no body (RFC 6750 §2.2); more than one blank separates scheme and token (§2.1)', async () => {
    const { server } = context;
    const { access_token: token } = await exchange(server, await code(), { key: member });
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const body = { body: `access_token=${token}`, headers: { 'content-type': type } };
      assertOAuthError(await server.request('GET', userinfoPath, body), 401, 'invalid_request', /not found/);
      const both = { ...body, headers: { ...body.headers, authorization: `Bearer ${token}` } };
      assert.equal((await server.request('GET', userinfoPath, both)).status, 200, 'it means nothing');
    }
    for (const authorization of [`Bearer  ${token}`, `bearer   ${token}`])
      assert.equal((await server.request('GET', userinfoPath, { headers: { authorization } })).status, 200, authorization);
  });

  test('scope of blanks at exchange and refresh is as no scope', async () => {
    const { server } = context;
    const answer = await postToken(server, exchangeForm(await code(offline), { scope: ' ' }), { key: member });
    assert.equal(answer.json.scope, fullScope, answer.describe());
    const refreshed = await postToken(server, refreshForm(answer.json.refresh_token, 'my-app', { scope: '  ' }), { key: member });
    assert.equal(refreshed.json.scope, fullScope, refreshed.describe());
    assert.equal((await exchange(server, await code({ scope: 'bsv:tools' }), { key: member })).scope, 'openid profile');
  });

  test('offline_access of a client that may not refresh is ignored: its token dies with the session', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = await exchange(server, await getCode(server, person, { client_id: 'no-refresh', ...offline }));
    assert.equal(tokens.scope, 'openid profile email');
    assert.equal(tokens.refresh_token, undefined);
    await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    assertOAuthError(await userinfo(server, tokens.access_token), 401, 'invalid_token');
  });

  test('scopes decide about claims', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const tokens = await exchange(server, await getCode(server, person, { scope: 'openid' }), { key: member });
    const claims = (await userinfo(server, tokens.access_token)).json;
    assert.deepEqual(
      Object.keys(claims).filter((name) => ['name', 'bap', 'picture', 'email'].includes(name)),
      [],
    );
    assert.equal(claims.pubkey, person.pubkey);
    assert.equal(claims.bap_id, person.bapId);
  });

  test('an access token dies with its session, unless it came with offline_access', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const short = await exchange(server, await getCode(server, person), { key: member });
    const long = await exchange(server, await getCode(server, person, offline), { key: member });
    const out = await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
    assert.equal(out.status, 200, out.describe());
    assertOAuthError(await userinfo(server, short.access_token), 401, 'invalid_token');
    assert.equal((await userinfo(server, long.access_token)).status, 200);
    const refreshed = await postToken(server, refreshForm(long.refresh_token), { key: member });
    assert.equal(refreshed.status, 200, refreshed.describe());
  });

  test('case 57: secrets of a whole flow are not in the log', async () => {
    const { server } = context;
    const secrets = await flowWithSecrets(server, 'my-app', member);
    await server.logWritten();
    for (const [name, secret] of Object.entries(secrets)) assert.ok(!server.output.includes(secret), name);
    assert.ok(
      server.logs.some((entry) => !entry.line),
      'there is a log at all',
    );
  });
});
