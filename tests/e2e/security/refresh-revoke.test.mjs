// The end of tokens: refresh rotation and its reuse, revocation: security cases 32 and 33, RFC 9700 §4.14, RFC 7009.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
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
} from '../support/oauth.mjs';
import { getConsentedCode } from '../support/pages.mjs';
import { Key, newPerson } from '../support/person.mjs';
import { setConnectable } from '../support/postgres.mjs';
import { startServer } from '../support/server.mjs';
import { introspect, isActive, revoke } from '../support/status.mjs';
import { forEachStore } from '../support/stores.mjs';
import { until } from '../support/until.mjs';

const keys = [new Key(), new Key()];
const otherMember = new Key();
const [member] = keys;
const clients = [
  sigmaClient('my-app', member, { member_pubkeys: keys.map(({ pubkey }) => pubkey) }),
  sigmaClient('other-app', otherMember),
  publicClient('public-app'),
  publicClient('other-public'),
  publicClient('asks-consent', { skip_consent: false }),
];
const both = [
  ['my-app', member],
  ['public-app', undefined],
];

forEachStore('refresh and revocation', { clients }, (context) => {
  before(async () => {
    context.peer = await startServer({ peerOf: context.server });
  });
  after(() => context.peer?.stop());

  const newTokens = async (clientId = 'public-app', person) => {
    const { server } = context;
    const grant = await getCode(server, person ?? (await newPerson(server)), { client_id: clientId, scope: fullScope });
    return exchange(server, grant, { key: clientId === 'my-app' ? member : undefined });
  };
  const refresh = (token, clientId = 'public-app', { on = context.server, more = {}, ...options } = {}) =>
    postToken(on, refreshForm(token, clientId, more), options);
  const lives = async (token, on = context.server) => (await userinfo(on, token)).status === 200;

  test('case 32: a refresh rotates; an identical retry gets the identical answer', async () => {
    for (const [clientId, key] of both) {
      const tokens = await newTokens(clientId);
      const first = await refresh(tokens.refresh_token, clientId, { key });
      assert.equal(first.status, 200, first.describe());
      assert.notEqual(first.json.refresh_token, tokens.refresh_token);
      for (const on of [context.server, context.peer]) {
        const retry = await refresh(tokens.refresh_token, clientId, { key, on });
        assert.deepEqual(retry.json, first.json, retry.describe());
      }
      const next = await refresh(first.json.refresh_token, clientId, { key });
      assert.equal(next.status, 200, next.describe());
      assert.ok(await lives(next.json.access_token));
    }
  });

  test('case 32: twenty parallel refreshes with one token at two nodes: one new pair, identical answers', async () => {
    const { server, peer } = context;
    for (const [clientId, key] of both) {
      const tokens = await newTokens(clientId);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          refresh(tokens.refresh_token, clientId, { key, on: i % 2 ? peer : server }),
        ),
      );
      for (const answer of answers) assert.deepEqual([answer.status, answer.json], [200, answers[0].json]);
      for (const on of [server, peer]) assert.ok(await lives(answers[0].json.access_token, on));
      assert.equal((await refresh(answers[0].json.refresh_token, clientId, { key })).status, 200);
    }
  });

  test('case 32: inside the window, by another client, key or scope: invalid_grant, and the family lives', async () => {
    for (const [clientId, key] of both) {
      const tokens = await newTokens(clientId);
      const strangers = [
        ['other-public', {}],
        ['other-app', { key: otherMember }],
      ];
      const assertStrangersFail = async () => {
        for (const [other, options] of strangers) {
          assertOAuthError(await refresh(tokens.refresh_token, other, options), 400, 'invalid_grant');
        }
        if (!key) return;
        const stranger = await refresh(tokens.refresh_token, clientId, { key: otherMember });
        assertOAuthError(stranger, 401, 'invalid_client');
        assertOAuthError(await refresh(tokens.refresh_token, clientId), 401, 'invalid_client', /X-Auth-Token/i);
      };
      await assertStrangersFail();
      const first = await refresh(tokens.refresh_token, clientId, { key });
      assert.equal(first.status, 200, first.describe());
      await assertStrangersFail();
      const narrower = await refresh(tokens.refresh_token, clientId, { key, more: { scope: 'openid' } });
      assertOAuthError(narrower, 400, 'invalid_grant', /other parameters/);
      assert.ok(await lives(first.json.access_token));
      assert.deepEqual((await refresh(tokens.refresh_token, clientId, { key })).json, first.json);
      assert.equal((await refresh(first.json.refresh_token, clientId, { key })).status, 200);
    }
  });

  // The end of the window itself is in tests/contract/oauth, where time can be turned: Case32….
  test('case 32: reuse after the successor was used: the family is dead at every node', async () => {
    const { server, peer } = context;
    for (const [clientId, key] of both) {
      const tokens = await newTokens(clientId);
      const second = (await refresh(tokens.refresh_token, clientId, { key })).json;
      const third = (await refresh(second.refresh_token, clientId, { key })).json;
      assert.ok(await lives(third.access_token));
      assertOAuthError(await refresh(tokens.refresh_token, clientId, { key }), 400, 'invalid_grant', /revoked/);
      for (const on of [server, peer]) {
        for (const { access_token } of [tokens, second, third]) assert.equal(await lives(access_token, on), false);
        for (const { refresh_token } of [tokens, second, third]) {
          assertOAuthError(await refresh(refresh_token, clientId, { key, on }), 400, 'invalid_grant');
        }
      }
    }
  });

  test('case 32: withdrawn consent, a removed client, a removed member key: dead', async () => {
    const { server, peer } = context;
    const person = await newPerson(server);
    const asked = await getConsentedCode(server, person, { client_id: 'asks-consent', scope: fullScope });
    const tokens = await exchange(server, asked);
    const others = await newTokens('public-app', person);
    const consents = await person.request(server, 'GET', '/api/auth/oauth2/get-consents');
    const { id } = consents.json.find(({ clientId }) => clientId === 'asks-consent');
    const stranger = await newPerson(server);
    const withdraw = (who) => who.request(server, 'POST', '/api/auth/oauth2/delete-consent', { json: { id } });
    assert.equal((await withdraw(stranger)).status, 404);
    assert.ok(await lives(tokens.access_token), 'nobody else can withdraw it');
    assert.equal((await withdraw(person)).status, 200);
    for (const on of [server, peer]) {
      assert.equal(await lives(tokens.access_token, on), false);
      assertOAuthError(await refresh(tokens.refresh_token, 'asks-consent', { on }), 400, 'invalid_grant');
    }
    assert.ok(await lives(others.access_token), 'another application’s tokens stay');

    await server.createClient(sigmaClient('keyed', new Key(), { member_pubkeys: [keys[0].pubkey, keys[1].pubkey] }));
    const grant = await getCode(server, person, { client_id: 'keyed', scope: fullScope });
    const keyed = await exchange(server, grant, { key: keys[0] });
    await server.admin('DELETE', `/admin/clients/keyed/member-keys/${keys[0].pubkey}`);
    assertOAuthError(await refresh(keyed.refresh_token, 'keyed', { key: keys[0], on: peer }), 401, 'invalid_client');
    assert.equal((await refresh(keyed.refresh_token, 'keyed', { key: keys[1], on: peer })).status, 200);
    await server.admin('DELETE', '/admin/clients/keyed');
    assert.equal(await lives(keyed.access_token, peer), false);
  });

  test('case 33: a foreign client’s revocation is 200 and changes nothing; unknown tokens are 200', async () => {
    const { server } = context;
    const tokens = await newTokens('my-app');
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      for (const options of [{ clientId: 'other-app', key: otherMember }, { clientId: 'public-app' }]) {
        assert.equal((await revoke(server, token, options)).status, 200);
      }
    }
    assert.ok(await lives(tokens.access_token));
    assert.ok(await isActive(server, tokens.refresh_token, { key: member }));
    for (const token of ['unknown', 'x'.repeat(5000), tokens.id_token, '%00', "' OR 1=1--"]) {
      const answer = await revoke(server, token, { key: member });
      assert.equal(answer.status, 200, `${token}: ${answer.describe()}`);
    }
    assert.ok(await lives(tokens.access_token));
    for (const options of [{}, { key: otherMember }, { form: { client_secret: 'x' } }, { clientId: 'nobody' }]) {
      assertOAuthError(await revoke(server, tokens.access_token, options), 401, 'invalid_client');
    }
    assert.ok(await lives(tokens.access_token));
  });

  test('case 33: a wrong hint still works; the second replica knows at its next request', async () => {
    const { server, peer } = context;
    for (const [clientId, key] of both) {
      for (const token_type_hint of ['refresh_token', 'access_token', 'id_token', 'nonsense', '']) {
        const tokens = await newTokens(clientId);
        const answer = await revoke(server, tokens.access_token, { clientId, key, form: { token_type_hint } });
        assert.equal(answer.status, 200, answer.describe());
        for (const on of [peer, server])
          assertOAuthError(await userinfo(on, tokens.access_token), 401, 'invalid_token');
        if (key) assert.equal(await isActive(peer, tokens.access_token, { key }), false);
        const family = await revoke(server, tokens.refresh_token, { clientId, key, form: { token_type_hint } });
        assert.equal(family.status, 200, family.describe());
        assertOAuthError(await refresh(tokens.refresh_token, clientId, { key, on: peer }), 400, 'invalid_grant');
      }
      const tokens = await newTokens(clientId);
      await revoke(peer, tokens.refresh_token, { clientId, key });
      // Its issuer hears from Postgres (decision 0027) a moment after the other replica has answered, and long before the two
      // seconds for which it would remember the token untold.
      await until(async () => !(await lives(tokens.access_token)), { limitMs: 1_000 });
    }
  });

  // On the embedded store: Case33… in tests/contract/oauth, where the test can make the file fail.
  if (context.store === 'postgres') {
    test('case 33: without its database the server answers 503, never 200; after that the token still lives', async () => {
      const { server } = context;
      const tokens = await newTokens('my-app');
      await setConnectable(server.databaseUrl, false);
      try {
        for (const on of [server, context.peer]) {
          for (let i = 0; i < 3; ++i) {
            for (const token of [tokens.access_token, tokens.refresh_token, 'unknown']) {
              const answer = await revoke(on, token, { key: member });
              assertOAuthError(answer, 503, 'temporarily_unavailable');
              assert.ok(Number(answer.headers['retry-after']) > 0, answer.describe());
            }
          }
          assert.equal((await introspect(on, tokens.access_token, { key: member })).status, 503);
          assert.equal((await userinfo(on, tokens.access_token)).status, 503);
        }
      } finally {
        await setConnectable(server.databaseUrl, true);
      }
      for (let i = 0; i < 100 && !(await lives(tokens.access_token)); ++i) await sleep(20);
      assert.ok(await lives(tokens.access_token), 'nothing was revoked, and the server found its database again');
      assert.equal((await revoke(server, tokens.access_token, { key: member })).status, 200);
      assert.equal(await lives(tokens.access_token, context.peer), false);
    });
  }
});
