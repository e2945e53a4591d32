// Behind a pooler in transaction mode: each transaction meets another session, none of them is ours to keep.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { exchange, exchangeForm, fullScope, getCode, postToken, publicClient, refreshForm } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { createDatabase, dropDatabase } from './support/postgres.mjs';
import { binary, freePorts, startServer } from './support/server.mjs';

/** A pgbouncer before the database of `url`, with fewer connections there than the server has threads. */
async function startPooler(url) {
  const target = new URL(url);
  const [port] = await freePorts(1);
  const folder = await mkdtemp(path.join(tmpdir(), 'sigma-pgbouncer-'));
  await chmod(folder, 0o755); // it does not run as root
  const file = path.join(folder, 'pgbouncer.ini');
  const text = `[databases]
${target.pathname.slice(1)} = host=${target.hostname} port=${target.port} user=${target.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = any
pool_mode = transaction
default_pool_size = 3
unix_socket_dir =
server_reset_query_always = 1
server_reset_query = DISCARD ALL
`;
  await writeFile(file, text);
  const asNobody = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  const [command, ...rest] = [...asNobody, 'pgbouncer', '-q', file];
  const child = spawn(command, rest, { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  process.on('exit', () => child.kill('SIGKILL'));
  const pooled = new URL(url);
  pooled.port = String(port);
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({ connectionString: pooled.toString() });
    try {
      await client.connect();
      await client.end();
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await pause(50);
    }
  }
  return {
    url: pooled.toString(),
    stop: async () => {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}

describe('behind pgbouncer in transaction mode', () => {
  let database, pooler, server;
  const env = () => ({ SIGMA_DATABASE_URL: pooler.url, SIGMA_DATABASE_POOLER: 'transaction' });
  before(async () => {
    database = await createDatabase();
    pooler = await startPooler(database);
    const migrated = await promisify(execFile)(binary, ['migrate'], { env: { PATH: process.env.PATH, ...env() } });
    assert.match(migrated.stdout, /0001_initial/);
    server = await startServer({ env: env(), clients: [publicClient('app')] });
  });
  after(async () => {
    await server?.stop();
    await pooler?.stop();
    await dropDatabase(database);
  });

  test('flows at the same time share few sessions', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => newPerson(server)));
    await Promise.all(
      people.map(async (person) => {
        for (let i = 0; i < 3; i += 1) {
          const tokens = await exchange(server, await getCode(server, person, { client_id: 'app', scope: fullScope }));
          const refreshed = await postToken(server, refreshForm(tokens.refresh_token, 'app'));
          assert.equal(refreshed.status, 200, refreshed.describe());
        }
      }),
    );
  });

  test('a code is still good for one exchange', async () => {
    const code = await getCode(server, await newPerson(server), { client_id: 'app' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => postToken(server, exchangeForm(code))));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });
});
