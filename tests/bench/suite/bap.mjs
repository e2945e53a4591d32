// How long a sign-in takes while the BAP API misbehaves, beside the time that the operator lets it wait
// (SIGMA_BAP_API_TIMEOUT). Every sign-in is that of a new key, so that the API is asked each time; between them one finds
// all well, or the circuit breaker would end the waiting after five. Options by environment: BENCH_SIGN_INS (100) for each
// way to misbehave, BENCH_BUDGET_MS (300), BENCH_TOGETHER (4) at a time.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { bin: { type: 'string' }, out: { type: 'string' } } });
process.env.SIGMA_AUTH_BIN = path.resolve(values.bin, 'sigma-auth');
const { Person } = await import('../../e2e/support/person.mjs');
const { startServer } = await import('../../e2e/support/server.mjs');

const signIns = Number(process.env.BENCH_SIGN_INS ?? 100);
const budgetMs = Number(process.env.BENCH_BUDGET_MS ?? 300);
const together = Number(process.env.BENCH_TOGETHER ?? 4);
const roomMs = 50;

/** The stand-in, in a process of its own: what it does must not hold up the clock. */
class StandIn {
  static async start() {
    const standIn = new StandIn();
    const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'bap-stand-in.mjs');
    standIn.child = fork(script);
    [standIn.about] = await once(standIn.child, 'message');
    return standIn;
  }
  async tell(message) {
    const done = once(this.child, 'message');
    this.child.send(message);
    await done;
  }
}

async function signIn(server, person) {
  const token = person.token('/api/auth/sign-in/sigma');
  const begin = performance.now();
  const answer = await person.trySignIn(server, { token });
  const ms = performance.now() - begin;
  if (answer.status !== 200) throw new Error(answer.describe());
  return ms;
}

/** Latencies of `signIns` sign-ins, ascending, in milliseconds. */
async function measure(server, standIn, mode) {
  const times = [];
  while (times.length < signIns) {
    const people = Array.from({ length: together }, () => new Person());
    await standIn.tell({ mode, addresses: people.map(({ address }) => address) });
    times.push(...(await Promise.all(people.map((person) => signIn(server, person)))));
    if (mode === undefined) continue;
    const well = new Person();
    await standIn.tell({ mode: undefined, addresses: [well.address] });
    await signIn(server, well);
  }
  return times.sort((a, b) => a - b);
}

const at = (times, share) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)];

function row(name, times) {
  const [p50, p99] = [at(times, 0.5), at(times, 0.99)];
  const beyond = p99 - budgetMs;
  const cells = [p50, p99, beyond].map((ms) => ms.toFixed(0).padStart(8));
  console.log(`${name.padEnd(48)}${cells.join('')}  ${beyond <= roomMs ? '✓' : '✗'}`);
  return { name, p50, p99, beyond };
}

const load = os.loadavg()[0];
console.log(`${os.cpus().length} × ${os.cpus()[0].model}, load average ${load.toFixed(2)}`);
if (load > 0.5) console.log('The machine is busy with other work: these figures compare with no other run.');
const results = {};
for (const store of ['sqlite', 'postgres']) {
  if (store === 'postgres' && !process.env.SIGMA_TEST_POSTGRES_URL) continue;
  const standIn = await StandIn.start();
  const server = await startServer({ store, env: { ...standIn.about.env, SIGMA_BAP_API_TIMEOUT: `${budgetMs}ms` } });
  try {
    console.log(`\n== ${store}: sign-ins, ${together} at a time, ms; the API may have ${budgetMs}, and ${roomMs} beside it are the target`);
    console.log(`${''.padEnd(48)}${['p50', 'p99', 'beyond'].map((name) => name.padStart(8)).join('')}`);
    await measure(server, standIn, undefined); // warm
    const rows = [row('well', await measure(server, standIn, undefined))];
    for (const mode of standIn.about.modes) rows.push(row(mode, await measure(server, standIn, mode)));
    standIn.child.kill();
    const people = Array.from({ length: signIns }, () => new Person());
    const times = [];
    while (people.length > 0)
      times.push(...(await Promise.all(people.splice(0, together).map((person) => signIn(server, person)))));
    rows.push(row('down', times.sort((a, b) => a - b)));
    results[store] = rows;
  } finally {
    standIn.child.kill();
    await server.stop();
  }
}
mkdirSync(values.out, { recursive: true });
writeFileSync(path.join(values.out, 'bap.json'), `${JSON.stringify({ budgetMs, signIns, together, load, results }, null, 2)}\n`);
process.exit(0);
