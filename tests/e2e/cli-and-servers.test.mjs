// A command is no replica: it writes to the store and goes. Two servers that remember live tokens must act on what it did
// all the same: at the next request, or within the bounds that docs/reference/command-line.md states.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertOAuthError, authorize, exchange, getCode, newPkce, postToken, publicClient, refreshForm, sigmaClient, userinfo } from './support/oauth.mjs';
import { Key, newPerson } from './support/person.mjs';
import { startRedis } from './support/redis.mjs';
import { startServer } from './support/server.mjs';
import { stores } from './support/stores.mjs';
import { until } from './support/until.mjs';

/** Documented bounds, and what a busy machine adds. */
const tokenBound = { limitMs: 2_000 + 3_000 };
const keyBound = { limitMs: 10_000 + 5_000 };

const member = new Key();
const clients = ['my-app', 'off', 'gone'].map((id) => publicClient(id));
clients.push(sigmaClient('keyed', member));

for (const store of stores) {
  describe(`a command and two servers on ${store}`, () => {
    let redis, server, peer;
    before(async () => {
      redis = await startRedis();
      const env = { SIGMA_REDIS_URL: redis.url };
      server = await startServer({ store, env, clients });
      peer = await startServer({ store, env, peerOf: server });
      await everywhere(async (replica) => (await replica.admin('GET', '/health/ready')).json?.cache === 'redis');
    });
    after(async () => {
      await peer?.stop();
      await server?.stop();
      await redis?.stop();
    });

    /** Waits until `look(replica)` answers true of each. */
    const everywhere = (look, bound) => Promise.all([server, peer].map((replica) => until(() => look(replica), bound)));
    /** Tokens that both servers remember. */
    async function remembered(person, client = 'my-app') {
      const tokens = await exchange(server, await getCode(server, person, { client_id: client }));
      for (const replica of [server, peer, server, peer]) assert.equal((await userinfo(replica, tokens.access_token)).status, 200);
      return tokens;
    }
    const isDead = (token) => async (replica) => (await userinfo(replica, token)).status === 401;

    test('user disable: no session at the next request, no live token after the bound', async () => {
      const person = await newPerson(server);
      const { access_token, refresh_token } = await remembered(person);
      await server.cli(['user', 'disable', person.userId]);
      for (const replica of [server, peer]) {
        assert.equal(await person.session(replica), null);
        assert.equal((await person.trySignIn(replica)).status, 403);
      }
      assertOAuthError(await postToken(peer, refreshForm(refresh_token)), 400, 'invalid_grant');
      await everywhere(isDead(access_token), tokenBound);
    });

    test('session revoke', async () => {
      const person = await newPerson(server);
      const { access_token } = await remembered(person);
      const list = await server.cli(['session', 'list', '--user', person.userId, '--json']);
      await server.cli(['session', 'revoke', JSON.parse(list.stdout)[0].id]);
      for (const replica of [server, peer]) assert.equal(await person.session(replica), null);
      await everywhere(isDead(access_token), tokenBound);
    });

    test('client update --disable and client delete', async () => {
      const person = await newPerson(server);
      for (const [id, command, refusal] of [
        ['off', ['client', 'update', 'off', '--disable'], 'invalid_client'],
        ['gone', ['client', 'delete', 'gone'], 'invalid_client'],
      ]) {
        const { access_token, refresh_token } = await remembered(person, id);
        await server.cli(command);
        const isRefused = async (replica) => (await authorize(replica, person, { client_id: id, code_challenge: newPkce().challenge })).status === 400;
        await everywhere(isRefused, tokenBound);
        for (const replica of [server, peer]) assertOAuthError(await postToken(replica, refreshForm(refresh_token, id)), 401, refusal);
        await everywhere(isDead(access_token), tokenBound);
      }
    });

    test('client remove-key: refused at the next request', async () => {
      const person = await newPerson(server);
      const { refresh_token } = await exchange(server, await getCode(server, person, { client_id: 'keyed' }), { key: member });
      const next = new Key();
      await server.cli(['client', 'add-key', 'keyed', next.pubkey]);
      await server.cli(['client', 'remove-key', 'keyed', member.pubkey]);
      for (const replica of [server, peer]) {
        assertOAuthError(await postToken(replica, refreshForm(refresh_token, 'keyed'), { key: member }), 401, 'invalid_client');
      }
      await exchange(peer, await getCode(peer, person, { client_id: 'keyed' }), { key: next });
    });

    test('key rotate --at-once: the old key is nowhere after the bound', async () => {
      const kids = async (replica) => (await replica.request('GET', '/api/auth/jwks')).json.keys.filter(({ alg }) => alg === 'ES256').map(({ kid }) => kid);
      const [old] = await kids(server);
      await server.cli(['key', 'rotate', '--alg', 'ES256', '--at-once']);
      await everywhere(async (replica) => !(await kids(replica)).includes(old), keyBound);
      assert.deepEqual(await kids(server), await kids(peer));
    });
  });
}
