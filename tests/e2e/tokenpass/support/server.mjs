// Starts the real tokenpass as a process of its own, with a home folder of its own, and talks to it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from '../../support/http.mjs';
import { sanitizerSettings } from '../../support/sanitized.mjs';
import { freePorts } from '../../support/server.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');
const run = promisify(execFile);

/** The binary under test. */
export const binary = process.env.TOKENPASS_BIN ?? path.join(root, 'build/release/bin/tokenpass');
export const vectors = path.join(root, 'tests/vectors/tokenpass');

export const password = 'correct horse battery';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A started TokenPass that ends with the test `t`. `env`: further TOKENPASS_ variables; `prepare(folder)`: files of before. */
export async function startTokenPass(t, { env = {}, port, prepare } = {}) {
  const server = await TokenPass.make({ env, port });
  t.after(() => server.stop());
  await prepare?.(server.folder);
  await server.start();
  return server;
}

export class TokenPass {
  #process;
  #exited;
  #output = '';

  static async make({ env = {}, port } = {}) {
    const server = new TokenPass();
    server.home = await mkdtemp(path.join(tmpdir(), 'tokenpass-e2e-'));
    server.folder = path.join(server.home, '.tokenpass');
    [server.port] = port ? [port] : await freePorts(1);
    server.base = `http://localhost:${server.port}`;
    server.env = {
      PATH: process.env.PATH,
      HOME: server.home,
      TOKENPASS_PORT: String(server.port),
      TOKENPASS_SYNC_URL: 'off',
      TOKENPASS_BAP_API_URL: 'off',
      ...sanitizerSettings,
      ...env,
    };
    return server;
  }

  async start() {
    const child = spawn(binary, ['serve'], { env: this.env, cwd: this.home, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.#output += text;
      });
    }
    let over;
    this.#exited = new Promise((resolve) => {
      child.on('error', (error) => resolve({ error }));
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    this.#exited.then((how) => {
      over = how;
      running.delete(child);
    });
    const deadline = Date.now() + 180_000; // on a busy machine
    for (;;) {
      if (over) throw new Error(`tokenpass ended: ${over.error ?? over.signal ?? over.code}\n${this.#output}`);
      const up = await request(this.base, 'GET', '/api/health', { timeout: 2000 }).catch(() => undefined);
      if (up?.status === 200) return;
      if (Date.now() > deadline) throw new Error(`tokenpass is not ready\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  get pid() {
    return this.#process.pid;
  }
  get output() {
    return this.#output;
  }

  async terminate(signal = 'SIGTERM') {
    if (!this.#process) return undefined;
    this.#process.kill(signal);
    const timer = setTimeout(() => this.#process?.kill('SIGKILL'), 60_000);
    const how = await this.#exited;
    clearTimeout(timer);
    this.#process = undefined;
    return how;
  }
  async restart() {
    await this.terminate();
    await this.start();
  }
  async stop() {
    const how = await this.terminate();
    await rm(this.home, { recursive: true, force: true });
    if (how && how.code !== 0) throw new Error(`tokenpass ended with ${how.signal ?? how.code}\n${this.#output}`);
  }

  /** Stretching a password takes its time on a busy machine. */
  request(method, target, options) {
    return request(this.base, method, target, { timeout: 120_000, ...options });
  }
  get(target, headers = {}) {
    return this.request('GET', target, { headers });
  }
  post(target, json = {}, headers = {}) {
    return this.request('POST', target, { json, headers });
  }
  del(target, json = {}, headers = {}) {
    return this.request('DELETE', target, { json, headers });
  }

  /** Makes the wallet and answers the tokenpass. */
  async registered() {
    const answer = await this.post('/api/register', { password });
    if (answer.status !== 200) throw new Error(answer.describe());
    return this;
  }
  /** A wallet of exactly this root key. */
  async restoreRoot(rootPk) {
    const { BAP } = await import('bsv-bap');
    const bap = new BAP({ rootPk });
    bap.newIdWithCounter(0, 'Primary Identity');
    const content = JSON.stringify(bap.exportForBackup('TokenPass'));
    const answer = await this.post('/api/import', { content, password });
    if (answer.status !== 200) throw new Error(answer.describe());
    return this;
  }
  /** An access token for `host` by password. */
  async token(host = 'example.com', scopes = 'sign,encrypt,decrypt', more = {}) {
    const answer = await this.post('/api/auth', { password, host, scopes, expire: '1h', ...more });
    if (answer.status !== 200) throw new Error(answer.describe());
    return answer.json.accessToken;
  }

  /** Runs `tokenpass ARGS`; answers {code, stdout, stderr}. */
  async cli(args, { input = '', env = {} } = {}) {
    const promise = run(binary, args, { env: { ...this.env, ...env }, cwd: this.home, timeout: 120_000 });
    promise.child.stdin.on('error', () => {});
    promise.child.stdin.end(input);
    return promise.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error) => {
        if (typeof error.code !== 'number') throw error;
        return { code: error.code, stdout: error.stdout, stderr: error.stderr };
      },
    );
  }
}
