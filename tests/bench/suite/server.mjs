// One server under measurement: a process of its own, its log in a file (a pipe would cost the driver's CPU).
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startLimitMs = 30_000;
const discoveryPath = '/.well-known/openid-configuration';

/** Whatever ends the suite must not leave servers or data behind. */
const leftovers = new Set();
process.on('exit', () => {
  for (const clean of [...leftovers].reverse()) clean(); // processes before the folders that they write to
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** A new folder that goes away with the suite. */
export function temporaryFolder(prefix) {
  const folder = mkdtempSync(path.join(tmpdir(), prefix));
  leftovers.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Settings of the server that whoever starts the suite wants: BENCH_SERVER_IO_THREADS=1 becomes SIGMA_IO_THREADS=1. */
function extraSettings() {
  const prefix = 'BENCH_SERVER_';
  const chosen = Object.entries(process.env).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, value]) => [`SIGMA_${name.slice(prefix.length)}`, value]));
}

/** A port that was free a moment ago. */
export async function freePort() {
  const probe = net.createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** True when a GET on loopback is answered 200; a plain socket, so that asking costs little. */
function answers200(port, target) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    });
    socket.once('data', (data) => {
      resolve(data.toString('latin1').startsWith('HTTP/1.1 200'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

/** A process that serves HTTP on `port`; answers the milliseconds from spawn to the first 200. */
export class Process {
  constructor(command, args, { env = {}, logFile }) {
    Object.assign(this, { command, args, env, logFile });
  }

  async start(port, target = discoveryPath) {
    const log = openSync(this.logFile, 'a');
    const begin = performance.now();
    this.child = spawn(this.command, this.args, {
      env: { PATH: process.env.PATH, ...this.env },
      stdio: ['ignore', log, log],
    });
    const kill = () => this.child.kill('SIGKILL');
    leftovers.add(kill);
    this.exited = once(this.child, 'exit').finally(() => leftovers.delete(kill));
    while (!(await answers200(port, target))) {
      if (this.child.exitCode !== null || performance.now() - begin > startLimitMs) {
        this.child.kill('SIGKILL');
        throw new Error(`${this.command} does not answer:\n${readFileSync(this.logFile, 'utf8').slice(-4000)}`);
      }
      await sleep(1);
    }
    return performance.now() - begin;
  }

  get pid() {
    return this.child.pid;
  }

  /** A field of /proc/<pid>/status in MiB. */
  memory(field = 'VmRSS') {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.exited;
  }
}

/** sigma-auth with a fresh store. */
export class SigmaAuth {
  /**
   * @param databaseUrl an empty Postgres database; undefined: SQLite in the data directory
   * @param secret that of the replicas which share a database
   * @param counted whether its allocations are counted
   */
  constructor({ bin, out, store, databaseUrl, secret = randomBytes(32).toString('hex'), counted = false }) {
    this.dir = temporaryFolder('sigma-bench-');
    this.adminToken = randomBytes(24).toString('hex');
    this.store = store;
    this.binary = path.join(bin, 'sigma-auth');
    this.logFile = path.join(out, `server-${store}.log`);
    this.databaseUrl = databaseUrl;
    this.secret = secret;
    this.allocationsFile = path.join(this.dir, 'allocations');
    this.counting = counted
      ? { LD_PRELOAD: path.join(bin, 'sigma_allocations.so'), BENCH_ALLOCATIONS_FILE: this.allocationsFile }
      : {};
  }

  /** How often a server that is counted has allocated memory so far. */
  allocations() {
    const bytes = readFileSync(this.allocationsFile);
    return Number(new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8).reduce((sum, one) => sum + one, 0n));
  }

  async prepare() {
    [this.port, this.adminPort] = [await freePort(), await freePort()];
    this.env = {
      HOME: this.dir,
      SIGMA_BASE_URL: `http://127.0.0.1:${this.port}`,
      SIGMA_LISTEN: `127.0.0.1:${this.port}`,
      SIGMA_ADMIN_LISTEN: `127.0.0.1:${this.adminPort}`,
      SIGMA_DATA_DIR: this.dir,
      SIGMA_SECRET: this.secret,
      SIGMA_ADMIN_TOKEN: this.adminToken,
      SIGMA_BAP_API_URL: 'off',
      SIGMA_TRUSTED_PROXIES: '127.0.0.1/32', // the driver plays many networks where the server limits one
      SIGMA_LOG_FORMAT: 'json',
      ...(this.databaseUrl ? { SIGMA_DATABASE_URL: this.databaseUrl } : {}),
      ...extraSettings(),
    };
    if (this.databaseUrl) await this.#run('migrate');
    this.process = new Process(this.binary, ['serve'], { env: { ...this.env, ...this.counting }, logFile: this.logFile });
  }

  async #run(...args) {
    const log = openSync(this.logFile, 'a');
    const child = spawn(this.binary, args, { env: { PATH: process.env.PATH, ...this.env }, stdio: ['ignore', log, log] });
    const limit = setTimeout(() => child.kill('SIGKILL'), startLimitMs);
    const [code] = await once(child, 'exit');
    clearTimeout(limit);
    if (code !== 0) throw new Error(`sigma-auth ${args.join(' ')} → ${code}, see ${this.logFile}`);
  }

  start() {
    return this.process.start(this.port);
  }

  async createClient(metadata) {
    const answer = await fetch(`http://127.0.0.1:${this.adminPort}/admin/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    });
    if (answer.status !== 201) throw new Error(`POST /admin/clients → ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async body(target) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${target}`);
    if (!answer.ok) throw new Error(`GET ${target} → ${answer.status}`);
    return answer.text();
  }
}
