// What has come to its end: security cases 13 and 30. These are the shortest lifetimes that the settings allow, and both
// stores wait for them at once. The moments themselves, to the millisecond, are in tests/contract/oauth.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  assertOAuthError,
  exchange,
  exchangeForm,
  getCode,
  postToken,
  publicClient,
  sigmaClient,
  userinfo,
} from '../support/oauth.mjs';
import { Key, newPerson } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { isActive } from '../support/status.mjs';
import { stores } from '../support/stores.mjs';

const member = new Key();
const lifetimeMs = 10_000;
const env = { SIGMA_CODE_LIFETIME: '10s', SIGMA_ACCESS_TOKEN_LIFETIME: '10s' };
const clients = [sigmaClient('my-app', member), publicClient('public-app'), publicClient('other-public')];

test('cases 13 and 30: on both stores', async (t) => {
  const servers = await Promise.all(stores.map((store) => startServer({ store, env, clients })));
  t.after(() => Promise.all(servers.map((server) => server.stop())));
  const old = await Promise.all(
    servers.map(async (server) => {
      const person = await newPerson(server);
      const codes = [];
      for (let i = 0; i < 3; ++i) codes.push(await getCode(server, person, { client_id: 'public-app' }));
      const { access_token: token } = await exchange(server, await getCode(server, person), { key: member });
      assert.equal((await userinfo(server, token)).status, 200);
      assert.ok(await isActive(server, token, { key: member }));
      return { codes, token };
    }),
  );
  await sleep(lifetimeMs + 1000);
  for (const [i, server] of servers.entries()) {
    const { codes, token } = old[i];
    await t.test(`case 13: expired, and expired and another client’s, on ${server.store}: invalid_grant`, async () => {
      assertOAuthError(await postToken(server, exchangeForm(codes[0])), 400, 'invalid_grant', /expired/);
      const foreign = exchangeForm(codes[1], { client_id: 'other-public' });
      assertOAuthError(await postToken(server, foreign), 400, 'invalid_grant');
      const wrong = exchangeForm(codes[2], { client_id: 'other-public', redirect_uri: 'https://evil.example/cb' });
      assertOAuthError(await postToken(server, wrong), 400, 'invalid_grant');
    });
    await t.test(
      `case 30: an access token one second after its end, on ${server.store}: 401, active false`,
      async () => {
        assertOAuthError(await userinfo(server, token), 401, 'invalid_token');
        assert.equal(await isActive(server, token, { key: member }), false);
      },
    );
  }
});
