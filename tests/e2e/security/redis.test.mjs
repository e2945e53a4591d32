// Redis is killed, slow, flushed, unreachable: two replicas go on, strictly, and find it again by themselves.
// docs/reference/without-redis.md has the rules.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  authorize,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  newPkce,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
  userinfo,
} from '../support/oauth.mjs';
import { distinctTime, Key, newPerson, tokenPath } from '../support/person.mjs';
import { startRedis } from '../support/redis.mjs';
import { startServer } from '../support/server.mjs';
import { stores } from '../support/stores.mjs';

const member = new Key();
const clients = [publicClient('my-app'), sigmaClient('with-key', member)];
const limit = 20;
let networks = 0;
const newNetwork = () => `198.51.${networks >> 8}.${networks++ & 255}`;

for (const store of stores) {
  describe(`Redis and two replicas on ${store}`, () => {
    let redis, server, peer, env;
    before(async () => {
      redis = await startRedis();
      env = {
        SIGMA_REDIS_URL: redis.url,
        SIGMA_REDIS_TIMEOUT: '1s', // a busy machine is no outage
        SIGMA_RATE_LIMITS: 'on',
        SIGMA_RATE_LIMIT_PER_MINUTE: `general=${limit},token=0,authorize=0,sign_in=0,userinfo=0,revoke=0`,
        SIGMA_TRUSTED_PROXIES: '127.0.0.1/32',
      };
      server = await startServer({ store, env, clients });
      peer = await startServer({ store, env, peerOf: server });
      await Promise.all([server, peer].map((replica) => until(replica, 'redis')));
    });
    after(async () => {
      await peer?.stop();
      await server?.stop();
      await redis?.stop();
    });

    // Whatever the test before left behind.
    beforeEach(() => Promise.all([server, peer].map((replica) => until(replica, 'redis'))));

    const cacheOf = async (replica) => {
      const ready = await replica.admin('GET', '/health/ready');
      assert.equal(ready.status, 200, `ready without Redis, too: ${ready.describe()}`);
      return ready.json.cache;
    };
    /** Waits until the replica says so of its cache. On Postgres it hears nothing from Redis: it notices by being asked. */
    async function until(replica, state) {
      const deadline = Date.now() + 30_000;
      while ((await cacheOf(replica)) !== state) {
        await replica.request('GET', '/api/auth/get-session', { headers: { 'x-forwarded-for': newNetwork() } });
        assert.ok(Date.now() < deadline, `never ${state}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }

    /** How many of `tries` calls from one network pass, turn by turn at both replicas. */
    async function allowed(address, tries) {
      let passed = 0;
      for (let i = 0; i < tries; i++) {
        const answer = await (i % 2 ? peer : server).request('GET', '/api/auth/get-session', {
          headers: { 'x-forwarded-for': address },
        });
        assert.ok([200, 429].includes(answer.status), answer.describe());
        passed += answer.status === 200 ? 1 : 0;
      }
      return passed;
    }

    const revoke = async (replica, token) => {
      const form = { token, client_id: 'my-app' };
      const answer = await replica.request('POST', '/api/auth/oauth2/revoke', { form });
      assert.equal(answer.status, 200, answer.describe());
    };
    /**
     * Asks until it is so: at most `ms`, and what a busy machine adds. A token that lives an hour is not forgotten by then.
     * Answers how often it asked.
     */
    async function soon(ms, condition) {
      const deadline = Date.now() + ms + 3_000;
      let asked = 1;
      for (; !(await condition()); asked += 1) assert.ok(Date.now() < deadline, 'too late');
      return asked;
    }

    /** All of the limit passes, and what is refilled meanwhile: one each three seconds. */
    async function assertAllOf(address, words) {
      const since = Date.now();
      const passed = await allowed(address, 2 * limit);
      const most = limit + 1 + (Date.now() - since) / 3_000;
      assert.ok(passed >= limit && passed < most, `${words}: ${passed}`);
    }

    /** Everything that may be used once, used ten times at both replicas at once. */
    async function spendTwice() {
      const person = await newPerson(server);
      const grant = await getCode(server, person, { scope: fullScope });
      const codes = await Promise.all(range(10, (i) => postToken(i % 2 ? peer : server, exchangeForm(grant))));
      assert.equal(count(codes, 200), 1, 'a code');
      assert.equal(count(codes, 400), 9, 'documented answers only');

      const tokens = await exchange(peer, await getCode(server, person, { scope: fullScope }));
      const refresh = refreshForm(tokens.refresh_token);
      const rotations = await Promise.all(range(10, (i) => postToken(i % 2 ? peer : server, refresh)));
      assert.equal(count(rotations, 200), 10, 'a retry gets the same pair');
      assert.equal(new Set(rotations.map((answer) => answer.json.refresh_token)).size, 1, 'a refresh token');

      const form = exchangeForm(await getCode(server, person, { client_id: 'with-key' }));
      const body = new URLSearchParams(form).toString();
      const token = member.token(tokenPath, { body, timestamp: distinctTime() });
      const signed = await Promise.all(range(10, (i) => postToken(i % 2 ? peer : server, body, { token })));
      assert.equal(count(signed, 200), 1, 'an X-Auth-Token');
      assert.equal(count(signed, 401), 9, 'documented answers only');
      return codes.find((answer) => answer.status === 200).json;
    }

    async function flow() {
      const person = await newPerson(peer);
      const tokens = await exchange(server, await getCode(peer, person));
      assert.equal((await userinfo(peer, tokens.access_token)).status, 200);
    }

    test('with Redis, the replicas share one limit', async () => {
      await assertAllOf(newNetwork(), 'one limit for both');
    });

    test('a revocation at one replica is seen at the other at once', async () => {
      const person = await newPerson(server);
      const asked = [];
      for (let i = 0; i < 10; i++) {
        const { access_token } = await exchange(server, await getCode(server, person));
        for (const replica of [server, peer, peer, server])
          assert.equal((await userinfo(replica, access_token)).status, 200);
        const [by, other] = i % 2 ? [server, peer] : [peer, server];
        await revoke(by, access_token);
        assert.equal((await userinfo(by, access_token)).status, 401, 'where it was revoked, before the answer');
        asked.push(await soon(200, async () => (await userinfo(other, access_token)).status === 401));
      }
      // Who is not told forgets after two seconds, which is hundreds of questions later.
      assert.ok(asked.some((times) => times <= 5), `asked ${asked.join(', ')} times`);
      const signedIn = await newPerson(server);
      const { access_token } = await exchange(server, await getCode(server, signedIn));
      assert.equal((await userinfo(peer, access_token)).status, 200);
      await signedIn.request(server, 'POST', '/api/auth/sign-out', { json: {} });
      await soon(200, async () => (await userinfo(peer, access_token)).status === 401);
    });

    test('case 66: with Redis lost, a revocation is seen by the other replica when it has forgotten the token', async () => {
      const person = await newPerson(server);
      for (const lose of [() => redis.gate.close(), () => redis.gate.cut()]) {
        const { access_token } = await exchange(server, await getCode(server, person));
        assert.equal((await userinfo(peer, access_token)).status, 200, 'remembered');
        await lose();
        await revoke(server, access_token);
        await soon(2_000, async () => (await userinfo(peer, access_token)).status === 401);
        await redis.gate.open();
        await Promise.all([server, peer].map((replica) => until(replica, 'redis')));
      }
      // Silence instead of an end: the messages hang in the gate.
      const { access_token } = await exchange(server, await getCode(server, person));
      assert.equal((await userinfo(peer, access_token)).status, 200);
      redis.gate.delay = 30_000;
      await revoke(server, access_token);
      await soon(2_000, async () => (await userinfo(peer, access_token)).status === 401);
      redis.gate.delay = 0;
      redis.gate.cut();
      await Promise.all([server, peer].map((replica) => until(replica, 'redis')));
    });

    const outages = {
      'kill -9': { begin: () => redis.kill(), end: () => redis.start() },
      'network refused': { begin: () => redis.gate.close(), end: () => redis.gate.open() },
      'slow (5 s)': {
        begin: () => {
          redis.gate.delay = 5_000;
        },
        end: () => {
          redis.gate.delay = 0;
        },
      },
    };
    for (const [name, { begin, end }] of Object.entries(outages)) {
      test(`case 66: Redis ${name}: nothing spent twice, limits stricter, back without restart`, async () => {
        const address = newNetwork();
        const since = Date.now();
        assert.equal(await allowed(address, limit), limit);
        await begin();
        try {
          await spendTwice();
          await flow();
          await Promise.all([server, peer].map((replica) => until(replica, 'redis_unavailable')));
          // Each replica knows the count as of Redis' last answer to it.
          const more = await allowed(address, limit / 2);
          assert.ok(more <= 2 + (Date.now() - since) / 3_000, `the outage is no fresh start: ${more}`);
          await assertAllOf(newNetwork(), 'each replica allows half');
        } finally {
          await end();
        }
        await Promise.all([server, peer].map((replica) => until(replica, 'redis')));
        await spendTwice();
        await assertAllOf(newNetwork(), 'shared again');
      });
    }

    test('case 66: Redis flushed: nothing spent twice, counts begin anew', async () => {
      const address = newNetwork();
      await assertAllOf(address, 'before');
      await redis.cli('FLUSHALL');
      await redis.cli('SCRIPT', 'FLUSH');
      await assertAllOf(address, 'after');
      await spendTwice();
    });

    test('case 66: Redis killed between a code and its exchange, and its connections cut all the time', async () => {
      const person = await newPerson(server);
      const grant = await getCode(server, person);
      await redis.kill();
      await exchange(peer, grant);
      assert.equal((await postToken(server, exchangeForm(grant))).status, 400);
      await redis.start();
      const cutting = setInterval(() => redis.gate.cut(), 20);
      try {
        await spendTwice();
        await flow();
      } finally {
        clearInterval(cutting);
      }
      await Promise.all([server, peer].map((replica) => until(replica, 'redis')));
    });

    test('a replica starts without Redis', async () => {
      await redis.kill();
      const third = await startServer({ store, env, peerOf: server }).catch((error) => error);
      try {
        assert.ok(third.request, String(third));
        assert.equal(await cacheOf(third), 'redis_unavailable');
        const shown = await authorize(third, await newPerson(third), { code_challenge: newPkce().challenge });
        assert.equal(shown.status, 302, shown.describe());
      } finally {
        await third.stop?.();
        await redis.start();
      }
      await until(server, 'redis');
    });

    test('doctor tries a round trip, metrics count', async () => {
      await Promise.all([server, peer].map((replica) => until(replica, 'redis')));
      const healthy = await server.cli(['doctor']);
      assert.match(healthy.stdout, /ok +cache +Redis, answers in/);
      const wrong = { SIGMA_REDIS_URL: redis.url.replace('//', '//sigma:wrong-password@') };
      const sick = await server.cli(['doctor'], { env: wrong, check: false });
      assert.equal(sick.code, 1);
      assert.match(sick.stdout, /FAIL +cache .*WRONGPASS/);
      assert.doesNotMatch(sick.stdout + sick.stderr, /wrong-password/);
      const metrics = (await server.admin('GET', '/metrics')).text;
      assert.match(metrics, /sigma_redis_up 1/);
      assert.match(metrics, /sigma_redis_commands_total\{outcome="answered"\} [1-9]/);
      assert.match(metrics, /sigma_redis_commands_total\{outcome="unavailable"\} [1-9]/);
    });
  });
}

const range = (length, make) => Array.from({ length }, (_, i) => make(i));
const count = (answers, status) => answers.filter((answer) => answer.status === status).length;
