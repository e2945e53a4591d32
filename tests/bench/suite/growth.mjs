// How figures grow: with connections, with what is stored, with replicas. Postgres only.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { clients } from './plan.mjs';
import { SigmaAuth } from './server.mjs';

const connections = [1, 4, 16, 64, 256, 1000];
const storedTokens = [1e3, 1e4, 1e5, 1e6, 1e7];
const replicas = [1, 2, 3, 4];

async function psql(url, command) {
  const { stdout } = await promisify(execFile)('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', command, url]);
  return stdout.trim().split('\n');
}

/** Ten million rows are soon there when their indexes are made afterwards. */
async function withoutIndexes(url, work) {
  const indexes = await psql(
    url,
    `SELECT indexname || '|' || indexdef FROM pg_indexes WHERE tablename IN ('grants', 'access_tokens')
       AND indexname NOT IN (SELECT conname FROM pg_constraint)`,
  );
  for (const line of indexes) await psql(url, `DROP INDEX ${line.split('|')[0]}`);
  await work();
  for (const line of indexes) await psql(url, `SET maintenance_work_mem = '512MB'; ${line.split('|')[1]}`);
}

/** Fills the tables of tokens up to `count` rows, with grants as real sign-ins leave them. */
async function fill(url, from, count) {
  await psql(
    url,
    `INSERT INTO grants (id, code_hash, client_id, user_id, session_id, redirect_uri, redirect_uri_was_sent, scopes,
       offline_access, claims, resources, auth_time, created_at, code_expires_at, consumed_at, expires_at)
     SELECT 'grown-' || n, sha256(('code-' || n)::bytea), 'open-es256', 'user-' || n % 100000, 'session-' || n % 100000,
       'https://app.example.com/', true, '["openid","profile"]', false, 'null', '[]', now_ms, now_ms, now_ms, now_ms,
       now_ms + 86400000
     FROM generate_series(${from}, ${count - 1}) n, (SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms) clock`,
  );
  await psql(
    url,
    `INSERT INTO access_tokens (hash, grant_id, client_id, user_id, session_id, scopes, audience, details, auth_time,
       created_at, expires_at)
     SELECT sha256(('token-' || n)::bytea), 'grown-' || n, 'open-es256', 'user-' || n % 100000, 'session-' || n % 100000,
       '["openid","profile"]', '[]', 'null', now_ms, now_ms, now_ms + 3600000
     FROM generate_series(${from}, ${count - 1}) n, (SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms) clock`,
  );
}

async function store(url, from, count) {
  await withoutIndexes(url, () => fill(url, from, count));
  await psql(url, 'ANALYZE');
}

const say = (what) => process.stderr.write(`  growth: ${what}\n`);

function pointOf(x, report) {
  if (report.failed) return { x, failed: report.failed };
  const { per_second, p50_us, p99_us, server_cpu_us } = report.median;
  return { x, perSecond: per_second, p50: p50_us, p99: p99_us, serverCpu: server_cpu_us };
}

/** @param load what runs sigma_load on a server */
export async function measureGrowth({ bin, out, load, url }) {
  const secret = randomBytes(32).toString('hex');
  const servers = replicas.map(() => new SigmaAuth({ bin, out, store: 'growth', databaseUrl: url, secret }));
  const [first] = servers;
  await first.prepare();
  await first.start();
  for (const client of clients('').filter((each) => !each.member_pubkeys)) await first.createClient(client);
  const flow = ['flow', '--client-id', 'open-es256'];
  const curves = { connections: [], tokens: [], replicas: [] };
  for (const count of connections) {
    say(`${count} connections`);
    const report = await load(first, ['userinfo', '--client-id', 'open-es256'], { connections: count, repeat: 1 });
    curves.connections.push({ ...pointOf(count, report), memory: first.process.memory() });
  }
  for (const [index, count] of storedTokens.entries()) {
    say(`${count} tokens`);
    await store(url, storedTokens[index - 1] ?? 0, count);
    curves.tokens.push(pointOf(count, await load(first, flow, { repeat: 1 })));
  }
  for (const count of replicas) {
    say(`${count} replicas`);
    const running = servers.slice(0, count);
    const newest = running.at(-1);
    if (newest !== first) {
      await newest.prepare();
      await newest.start();
    }
    const reports = await Promise.all(running.map((server) => load(server, flow, { repeat: 1, connections: 4 })));
    const failed = reports.find((report) => report.failed);
    const sum = (field) => reports.reduce((total, report) => total + report.median[field], 0);
    curves.replicas.push(
      failed ? { x: count, failed: failed.failed } : { x: count, perSecond: sum('per_second'), p99: sum('p99_us') / count },
    );
  }
  for (const server of servers) await server.process.stop();
  return curves;
}

const number = (value) => (value === undefined ? '' : Math.round(value).toLocaleString('en-US'));

export function printGrowth(curves) {
  const titles = {
    connections: 'userinfo by connections',
    tokens: 'flow by stored tokens',
    replicas: 'flow by replicas, 4 connections each',
  };
  for (const [name, points] of Object.entries(curves)) {
    console.log(`\n== ${titles[name]}\n| | per second | p50 µs | p99 µs | server µs | MiB |\n|---|---|---|---|---|---|`);
    for (const { x, failed, perSecond, p50, p99, serverCpu, memory } of points) {
      const cells = failed ? [failed] : [perSecond, p50, p99, serverCpu, memory].map(number);
      console.log(`| ${number(x)} | ${cells.join(' | ')} |`);
    }
  }
}
