// A rolling upgrade: the next release has migrated, and this one serves on its schema beside it, starts on it again, and loses nothing.
// What the next release does to the schema is more than any will: every table gets columns and an index, and a new table comes. That
// releases do no more than that is the rule that tests/deploy/migrations.test.mjs holds migrations to.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clients, Load } from './support/load.mjs';
import { survive } from './support/survive.mjs';
import { Topology } from './support/topology.mjs';

describe('two releases on one database', () => {
  let topology;
  let load;
  let newest;
  before(async () => {
    topology = await Topology.start({ clients });
    load = await Load.begin(topology.front);
    const { rows } = await topology.postgres.inDatabase('SELECT max(version)::int AS version FROM schema_migration');
    newest = rows[0].version;
  });
  after(async () => {
    await load?.stop();
    await topology?.stop();
  });

  /** A migration of a later release, as its `migrate` applies it: in one transaction, with a row that says who may go on. */
  async function migrate(version, oldestProgram, statements) {
    const row = `INSERT INTO schema_migration (version, name, checksum, oldest_program, applied_at) VALUES (${version}, 'of_a_later_release', repeat('0', 64), ${oldestProgram}, 0)`;
    await topology.postgres.inDatabase(['BEGIN', "SET LOCAL lock_timeout = '10s'", ...statements, row, 'COMMIT'].join(';\n'));
  }

  async function tables() {
    const { rows } = await topology.postgres.inDatabase("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'schema_migration'");
    return rows.map(({ relname }) => relname);
  }

  test('case 68: the next release migrates while this one serves: nobody is turned away', async () => {
    const names = await tables();
    assert.ok(names.length > 10);
    const turnedAway = await survive(load, async () => {
      // A migration for each table, as releases have them: none holds the locks of all.
      for (const [i, name] of names.entries()) {
        await migrate(newest + 1 + i, newest, [
          `ALTER TABLE ${name} ADD COLUMN of_a_later_release text`,
          `ALTER TABLE ${name} ADD COLUMN another bigint NOT NULL DEFAULT 7`,
          `CREATE INDEX ON ${name} (another)`,
        ]);
      }
      await migrate(newest + 1 + names.length, newest, ['CREATE TABLE of_a_later_release (id text PRIMARY KEY, user_id text REFERENCES users (id) ON DELETE CASCADE)']);
    });
    assert.equal(turnedAway, 0, load.describe());
  });

  test('case 68: a replica that started before the migration and one that started after it serve side by side', async () => {
    const [first] = topology.replicas;
    const turnedAway = await survive(load, async () => {
      assert.deepEqual(await first.terminate(), { code: 0, signal: null });
      await topology.revive(first);
    });
    assert.equal(turnedAway, 0, load.describe());
  });

  test('case 68: a replica of this release that crashes during the upgrade starts again', async () => {
    const second = topology.replicas[1];
    await survive(load, () => second.kill(), () => topology.revive(second));
  });

  test('case 68: a release that may not go on says so, and those that serve go on', async () => {
    const [first, second] = topology.replicas;
    await survive(
      load,
      async () => {
        await migrate(newest + 1000, newest + 1000, ['CREATE TABLE of_the_release_after (id text PRIMARY KEY)']);
        await first.terminate();
        await assert.rejects(first.start(), new RegExp(`has migration ${newest + 1000}_of_a_later_release, which this program does not know`));
        assert.equal((await second.request('GET', '/api/auth/ok')).status, 200);
      },
      async () => {
        await topology.postgres.inDatabase(`DELETE FROM schema_migration WHERE version = ${newest + 1000}`);
        await topology.revive(first);
      },
    );
  });
});
