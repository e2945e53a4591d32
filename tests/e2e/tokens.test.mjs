// Access tokens at userinfo, and refresh tokens. sigma-contract.md §3, §4, security cases 18, 30–32, 35.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOAuthError,
  exchange,
  fullScope,
  getCode,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
  userinfo,
} from './support/oauth.mjs';
import { Key, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';
import { swapCase } from './support/text.mjs';

const member = new Key();
const clients = [
  sigmaClient('my-app', member),
  publicClient('public-app'),
  publicClient('other-public'),
];

forEachStore('tokens', { clients }, (context) => {
  const code = async (overrides) => getCode(context.server, await newPerson(context.server), overrides);
  const offline = { scope: fullScope };

  test('an access token works at once, as header, as form, never in the query', async () => {
    const { server } = context;
    const { access_token: token } = await exchange(server, await code(), { key: member });
    assert.equal((await userinfo(server, token)).status, 200);
    const form = await userinfo(server, undefined, { method: 'POST', form: { access_token: token } });
    assert.equal(form.status, 200, form.describe());
    const inQuery = await server.request('GET', `/api/auth/oauth2/userinfo?access_token=${token}`);
    assert.ok([400, 401].includes(inQuery.status), inQuery.describe());
    const both = await userinfo(server, token, { method: 'POST', form: { access_token: token } });
    assertOAuthError(both, 400, 'invalid_request');
    const json = await userinfo(server, undefined, { method: 'POST', json: { access_token: token } });
    assert.equal(json.status, 415, json.describe());
  });

  test('userinfo without and with a broken token', async () => {
    const { server } = context;
    const none = await userinfo(server);
    assertOAuthError(none, 401, 'invalid_request');
    assert.match(none.headers['www-authenticate'] ?? '', /^Bearer/);
    const { access_token: token } = await exchange(server, await code(), { key: member });
    const person = await newPerson(server);
    for (const wrong of [
      'xxxx',
      token.slice(0, -1),
      `${token}x`,
      swapCase(token),
      'x'.repeat(5000),
      person.sessionToken,
    ]) {
      const answer = await userinfo(server, wrong);
      assertOAuthError(answer, 401, 'invalid_token');
      assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer .*error="invalid_token"/);
    }
    const plain = await exchange(server, await code({ scope: 'profile' }), { key: member });
    assertOAuthError(await userinfo(server, plain.access_token), 403, 'insufficient_scope');
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

  test('tokens of a client that was disabled since are refused, and come back with it', async () => {
    const { server } = context;
    await server.createClient(publicClient('switched'));
    const tokens = await exchange(server, await code({ client_id: 'switched', ...offline }));
    await server.admin('PATCH', '/admin/clients/switched', { json: { disabled: true } });
    assertOAuthError(await userinfo(server, tokens.access_token), 401, 'invalid_token');
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token, 'switched')), 401, 'invalid_client');
    await server.admin('PATCH', '/admin/clients/switched', { json: { disabled: false } });
    assert.equal((await userinfo(server, tokens.access_token)).status, 200);
    await server.admin('DELETE', '/admin/clients/switched');
    assertOAuthError(await userinfo(server, tokens.access_token), 401, 'invalid_token');
  });

  test('refresh rotates; an identical retry gets the identical answer', async () => {
    const { server } = context;
    for (const [clientId, key] of [
      ['my-app', member],
      ['public-app', undefined],
    ]) {
      const tokens = await exchange(server, await code({ client_id: clientId, ...offline }), { key });
      const form = refreshForm(tokens.refresh_token, clientId);
      const first = await postToken(server, form, { key });
      assert.equal(first.status, 200, first.describe());
      assert.notEqual(first.json.refresh_token, tokens.refresh_token);
      const retry = await postToken(server, form, { key });
      assert.equal(retry.status, 200, retry.describe());
      assert.equal(retry.json.refresh_token, first.json.refresh_token);
      assert.equal(retry.json.access_token, first.json.access_token);
      const next = await postToken(server, refreshForm(first.json.refresh_token, clientId), { key });
      assert.equal(next.status, 200, next.describe());
      assert.equal((await userinfo(server, next.json.access_token)).status, 200);
    }
  });

  test('twenty parallel refreshes with one token: one new pair', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code({ client_id: 'public-app', ...offline }));
    const form = refreshForm(tokens.refresh_token, 'public-app');
    const answers = await Promise.all(Array.from({ length: 20 }, () => postToken(server, form)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.describe());
    assert.equal(new Set(answers.map((answer) => answer.json.refresh_token)).size, 1);
    assert.equal(new Set(answers.map((answer) => answer.json.access_token)).size, 1);
    assert.equal((await userinfo(server, answers[0].json.access_token)).status, 200);
  });

  test('a refresh token of another client is refused and the family lives', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code({ client_id: 'public-app', ...offline }));
    const stolen = await postToken(server, refreshForm(tokens.refresh_token, 'other-public'));
    assertOAuthError(stolen, 400, 'invalid_grant');
    const first = await postToken(server, refreshForm(tokens.refresh_token, 'public-app'));
    assert.equal(first.status, 200, first.describe());
    assertOAuthError(await postToken(server, refreshForm(tokens.refresh_token, 'other-public')), 400, 'invalid_grant');
    assert.equal((await postToken(server, refreshForm(first.json.refresh_token, 'public-app'))).status, 200);
  });

  test('a used refresh token with a successor in use kills the family', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code({ client_id: 'public-app', ...offline }));
    const refresh = (token) => postToken(server, refreshForm(token, 'public-app'));
    const second = (await refresh(tokens.refresh_token)).json;
    const third = (await refresh(second.refresh_token)).json;
    assert.ok(third.refresh_token);
    assertOAuthError(await refresh(tokens.refresh_token), 400, 'invalid_grant');
  });

  test('refresh tokens that are none', async () => {
    const { server } = context;
    const tokens = await exchange(server, await code(offline), { key: member });
    for (const wrong of [
      'xxxx',
      tokens.access_token,
      tokens.refresh_token.slice(0, -1),
      `${tokens.refresh_token}x`,
      tokens.id_token,
    ]) {
      assertOAuthError(await postToken(server, refreshForm(wrong), { key: member }), 400, 'invalid_grant');
    }
    assertOAuthError(
      await postToken(server, refreshForm(tokens.refresh_token)),
      401,
      'invalid_client',
      /X-Auth-Token/i,
    );
    assert.equal((await postToken(server, refreshForm(tokens.refresh_token), { key: member })).status, 200);
  });

  test('secrets of a whole flow are not in the log', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const grant = await getCode(server, person, offline);
    const tokens = await exchange(server, grant, { key: member });
    await postToken(server, refreshForm(tokens.refresh_token), { key: member });
    const secrets = {
      code: grant.code,
      verifier: grant.verifier,
      access: tokens.access_token,
      refresh: tokens.refresh_token,
      id: tokens.id_token.split('.')[2],
      session: person.sessionToken,
      cookie: person.jar.header().split('.').at(-1),
      secret: server.secret,
      admin: server.adminToken,
    };
    for (const [name, secret] of Object.entries(secrets)) assert.ok(!server.output.includes(secret), name);
    assert.ok(
      server.logs.some((entry) => !entry.line),
      'there is a log at all',
    );
  });
});
