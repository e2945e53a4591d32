// Two hosts in SIGMA_DATABASE_URL: the primary dies, the standby is promoted, and the server finds it by itself
// (docs/how-to/run-on-postgres.md). Who promotes is the operator's business; here it is the test.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { exchange, exchangeForm, fullScope, getCode, postToken, publicClient, refreshForm } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { inDatabase } from './support/postgres.mjs';
import { binary, freePorts, startServer } from './support/server.mjs';
import { until } from './support/until.mjs';

const script = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../support/postgres/run.sh');
const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(a) - Number(b));
const bin = path.join('/usr/lib/postgresql', versions.at(-1), 'bin');
const asPostgres = (program, ...args) => {
  const command = [path.join(bin, program), ...args];
  const [first, ...rest] = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command;
  return execFileSync(first, rest, { stdio: 'ignore' });
};

let folder;
let primary;
let standby;
let server;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sigma-failover-'));
  execFileSync('chmod', ['755', folder]); // Postgres runs as another user
  primary = new URL(execFileSync(script, ['start', path.join(folder, 'primary')], { encoding: 'utf8' }).trim());
  const [port] = await freePorts(1);
  standby = new URL(primary);
  standby.port = String(port);
  const home = path.join(folder, 'standby');
  execFileSync('mkdir', ['-p', path.join(home, 'socket')]);
  if (process.getuid() === 0) execFileSync('chown', ['-R', 'postgres', home]);
  asPostgres('pg_basebackup', '-h', '127.0.0.1', '-p', primary.port, '-U', 'sigma', '-D', path.join(home, 'data'), '-R', '-X', 'stream', '-c', 'fast');
  const options = `-p ${port} -k ${home}/socket -c listen_addresses=127.0.0.1 -c max_connections=200`;
  asPostgres('pg_ctl', '-D', path.join(home, 'data'), '-l', path.join(home, 'server.log'), '-w', '-o', options, 'start');

  const url = `postgresql://sigma@127.0.0.1:${standby.port},127.0.0.1:${primary.port}/postgres?target_session_attrs=read-write`;
  const env = { SIGMA_DATABASE_URL: url };
  execFileSync(binary, ['migrate'], { env: { PATH: process.env.PATH, ...env } });
  server = await startServer({ env, clients: [publicClient('my-app')] });
});
after(async () => {
  await server?.stop();
  for (const name of ['primary', 'standby']) execFileSync(script, ['stop', path.join(folder, name)]);
  rmSync(folder, { recursive: true, force: true });
});

test('case 66: the primary dies, the standby takes over: nothing is lost, nothing is accepted twice, nobody restarts anything', async () => {
  const person = await newPerson(server);
  const grant = await getCode(server, person, { scope: fullScope });
  const tokens = await exchange(server, grant);
  await until(async () => (await inDatabase(primary.href, 'SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()')).rowCount === 1);

  asPostgres('pg_ctl', '-D', path.join(folder, 'primary/data'), '-m', 'immediate', '-w', 'stop');
  const refused = await until(async () => {
    const answer = await postToken(server, refreshForm('nobody-has-this-one'));
    return answer.status === 503 && answer;
  });
  assert.equal(refused.json.error, 'temporarily_unavailable', refused.describe());
  asPostgres('pg_ctl', '-D', path.join(folder, 'standby/data'), '-w', 'promote');

  await until(async () => (await server.admin('GET', '/health/ready', { token: null })).status === 200);
  assert.equal((await person.session(server)).user.id, person.userId);
  const refreshed = await until(async () => {
    const answer = await postToken(server, refreshForm(tokens.refresh_token));
    return answer.status !== 503 && answer;
  });
  assert.equal(refreshed.status, 200, refreshed.describe());
  const again = await postToken(server, exchangeForm(grant));
  assert.equal(again.json.error, 'invalid_grant', again.describe());
});
