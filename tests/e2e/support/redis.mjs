// A real redis-server behind a gate of ours, so that a test can kill, freeze, flush and cut it off.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './server.mjs';

const run = promisify(execFile);
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a redis-server on a free port and a gate in front of it. */
export async function startRedis() {
  const redis = new Redis();
  await redis.prepare();
  return redis;
}

export class Redis {
  #child;
  #dir;
  #port;

  async prepare() {
    this.#dir = await mkdtemp(path.join(tmpdir(), 'sigma-redis-'));
    const [port, gatePort] = await freePorts(2);
    this.#port = port;
    this.gate = new Gate(gatePort, port);
    await this.gate.open();
    await this.start();
  }

  /** By way of the gate. */
  get url() {
    return `redis://127.0.0.1:${this.gate.port}`;
  }

  async start() {
    const options = ['--port', this.#port, '--bind', '127.0.0.1', '--save', '', '--dir', this.#dir];
    this.#child = spawn('redis-server', options.map(String), { stdio: 'ignore' });
    running.add(this.#child);
    for (;;) {
      if (await this.cli('PING').catch(() => undefined)) return;
      if (this.#child.exitCode !== null) throw new Error(`redis-server ended with ${this.#child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Runs redis-cli, past the gate; answers what it prints. */
  async cli(...args) {
    const { stdout } = await run('redis-cli', ['-h', '127.0.0.1', '-p', String(this.#port), '-e', ...args.map(String)]);
    return stdout.trim();
  }

  /** SIGKILL. */
  async kill() {
    const child = this.#child;
    running.delete(child);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  async stop() {
    await this.gate.close();
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/** A TCP proxy that can delay what passes, cut what stands and refuse what comes. */
export class Gate {
  #target;
  #server;
  #pairs = new Set();
  /** Milliseconds that every chunk from the server waits. */
  delay = 0;

  constructor(port, target) {
    this.port = port;
    this.#target = target;
  }

  async open() {
    if (this.#server?.listening) return;
    this.#server = net.createServer((near) => this.#join(near));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #join(near) {
    const far = net.connect(this.#target, '127.0.0.1');
    const pair = [near, far];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    near.on('data', (chunk) => far.write(chunk));
    let last = 0; // chunks keep their order when the delay changes
    far.on('data', (chunk) => {
      last = Math.max(last, Date.now() + this.delay);
      const wait = last - Date.now();
      if (wait <= 0) near.write(chunk);
      else setTimeout(() => near.destroyed || near.write(chunk), wait).unref();
    });
    for (const socket of pair) socket.on('error', end).on('close', end);
  }

  /** Ends every connection that passes. */
  cut() {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** Cuts, and refuses from now on until open() again. */
  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}
