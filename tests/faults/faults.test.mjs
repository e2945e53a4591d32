// Everything breaks once, under load. Throughout: no code, refresh token, device code or X-Auth-Token is accepted twice, what was
// answered 200 stays, refusals are documented 503s, and when the fault is over the replicas recover by themselves in five seconds.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clients, Load } from './support/load.mjs';
import { assertFelt, survive } from './support/survive.mjs';
import { sleep, Topology } from './support/topology.mjs';

describe('two replicas behind nginx', () => {
  let topology;
  let load;

  before(async () => {
    topology = await Topology.start({ clients });
    load = await Load.begin(topology.front);
  });
  after(async () => {
    await load?.stop();
    await topology?.stop();
  });

  test('nothing breaks: nobody is turned away', async () => {
    assert.equal(await survive(load, () => sleep(500), () => {}), 0, load.describe());
  });

  test('case 67: kill -9 of a replica', async () => {
    const [replica] = topology.replicas;
    await survive(
      load,
      async () => {
        await replica.kill();
        await sleep(1000);
      },
      () => topology.revive(replica),
    );
  });

  test('a rolling restart turns nobody away', async () => {
    topology.complaints();
    const turnedAway = await survive(
      load,
      async () => {
        for (const replica of topology.replicas) {
          const how = await replica.terminate();
          assert.deepEqual(how, { code: 0, signal: null });
          await topology.revive(replica);
        }
      },
      () => {},
    );
    assert.equal(turnedAway, 0, `${load.describe()}\n${topology.complaints().join('\n')}`);
    const broken = topology.complaints().filter((line) => /prematurely closed|reset by peer|timed out/.test(line));
    assert.deepEqual(broken, [], 'no request was cut off');
  });

  test('a full stop by SIGTERM answers every request that was taken', async () => {
    topology.complaints();
    await survive(
      load,
      async () => {
        const ends = await Promise.all(topology.replicas.map((replica) => replica.terminate()));
        for (const how of ends) assert.deepEqual(how, { code: 0, signal: null });
      },
      () => Promise.all(topology.replicas.map((replica) => topology.revive(replica))),
    );
    const broken = topology.complaints().filter((line) => /prematurely closed|reset by peer|timed out/.test(line));
    assert.deepEqual(broken, [], 'no request was cut off');
  });

  test('case 67: kill -9 of Postgres, and its start two seconds later', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        await topology.postgres.kill();
        await sleep(2000);
      },
      () => topology.postgres.resume(),
    );
    assert.ok(turnedAway > 0);
  });

  test('case 66: Postgres stands still for five seconds', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        topology.postgres.signal('SIGSTOP');
        await sleep(5000);
      },
      () => topology.postgres.signal('SIGCONT'),
    );
    assertFelt(load, turnedAway, 2500);
  });

  test('a full stop while Postgres stands still: the audit log says its last words elsewhere', async () => {
    const [replica] = topology.replicas;
    await survive(
      load,
      async () => {
        topology.postgres.signal('SIGSTOP');
        await sleep(1000);
        assert.deepEqual(await replica.terminate({ limitMs: 60_000 }), { code: 1, signal: null });
        assert.ok(replica.logs.some((line) => line.event === 'audit_event_not_stored'));
      },
      async () => {
        topology.postgres.signal('SIGCONT');
        await topology.revive(replica);
      },
    );
  });

  test('case 66: Postgres takes five seconds for each answer', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        await topology.toPostgres.slow(5000);
        await sleep(18_000); // longer than a request may take
      },
      () => topology.toPostgres.mend(),
    );
    assertFelt(load, turnedAway, 4900);
  });

  test('case 66: Postgres is read-only', async () => {
    const set = (value) => topology.postgres.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    const turnedAway = await survive(
      load,
      async () => {
        await set('on');
        await topology.postgres.query('SELECT pg_reload_conf()');
        await sleep(2000);
      },
      async () => {
        await topology.postgres.query('ALTER SYSTEM RESET default_transaction_read_only');
        await topology.postgres.query('SELECT pg_reload_conf()');
      },
    );
    assert.ok(turnedAway > 0);
  });

  // As VACUUM FULL or a careless migration holds them; SIGMA waits two seconds for a lock.
  const lockTables = (seconds) =>
    topology.postgres.inDatabase(`BEGIN; LOCK TABLE sessions, grants, refresh_tokens IN EXCLUSIVE MODE; SELECT pg_sleep(${seconds}); COMMIT`);

  test('case 66: locks that are held shorter than a statement waits for them are waited out', async () => {
    const turnedAway = await survive(load, () => lockTables(1.2));
    assert.equal(turnedAway, 0, load.describe());
    assertFelt(load, turnedAway, 800);
  });

  test('case 66: locks that are held longer turn away who waits for them, and nothing is lost', async () => {
    const turnedAway = await survive(load, () => lockTables(3.5));
    assert.ok(turnedAway > 0);
  });

  test('case 66: the wire to Postgres is cut', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        await topology.toPostgres.cut();
        await sleep(2000);
      },
      () => topology.toPostgres.mend(),
    );
    assert.ok(turnedAway > 0);
  });

  test('case 66: the wire to Postgres holds everything back for three seconds', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        await topology.toPostgres.hold();
        await sleep(3000);
      },
      () => topology.toPostgres.mend(),
    );
    assertFelt(load, turnedAway, 1500);
  });

  test('case 66: kill -9 of Redis, and its start two seconds later', async () => {
    await survive(
      load,
      async () => {
        await topology.redis.end('SIGKILL');
        await topology.untilRedisIsMissed();
        await sleep(2000);
      },
      () => topology.redis.start(),
    );
  });

  test('case 66: Redis stands still for five seconds, then forgets everything', async () => {
    await survive(
      load,
      async () => {
        topology.redis.child.kill('SIGSTOP');
        await topology.untilRedisIsMissed();
        await sleep(5000);
      },
      async () => {
        topology.redis.child.kill('SIGCONT');
        await topology.redisCommand('FLUSHALL');
      },
    );
  });

  test('case 66: Redis takes 200 ms for each answer, then longer than anybody waits', async () => {
    await survive(
      load,
      async () => {
        await topology.toRedis.slow(200);
        await sleep(2000);
        await topology.toRedis.slow(2000);
        await topology.untilRedisIsMissed();
        await sleep(2000);
      },
      () => topology.toRedis.mend(),
    );
  });

  test('case 66: Redis is full and refuses to forget: nobody notices', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        assert.match(await topology.redisCommand('CONFIG', 'SET', 'maxmemory', '1'), /OK[^]*OK/);
        assert.match(await topology.redisCommand('SET', 'anything', 'x'), /-OOM/);
        await sleep(2000);
      },
      () => topology.redisCommand('CONFIG', 'SET', 'maxmemory', '256mb'),
    );
    assert.equal(turnedAway, 0, load.describe());
  });

  test('case 66: Redis forgets everything, again and again', async () => {
    const turnedAway = await survive(load, async () => {
      for (let i = 0; i < 20; i += 1) {
        await topology.redisCommand('FLUSHALL');
        await sleep(100);
      }
    });
    assert.equal(turnedAway, 0, load.describe());
  });

  test('case 67: kill -9 of everything at once', async () => {
    await survive(
      load,
      async () => {
        await Promise.all([...topology.replicas.map((replica) => replica.kill()), topology.redis.end('SIGKILL'), topology.postgres.kill()]);
      },
      async () => {
        await topology.postgres.resume();
        await topology.redis.start();
        await Promise.all(topology.replicas.map((replica) => topology.revive(replica)));
      },
    );
  });
});
