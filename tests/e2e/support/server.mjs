// Starts the real server as a process of its own, on fresh ports and a fresh store, and talks to both its listeners.
import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from './http.mjs';
import { assertPublicAnswer } from './openapi.mjs';
import { createDatabase, dropDatabase } from './postgres.mjs';
import { patience, sanitizerSettings } from './sanitized.mjs';
import { until } from './until.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const run = promisify(execFile);

/** The binary under test. */
export const binary = process.env.SIGMA_AUTH_BIN ?? path.join(root, 'build/release/bin/sigma-auth');

/** Processes that a test which went wrong left behind end with the test's own process. */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Where a TokenPass of a test has to be, because pages look for it there. */
const tokenPassPort = 21_000;

const startLimitMs = 30_000 * patience;
const stopLimitMs = 20_000 * patience;

/**
 * Starts a server and registers `clients` (admin API JSON) with it.
 * @param store  'sqlite' or 'postgres'
 * @param env    further SIGMA_ variables
 * @param peerOf another Server: share its store, secrets and public name, as a second replica does
 * @param host   its public name: some things browsers do only at a name, not at an address
 */
export async function startServer({ store = 'sqlite', env = {}, clients = [], peerOf, host } = {}) {
  const server = new Server(peerOf?.store ?? store, host);
  await server.prepare(env, peerOf);
  try {
    await server.start();
    for (const client of clients) await server.createClient(client);
  } catch (error) {
    await server.stop().catch(() => {});
    throw error;
  }
  return server;
}

export class Server {
  #process;
  #exited;
  #owned = [];
  #output = '';
  /** What runs the program, with its arguments; empty: we do. */
  launcher = [];

  constructor(store, host = '127.0.0.1') {
    this.store = store;
    this.host = host;
  }

