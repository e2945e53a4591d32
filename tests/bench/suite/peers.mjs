// Ours beside npm's oidc-provider and better-auth: one run, one Postgres, one driver, the same requests.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { clients } from './plan.mjs';
import { postgresCounters } from './postgres.mjs';
import { freePort, Process, SigmaAuth, temporaryFolder } from './server.mjs';

const folder = fileURLToPath(new URL('../peers', import.meta.url));

/** What all three can do. `client` is the registration that asks; with a secret where it has one. */
export const peerScenarios = [
  { name: 'flow', label: 'authorize + token (PKCE, ES256) + userinfo', client: 'open-es256' },
  { name: 'authorize', label: 'authorize → code', client: 'open-es256' },
  { name: 'refresh', label: 'refresh with rotation', client: 'open-es256', withoutOidcProvider: true },
  { name: 'client-credentials', label: 'client_credentials', client: 'secret' },
  { name: 'userinfo', label: 'userinfo', client: 'open-es256' },
  { name: 'introspect', label: 'introspection', client: 'secret' },
  { name: 'device-code', label: 'device code', client: 'secret' },
  { name: 'discovery', label: 'discovery', client: 'open-es256' },
  { name: 'jwks', label: 'JWKS', client: 'open-es256' },
];

/** A database of its own in the cluster that `url` names. */
async function newDatabase(url, name) {
  await promisify(execFile)('psql', ['-X', '-q', '-c', `CREATE DATABASE ${name}`, url]);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/** One of the npm peers as a process of its own; `clients`: id and secret by the names of the plan. */
class Peer {
  constructor({ name, databaseUrl, out }) {
    Object.assign(this, { name, databaseUrl, logFile: path.join(out, `peer-${name}.log`) });
  }

  async start() {
    const registrations = clients('').filter((client) => !client.member_pubkeys);
    const secret = 's'.repeat(40);
    const wanted = registrations.map(({ skip_consent, client_name, ...client }) =>
      this.name === 'better-auth'
        ? { ...client, skip_consent, client_name, grant_types: client.grant_types.filter((type) => !type.includes(':')) }
        : { ...client, ...(client.client_id === 'secret' ? { client_secret: secret } : {}) },
    );
    const clientsFile = path.join(temporaryFolder('sigma-bench-peer-'), 'clients.json');
    writeFileSync(clientsFile, JSON.stringify(wanted));
    writeFileSync(this.logFile, '');
    this.port = await freePort();
    const args = [path.join(folder, `${this.name}.mjs`), String(this.port), this.databaseUrl, clientsFile];
    this.process = new Process(process.execPath, args, { env: { NODE_ENV: 'production' }, logFile: this.logFile });
    this.started = await this.process.start(this.port);
    const chosen = readFileSync(this.logFile, 'utf8')
      .split('\n')
      .find((line) => line.startsWith('{'));
    this.clients = chosen
      ? JSON.parse(chosen)
      : Object.fromEntries(wanted.map((client) => [client.client_id, { id: client.client_id, secret: client.client_secret }]));
  }
}

async function startOurs({ bin, out, databaseUrl }) {
  const server = new SigmaAuth({ bin, out, store: 'peers', databaseUrl });
  await server.prepare();
  server.name = 'sigma-auth';
  await server.start();
  await server.process.stop();
  server.started = await server.start();
  server.clients = {};
  for (const client of clients('').filter((each) => !each.member_pubkeys)) {
    const made = await server.createClient(client);
    server.clients[client.client_id] = { id: client.client_id, secret: made.client_secret };
  }
  return server;
}

/** @param load what runs sigma_load on a server */
export async function measurePeers({ bin, out, scratch, load, url }) {
  const servers = [];
  servers.push(await startOurs({ bin, out, databaseUrl: await newDatabase(url, 'bench_sigma') }));
  for (const name of ['oidc-provider', 'better-auth']) {
    const peer = new Peer({ name, databaseUrl: await newDatabase(url, `bench_${name.replace('-', '_')}`), out });
    await peer.start();
    servers.push(peer);
  }
  const secretFile = path.join(scratch, 'peer-secret');
  const results = [];
  for (const scenario of peerScenarios) {
    const row = { ...scenario, servers: {} };
    for (const server of servers) {
      if (scenario.withoutOidcProvider && server.name === 'oidc-provider') continue;
      process.stderr.write(`  ${server.name}: ${scenario.label}\n`);
      const { id, secret } = server.clients[scenario.client];
      if (secret) writeFileSync(secretFile, secret, { mode: 0o600 });
      const before = await postgresCounters(server.databaseUrl);
      const report = await load(server, [
        scenario.name,
        '--client-id',
        id,
        ...(secret ? ['--secret-file', secretFile] : []),
      ]);
      const after = await postgresCounters(server.databaseUrl);
      row.servers[server.name] = report.failed
        ? { failed: report.failed }
        : {
            perSecond: report.median.per_second,
            serverCpu: report.median.server_cpu_us,
            p50: report.median.p50_us,
            p99: report.median.p99_us,
            errors: report.median.errors,
            firstError: report.first_error,
            transactions: (after.transactions - before.transactions) / report.all_operations,
          };
    }
    results.push(row);
  }
  const memory = {};
  const start = {};
  for (const server of servers) {
    memory[server.name] = server.process.memory();
    start[server.name] = server.started;
    await server.process.stop();
  }
  return { results, memory, start };
}

const number = (value) => (value === undefined ? '–' : Math.round(value).toLocaleString('en-US'));

/** One line a scenario: rates, and how many times ours is the other's. */
export function printPeers({ results, memory, start }) {
  const names = ['sigma-auth', 'oidc-provider', 'better-auth'];
  const header = ['per second', ...names, '× oidc-provider', '× better-auth', ...names.map((name) => `${name} CPU µs`)];
  const rows = results.map(({ label, servers }) => {
    const rate = (name) => servers[name]?.perSecond;
    const times = (name) => (rate(name) ? `${(rate(names[0]) / rate(name)).toFixed(1)} ×` : '–');
    const cpu = names.map((name) => number(servers[name]?.serverCpu));
    return [label, ...names.map((name) => number(rate(name))), times(names[1]), times(names[2]), ...cpu];
  });
  rows.push(['memory after load, MiB', ...names.map((name) => number(memory[name])), '', '', '', '', '']);
  rows.push(['start to first 200, ms', ...names.map((name) => number(start[name])), '', '', '', '', '']);
  console.log('\n== peers: the same requests on the same Postgres');
  console.log(`| ${header.join(' | ')} |\n|${header.map(() => '---').join('|')}|`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  for (const { label, servers } of results) {
    for (const [name, { failed, errors, firstError }] of Object.entries(servers)) {
      if (failed ?? errors) console.log(`${name}, ${label}: ${failed ?? `${errors} errors, first: ${firstError}`}`);
    }
  }
}
