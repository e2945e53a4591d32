// The benchmark suite; run.sh starts it. Options by environment: BENCH_SECONDS (5) a repetition, BENCH_REPEAT (3),
// BENCH_CONNECTIONS (8), BENCH_THREADS (1) of the driver.
import { execFile, spawn } from 'node:child_process';
import { createECDH } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { chartOf } from './chart.mjs';
import { measureGrowth, printGrowth } from './growth.mjs';
import { measurePeers, printPeers } from './peers.mjs';
import { clients, scenarios } from './plan.mjs';
import { postgresCounters } from './postgres.mjs';
import { printMicro, printStore } from './report.mjs';
import { freePort, Process, SigmaAuth, temporaryFolder } from './server.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { bin: { type: 'string' }, out: { type: 'string' } },
});
const bin = path.resolve(values.bin);
const out = path.resolve(values.out);
const only = positionals[0];
const stores = ['sqlite', 'postgres'];
const settings = {
  seconds: Number(process.env.BENCH_SECONDS ?? 5),
  repeat: Number(process.env.BENCH_REPEAT ?? 3),
  connections: Number(process.env.BENCH_CONNECTIONS ?? 8),
  threads: Number(process.env.BENCH_THREADS ?? 1),
};
const scratch = temporaryFolder('sigma-bench-driver-');
const keyFile = path.join(scratch, 'member-key');
const secretFile = path.join(scratch, 'client-secret');

const names = new Set(['micro', 'bare', 'peers', 'growth', ...stores, ...scenarios.map((scenario) => scenario.name)]);
if (only !== undefined && !names.has(only)) {
  console.error(`bench: no '${only}'. There are: ${[...names].join(', ')}`);
  process.exit(2);
}

