// docker/docker-compose.yml without Docker: the same settings and the same nginx.conf on loopback. Only addresses, folders and
// secrets are others.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { read, yaml } from '../../deploy/support/files.mjs';
import { request } from '../../e2e/support/http.mjs';
import { Server } from '../../e2e/support/server.mjs';
import { Postgres } from './postgres.mjs';
import { Wire } from './wire.mjs';

const [compose] = yaml('docker/docker-compose.yml');

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilOpen(port) {
  for (const deadline = Date.now() + 15_000; ; await sleep(20)) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    if (Date.now() > deadline) throw new Error(`nobody listens on ${port}`);
  }
}

/** A program that lives as long as the topology, unless a test kills it. */
class Program {
  constructor(program, args, port) {
    Object.assign(this, { program, args, port, said: '' });
    process.on('exit', () => this.child?.kill('SIGKILL'));
  }

  async start() {
    this.child = spawn(this.program, this.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.on('exit', resolve));
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.said += text));
    await untilOpen(this.port);
  }

  async end(signal) {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    this.child.kill('SIGCONT');
    await this.exited;
  }
}

export class Topology {
  static async start({ clients, postgresIn, env = {} } = {}) {
    const topology = new Topology();
    try {
      await topology.#start(clients, postgresIn, env);
    } catch (error) {
      await topology.stop();
      throw error;
    }
    return topology;
  }

  async #start(clients, postgresIn, env) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'sigma-faults-'));
    chmodSync(this.folder, 0o755); // Postgres runs as another user
    this.postgres = await Postgres.start(path.join(postgresIn ?? this.folder, 'postgres'));
    this.toPostgres = await Wire.to(this.postgres.port);
    const redisPort = await freePort();
    this.redis = await this.#startRedis(redisPort);
    this.toRedis = await Wire.to(redisPort);

    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const { environment } = compose.services['sigma-auth-1'];
    const database = new URL(this.postgres.url);
    database.port = this.toPostgres.port;
    const own = {
      SIGMA_BASE_URL: base,
      SIGMA_DATABASE_URL: database.toString(),
      SIGMA_REDIS_URL: `redis://:${this.redisPassword}@127.0.0.1:${this.toRedis.port}`,
      SIGMA_TRUSTED_PROXIES: '127.0.0.1/32',
      SIGMA_DRAIN_DELAY: '500ms',
      ...env,
    };
    const { SIGMA_LISTEN: _1, SIGMA_ADMIN_LISTEN: _2, SIGMA_SECRET: _3, SIGMA_ADMIN_TOKEN: _4, ...shared } = environment;
    this.replicas = [new Server('postgres'), new Server('postgres')];
    const [first, second] = this.replicas;
    first.databaseUrl = own.SIGMA_DATABASE_URL;
    await first.prepare({ ...shared, ...own }, { base, databaseUrl: own.SIGMA_DATABASE_URL, dataDir: this.folder });
    await first.cli(['migrate']);
    await first.start();
    await second.prepare({ ...shared, ...own }, first);
    await second.start();
    for (const client of clients) await first.createClient(client);

    this.nginx = await this.#startNginx(port);
    /** What a client sees. */
    this.front = { base, local: base, issuer: first.issuer, request: (method, target, options) => request(base, method, target, options) };
  }

  async #startRedis(port) {
    this.redisPassword = randomBytes(16).toString('hex');
    const [program, ...args] = compose.services.redis.command.map((part) => (part.startsWith('${REDIS_PASSWORD') ? this.redisPassword : part));
    const redis = new Program(program, [...args, '--port', String(port), '--bind', '127.0.0.1', '--dir', this.folder], port);
    await redis.start();
    return redis;
  }

  async #startNginx(port) {
    let text = read('docker/nginx/nginx.conf').replaceAll('/tmp/', `${this.folder}/`).replace('listen 8080', `listen 127.0.0.1:${port}`);
    this.replicas.forEach((replica, i) => (text = text.replace(`sigma-auth-${i + 1}:8787`, new URL(replica.local).host)));
    const file = path.join(this.folder, 'nginx.conf');
    writeFileSync(file, text);
    const nginx = new Program('nginx', ['-p', this.folder, '-c', file, '-g', 'daemon off;'], port);
    await nginx.start();
    return nginx;
  }

  /** Starts a replica as a service manager does: again, when the database was not there yet. */
  async revive(replica) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await replica.start();
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  /** One command to Redis. */
  async redisCommand(...words) {
    const socket = net.connect(this.redis.port, '127.0.0.1');
    const encode = (parts) => `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;
    socket.write(encode(['AUTH', this.redisPassword]) + encode(words) + encode(['QUIT']));
    let text = '';
    socket.on('data', (part) => (text += part));
    await new Promise((resolve) => socket.on('close', resolve));
    return text;
  }

  async stop() {
    await this.nginx?.end('SIGTERM');
    for (const replica of [...(this.replicas ?? [])].reverse()) await replica.terminate().catch(() => {});
    await this.redis?.end('SIGKILL');
    await this.toPostgres?.stop();
    await this.toRedis?.stop();
    try {
      this.postgres?.signal('SIGCONT');
    } catch {
      // it has gone
    }
    this.postgres?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What nginx says of its upstreams since the last look. */
  complaints() {
    const said = this.nginx.said;
    const news = said.slice(this.heard ?? 0);
    this.heard = said.length;
    return news.split('\n').filter(Boolean);
  }
}

