// A day of traffic in some twenty minutes: 100,000 flows, 30,000 device starts and 100,000 refreshes against one replica on Postgres,
// between clocks that jump. Tokens and sessions live for two hours here, and a grant's row for a day longer; so 28 hours at the same
// pace come first, and then a day in which as much goes as comes: tables and memory must not grow. DAY_SCALE=0.02 does a fiftieth.
import { execFileSync } from 'node:child_process';
import { createECDH } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clients } from './plan.mjs';
import { SigmaAuth, temporaryFolder } from './server.mjs';

const { values } = parseArgs({ allowPositionals: true, options: { bin: { type: 'string' }, out: { type: 'string' } } });
const bin = path.resolve(values.bin);
const out = path.resolve(values.out);
const scale = Number(process.env.DAY_SCALE ?? 1);
const day = { flow: 100_000, 'device-code': 30_000, refresh: 100_000 };
const hourMs = 3_600_000;
const lifetime = '2h';
/** Hours between two looks. */
const before = Array(7).fill(4);
const measured = Array(12).fill(2);
const accounts = ['users', 'profiles', 'chain_keys'];
const limits = { rows: 1.25, bytes: 1.5, memory: 1.15 };

const databaseUrl = process.env.SIGMA_TEST_POSTGRES_URL;
const scratch = temporaryFolder('sigma-day-');
const clockFile = path.join(scratch, 'clock');

/** Server and driver share a clock that jumps; what they measure time with goes on as before. */
const faked = {
  LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  FAKETIME_TIMESTAMP_FILE: clockFile,
  FAKETIME_CACHE_DURATION: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
};

function setClock(hours) {
  writeFileSync(`${clockFile}.new`, `+${hours * 3600}\n`);
  renameSync(`${clockFile}.new`, clockFile);
}

const sql = (text) => execFileSync('psql', ['-XAtq', '-F', ' ', '-v', 'ON_ERROR_STOP=1', '-c', text, databaseUrl], { encoding: 'utf8' }).trim();

/** Rows and bytes of every table, largest first. */
function tables() {
  const count = "(xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]::text";
  const text = sql(`SELECT relname, ${count}, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 3 DESC`);
  return text.split('\n').map((line) => {
    const [name, rows, bytes] = line.split(' ');
    return { name, rows: Number(rows), bytes: Number(bytes) };
  });
}

function load(server, scenario, operations, ...more) {
  const args = [scenario, '--server', `127.0.0.1:${server.port}`, '--max', String(operations), '--seconds', '600', '--repeat', '1', '--warm-up', '0', ...more];
  const report = path.join(scratch, 'report.json');
  execFileSync(path.join(bin, 'sigma_load'), [...args, '--json', report], { env: { PATH: process.env.PATH, ...faked }, stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(readFileSync(report, 'utf8'));
}

/** Until the server's upkeep, which looks once a minute, has removed all that had expired at the time `now` (ms). */
async function untilTidy(now) {
  const later = 2 * hourMs; // lest a clock that ran ahead destroys what is good
  const expiring = { access_tokens: later, refresh_tokens: later, sessions: later, grants: later, used_keys: later, device_codes: 0 };
  const counts = Object.entries(expiring).map(([table, ms]) => `(SELECT count(*) FROM ${table} WHERE expires_at <= ${now - ms})`);
  for (const deadline = Date.now() + 300_000; sql(`SELECT ${counts.join(' + ')}`) !== '0'; await sleep(1000)) {
    if (Date.now() > deadline) throw new Error('what has expired is not removed');
  }
}

async function main() {
  if (!databaseUrl) throw new Error('it wants SIGMA_TEST_POSTGRES_URL; ./dev bench day starts one');
  setClock(0);
  const member = createECDH('secp256k1');
  member.generateKeys();
  const keyFile = path.join(scratch, 'member-key');
  writeFileSync(keyFile, member.getPrivateKey('hex').padStart(64, '0'), { mode: 0o600 });
  // Postgres' own upkeep goes by its own clock, which does not jump.
  sql("ALTER SYSTEM SET autovacuum_naptime = '1s'");
  sql('SELECT pg_reload_conf()');

  const server = new SigmaAuth({ bin, out, store: 'day', databaseUrl });
  await server.prepare();
  Object.assign(server.env, faked, {
    SIGMA_REFRESH_TOKEN_LIFETIME: lifetime,
    SIGMA_SESSION_LIFETIME: lifetime,
    SIGMA_AUDIT_RETENTION: lifetime,
    SIGMA_RATE_LIMITS: 'off',
  });
  await server.start();
  for (const client of clients(member.getPublicKey('hex', 'compressed'))) await server.createClient(client);

  await server.createClient({
    client_id: 'device',
    client_name: 'Television',
    token_endpoint_auth_method: 'none',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    response_types: [],
    redirect_uris: [],
    scope: 'openid',
  });

  const history = [];
  let hour = 0;
  for (const hours of [...before, ...measured]) {
    const share = (kind, part = 1) => Math.ceil((scale * part * day[kind] * hours) / 24);
    const reports = [
      load(server, 'flow', share('flow', 0.5), '--client-id', 'open-es256'),
      load(server, 'flow', share('flow', 0.5), '--client-id', 'key-es256', '--key-file', keyFile),
      load(server, 'device-code', share('device-code'), '--client-id', 'device'),
      load(server, 'refresh', share('refresh'), '--client-id', 'open-es256'),
    ];
    const operations = reports.map((report) => report.all_operations);
    const errors = reports.reduce((sum, report) => sum + report.median.errors, 0);
    const firstError = reports.find((report) => report.first_error)?.first_error;
    const now = { hour, operations, errors, firstError, mib: server.process.memory(), tables: tables() };
    history.push(now);
    const biggest = now.tables.slice(0, 6).map(({ name, rows, bytes }) => `${name} ${rows} rows ${(bytes / 2 ** 20).toFixed(1)} MiB`);
    console.log(`hour ${now.hour}: ${operations.join(' + ')} operations, ${errors} errors, ${now.mib.toFixed(1)} MiB; ${biggest.join(', ')}`);
    hour += hours;
    setClock(hour);
    await untilTidy(Date.now() + hour * hourMs);
  }
  await server.process.stop();
  writeFileSync(path.join(out, 'day.json'), `${JSON.stringify({ scale, load: os.loadavg(), history }, null, 2)}\n`);

  const grown = [];
  // The first looks are steps of another length, and what has expired stays for two hours more: from here on, as much goes as comes.
  const reference = history[before.length + 2];
  const last = history.at(-1);
  for (const { name, rows, bytes } of last.tables) {
    if (accounts.includes(name)) continue; // each start of the driver brings new people, and they stay
    const then = reference.tables.find((table) => table.name === name);
    if (rows > limits.rows * then.rows + 100) grown.push(`${name}: ${then.rows} rows at hour ${reference.hour}, ${rows} at the end`);
    if (bytes > limits.bytes * then.bytes + 2 ** 20) grown.push(`${name}: ${then.bytes} bytes at hour ${reference.hour}, ${bytes} at the end`);
  }
  if (last.mib > limits.memory * reference.mib + 4) grown.push(`memory: ${reference.mib} MiB at hour ${reference.hour}, ${last.mib} at the end`);
  for (const { hour: at, errors, firstError } of history) if (errors > 0) grown.push(`hour ${at}: ${errors} requests failed: ${firstError}`);
  if (grown.length > 0) throw new Error(`not flat:\n  ${grown.join('\n  ')}`);
  console.log('flat');
}

try {
  await main();
} catch (error) {
  console.error(`day: ${error.message}`);
  process.exit(1);
}