const save = (name, value) => writeFileSync(path.join(out, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);

let loads = 0;
/** Runs sigma_load; answers its report. */
async function load(server, args, more = {}) {
  const file = path.join(scratch, `report-${++loads}.json`); // several may run at once
  const option = { ...settings, ...more };
  const child = spawn(
    path.join(bin, 'sigma_load'),
    [
      ...args,
      ...['--server', `127.0.0.1:${server.port}`, '--pid', String(server.process.pid), '--json', file],
      ...['--seconds', String(option.seconds), '--repeat', String(option.repeat)],
      ...['--connections', String(option.connections), '--threads', String(option.threads)],
      ...(option.rate ? ['--rate', String(Math.round(option.rate))] : []),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) return { failed: complaint.trim() || `sigma_load ended with ${code}` };
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The bare Beast server with the answer that discovery gives: the yardstick for static answers. */
async function measureBare(body) {
  const bodyFile = path.join(scratch, 'body');
  writeFileSync(bodyFile, body);
  const port = await freePort();
  const args = ['--port', String(port), '--threads', String(os.cpus().length), '--body', bodyFile];
  const bare = new Process(path.join(bin, 'sigma_bare'), args, { logFile: path.join(out, 'bare.log') });
  await bare.start(port);
  const report = await load({ port, process: bare }, ['discovery']);
  await bare.stop();
  return report;
}

async function measureStarts(server) {
  const fresh = await server.start();
  const warm = [];
  for (let i = 0; i < 3; ++i) {
    await server.process.stop();
    warm.push(await server.start());
  }
  return { fresh, warm: warm.sort((a, b) => a - b)[1] };
}

async function measureScenario(server, scenario) {
  const args = [...scenario.args];
  if (scenario.signs) args.push('--key-file', keyFile);
  if (scenario.secret) args.push('--secret-file', secretFile);
  const counters = async () => ({ allocations: server.allocations(), ...(await postgresCounters(server.databaseUrl)) });
  const before = await counters();
  const report = await load(server, args);
  if (report.failed) return { label: scenario.label, failed: report.failed };
  const after = await counters();
  const perOperation = (name) => (name in before ? (after[name] - before[name]) / report.all_operations : undefined);
  const result = {
    label: scenario.label,
    ...report,
    allocations: perOperation('allocations'),
    transactions: perOperation('transactions'),
    syncs: perOperation('syncs'),
    databaseCpu: perOperation('databaseCpu'),
  };
  if (scenario.openLoop) {
    result.openLoop = await load(server, args, { rate: scenario.openLoop * report.median.per_second, repeat: 1 });
  }
  return result;
}

async function measureStore(store, pubkey) {
  const databaseUrl = store === 'postgres' ? process.env.SIGMA_TEST_POSTGRES_URL : undefined;
  const server = new SigmaAuth({ bin, out, store, databaseUrl, counted: true });
  await server.prepare();
  const start = await measureStarts(server);
  await sleep(1000);
  const idleMib = server.process.memory();
  for (const client of clients(pubkey)) {
    const { client_secret: secret } = await server.createClient(client);
    if (secret) writeFileSync(secretFile, secret, { mode: 0o600 });
  }

  const bare = only === undefined || ['bare', 'discovery', 'jwks', ...stores].includes(only)
    ? await measureBare(await server.body('/.well-known/openid-configuration'))
    : undefined;
  const results = [];
  for (const scenario of scenarios) {
    if (only !== undefined && !stores.includes(only) && scenario.name !== only) continue;
    process.stderr.write(`  ${store}: ${scenario.label}\n`);
    results.push(await measureScenario(server, scenario));
  }
  const loadedMib = server.process.memory();
  await server.process.stop();
  return { store, start, idleMib, loadedMib, bare, results };
}

async function runMicro() {
  const file = path.join(out, 'micro.json');
  const args = [
    `--benchmark_out=${file}`,
    '--benchmark_out_format=json',
    `--benchmark_repetitions=${settings.repeat}`,
    '--benchmark_min_time=0.3',
    '--benchmark_report_aggregates_only=true',
  ];
  await promisify(execFile)(path.join(bin, 'sigma_micro'), args, { maxBuffer: 16 * 1024 * 1024 });
  printMicro(JSON.parse(readFileSync(file, 'utf8')).benchmarks);
}

async function main() {
  mkdirSync(out, { recursive: true });
  const member = createECDH('secp256k1');
  member.generateKeys();
  writeFileSync(keyFile, member.getPrivateKey('hex').padStart(64, '0'), { mode: 0o600 });
  const pubkey = member.getPublicKey('hex', 'compressed');

  const machine = {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    kernel: os.release(),
    time: new Date().toISOString(),
    load: os.loadavg()[0],
  };
  console.log(`${machine.cores} × ${machine.cpu}, Linux ${machine.kernel}, load average ${machine.load.toFixed(2)}`);
  if (machine.load > 0.5) console.log('The machine is busy with other work: these figures compare with no other run.');
  if (only === undefined || only === 'micro') await runMicro();
  if (only === 'micro') return;
  if (only === 'peers') {
    const url = process.env.SIGMA_TEST_POSTGRES_URL;
    const result = await measurePeers({ bin, out, scratch, load, url });
    save('peers', { machine, settings, ...result });
    writeFileSync(path.join(out, 'peers.svg'), chartOf(result));
    printPeers(result);
    return;
  }
  if (only === 'growth') {
    const curves = await measureGrowth({ bin, out, load, url: process.env.SIGMA_TEST_POSTGRES_URL });
    save('growth', { machine, settings, curves });
    printGrowth(curves);
    return;
  }
  for (const store of stores) {
    if (stores.includes(only) && store !== only) continue;
    if (only === 'bare' && store !== 'sqlite') continue;
    if (store === 'postgres' && !process.env.SIGMA_TEST_POSTGRES_URL) {
      console.log('\n== postgres: skipped, SIGMA_TEST_POSTGRES_URL is not set');
      continue;
    }
    const result = await measureStore(store, pubkey);
    save(only === undefined || only === store ? store : `${store}-${only}`, { machine, settings, ...result });
    printStore(settings, result);
  }
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exit(1);
}
