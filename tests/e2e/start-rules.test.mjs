// A server starts on a schema that is its own, or says why it does not and what to do. Nothing is changed by a refusal.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createDatabase, dropDatabase } from './support/postgres.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

/** One statement in the store of `server`, while it is down; answers the rows as lists. */
async function inStore(server, text) {
  if (!server.databaseUrl) {
    const said = execFileSync('sqlite3', ['-separator', '|', path.join(server.dataDir, 'sigma.db'), text], { encoding: 'utf8' });
    return said.split('\n').filter(Boolean).map((line) => line.split('|'));
  }
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

const history = (server) => inStore(server, 'SELECT version, name, checksum FROM schema_migration ORDER BY version');

forEachStore('what a start refuses', {}, (context) => {
  before(async () => {
    await context.server.terminate();
    context.history = await history(context.server);
  });

  /** `serve` ends with 1 and words; the database is as it was before. */
  async function assertRefused(words) {
    const { server } = context;
    const left = await history(server);
    for (const command of ['serve', 'migrate']) {
      const { code, stderr, stdout } = await server.cli([command], { check: false });
      assert.equal(code, 1, stderr + stdout);
      assert.match(stderr + stdout, words);
    }
    assert.equal((await server.cli(['migrate', 'status'], { check: false })).code, 1);
    assert.deepEqual(await history(server), left, 'nothing was changed');
  }

  test('a database that is newer than the program', async () => {
    const { server } = context;
    await inStore(server, "INSERT INTO schema_migration VALUES (9001, 'of_tomorrow', 'x', 9001, 0)");
    await assertRefused(/9001_of_tomorrow, which this program does not know.*Run the newer release, or restore a backup/s);
    await inStore(server, 'DELETE FROM schema_migration WHERE version = 9001');
  });

  test('a newer database whose migration lets this program go on', async () => {
    const { server } = context;
    await inStore(server, "INSERT INTO schema_migration VALUES (9001, 'of_tomorrow', 'x', 1, 0)");
    const states = JSON.parse((await server.cli(['migrate', 'status', '--json'])).stdout);
    assert.ok(states.some(({ name }) => name === 'of_tomorrow'));
    await server.start();
    await server.terminate();
    await inStore(server, 'DELETE FROM schema_migration WHERE version = 9001');
  });

  test('a migration that somebody has edited', async () => {
    const { server } = context;
    const [[version, , checksum]] = context.history;
    await inStore(server, `UPDATE schema_migration SET checksum = '${'0'.repeat(64)}' WHERE version = ${version}`);
    await assertRefused(/differs from the one in this program/);
    await inStore(server, `UPDATE schema_migration SET checksum = '${checksum}' WHERE version = ${version}`);
  });

  test('set right, it starts', async () => {
    await context.server.start();
    assert.deepEqual((await context.server.request('GET', '/api/auth/ok')).status, 200);
  });
});

describe('a shared database that lacks migrations', () => {
  let url;
  let server;
  before(async () => {
    url = await createDatabase();
    server = await startServer({ store: 'sqlite' });
    await server.terminate();
    server.env.SIGMA_DATABASE_URL = url;
  });
  after(async () => {
    await server?.stop();
    await dropDatabase(url);
  });

  test('is not migrated by a start, but by the command', async () => {
    const refused = await server.cli(['serve'], { check: false });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr + refused.stdout, /The database lacks 0001_initial.*Run `sigma-auth migrate` first/s);
    assert.match((await server.cli(['migrate', 'status'])).stdout, /0001_initial +missing/);
    await server.cli(['migrate']);
    assert.doesNotMatch((await server.cli(['migrate', 'status'])).stdout, /missing/);
    await server.start();
  });
});