  async prepare(env, peer) {
    const [port, adminPort] = await freePorts(2);
    this.local = `http://127.0.0.1:${port}`;
    this.adminBase = `http://127.0.0.1:${adminPort}`;
    this.base = env.SIGMA_BASE_URL ?? peer?.base ?? (env.SIGMA_TLS_CERT ? `https://127.0.0.1:${port}` : `http://${this.host}:${port}`);
    this.issuer = env.SIGMA_ISSUER ?? `${this.base}/api/auth`;
    this.adminToken = peer?.adminToken ?? randomBytes(24).toString('hex');
    this.secret = peer?.secret ?? randomBytes(32).toString('hex');
    this.dataDir =
      peer?.dataDir ??
      (await this.#own(await mkdtemp(path.join(tmpdir(), 'sigma-e2e-')), (dir) =>
        rm(dir, { recursive: true, force: true }),
      ));
    this.databaseUrl = peer?.databaseUrl;
    if (this.store === 'postgres' && !this.databaseUrl) {
      this.databaseUrl = await this.#own(await createDatabase(), dropDatabase);
    }
    this.env = {
      PATH: process.env.PATH,
      HOME: this.dataDir,
      SIGMA_BASE_URL: this.base,
      SIGMA_LISTEN: `127.0.0.1:${port}`,
      SIGMA_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
      SIGMA_DATA_DIR: this.dataDir,
      SIGMA_SECRET: this.secret,
      SIGMA_ADMIN_TOKEN: this.adminToken,
      SIGMA_BAP_API_URL: 'off',
      SIGMA_LOG_FORMAT: 'json',
      SIGMA_RATE_LIMITS: 'off',
      ...(this.databaseUrl ? { SIGMA_DATABASE_URL: this.databaseUrl } : {}),
      ...sanitizerSettings,
      ...env,
    };
    // On Postgres migrating is explicit, as in production.
    if (this.store === 'postgres' && !peer) await this.cli(['migrate']);
  }

  async #own(resource, release) {
    this.#owned.push(() => release(resource));
    return resource;
  }

  /** Starts the process and waits until it says it is ready. */
  async start() {
    const [program, ...args] = [...this.launcher, binary, 'serve'];
    const child = spawn(program, args, { env: this.env, cwd: this.dataDir, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    running.add(child);
    child.on('close', () => running.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.#output += text;
      });
    }
    this.#exited = new Promise((resolve) => {
      child.on('error', (error) => resolve({ code: null, signal: null, error }));
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    let over;
    this.#exited.then((how) => {
      over = how;
    });
    const deadline = Date.now() + startLimitMs;
    for (;;) {
      if (over) throw new Error(`${binary} serve ended: ${over.error ?? over.signal ?? over.code}\n${this.#output}`);
      const ready = await request(this.adminBase, 'GET', '/health/ready', { timeout: 2000 }).catch(() => undefined);
      if (ready?.status === 200) return;
      if (Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`not ready in ${startLimitMs} ms: ${ready?.describe() ?? 'no answer'}\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  get pid() {
    return this.#process?.pid;
  }

  /** Whoever reads the log goes away. */
  closeLog() {
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.destroy();
  }

  /** Everything the process wrote, over all its starts. */
  get output() {
    return this.#output;
  }

  /** Lines are written a moment after the answer. Waits until all of now are in `output` and `logs`. */
  async logWritten() {
    const agent = `last-line-${randomBytes(6).toString('hex')}`;
    await request(this.local, 'GET', '/api/auth/ok', { headers: { 'user-agent': agent, host: new URL(this.base).host } });
    await until(() => this.#output.includes(agent), { pauseMs: 5 });
  }

  /** The log as objects; lines that are no JSON come back as {line}. */
  get logs() {
    return this.#output
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        try {
          return JSON.parse(line);
        } catch {
          return { line };
        }
      });
  }

  /** SIGTERM; answers {code, signal}. A server that does not leave is killed and reported. */
  async terminate({ limitMs = stopLimitMs } = {}) {
    const child = this.#process;
    if (!child) return undefined;
    child.kill('SIGTERM');
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    const how = await this.#exited;
    clearTimeout(timer);
    if (this.#process === child) this.#process = undefined;
    if (late) throw new Error(`not gone ${limitMs} ms after SIGTERM\n${this.#output.slice(-4000)}`);
    return how;
  }

  /** Terminates the process and removes the store. */
  async stop() {
    try {
      const how = await this.terminate();
      if (how && how.code !== 0) {
        throw new Error(`serve ended with ${how.signal ?? how.code}\n${this.#output.slice(-4000)}`);
      }
    } finally {
      for (const release of this.#owned.reverse()) await release();
      this.#owned = [];
    }
  }

  /** SIGKILL: no time to finish anything. */
  async kill() {
    this.#process.kill('SIGKILL');
    await this.#exited;
    this.#process = undefined;
  }

  /** Stops (unless it is down already) and starts again on the same ports and store. */
  async restart() {
    await this.terminate();
    await this.start();
  }

  /** A request to the public listener; what it answers must be what the API's document promises. */
  async request(method, target, options) {
    const answer = await request(this.local, method, target, options);
    assertPublicAnswer(method, target, answer);
    return answer;
  }

  /** A request to the admin listener, with the admin token unless `token` says otherwise (null: none). */
  admin(method, target, { token = this.adminToken, headers = {}, ...options } = {}) {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    return request(this.adminBase, method, target, { ...options, headers: { ...authorization, ...headers } });
  }

  /** Registers a client; answers its JSON (with client_secret when there is one). */
  async createClient(metadata) {
    const answer = await this.admin('POST', '/admin/clients', { json: metadata });
    if (answer.status !== 201) throw new Error(`creating a client: ${answer.describe()}`);
    return answer.json;
  }

  /** Runs `sigma-auth ARGS` on this server's configuration; answers {code, stdout, stderr}. */
  async cli(args, { input, env = {}, check = true } = {}) {
    const promise = run(binary, args, { env: { ...this.env, ...env }, cwd: this.dataDir, timeout: 30_000 * patience });
    promise.child.stdin.on('error', () => {});
    promise.child.stdin.end(input ?? '');
    const done = await promise.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error) => {
        if (typeof error.code !== 'number') throw error;
        return { code: error.code, stdout: error.stdout, stderr: error.stderr };
      },
    );
    if (check && done.code !== 0)
      throw new Error(`sigma-auth ${args.join(' ')} → ${done.code}\n${done.stderr}${done.stdout}`);
    return done;
  }
}

/** Ports below the range that the kernel takes for outgoing connections, so that a restart finds them free again. */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) {
    const port = randomInt(10_000, 32_000);
    if (port === tokenPassPort) continue;
    if ((await claim(port)) && (await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) ports.add(port);
  }
  return [...ports];
}

/**
 * Takes UDP's port of the same number, at an address of its own, until this process ends: of two test files that look at
 * once one gets it, also while nobody listens yet, or not for the time of a restart.
 */
function claim(port) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4').unref();
    socket.on('error', () => resolve(false));
    socket.bind({ port, address: '127.0.0.3', exclusive: true }, () => resolve(true));
  });
}

function isFree(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer();
    // Nobody listens where there is no IPv6.
    server.on('error', ({ code }) => resolve(code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
