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
import { freePorts, Server } from '../../e2e/support/server.mjs';
import { until } from '../../e2e/support/until.mjs';
import { Namespace } from './namespace.mjs';
import { Postgres } from './postgres.mjs';
import { Wire } from '../../e2e/support/wire.mjs';

const [compose] = yaml('docker/docker-compose.yml');

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

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
  /**
   * @param postgresIn  a folder for the database
   * @param env         further SIGMA_ variables
   * @param apart       each replica in a network namespace of its own: `replica.machine`
   */
  static async start({ clients, postgresIn, env = {}, apart = false } = {}) {
    const topology = new Topology();
    try {
      await topology.#start(clients, postgresIn, env, apart);
    } catch (error) {
      await topology.stop();
      throw error;
    }
    return topology;
  }

  async #start(clients, postgresIn, env, apart) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'sigma-faults-'));
    chmodSync(this.folder, 0o755); // Postgres runs as another user
    this.postgres = await Postgres.start(path.join(postgresIn ?? this.folder, 'postgres'));
    const wired = apart ? '0.0.0.0' : '127.0.0.1';
    this.toPostgres = await Wire.to(this.postgres.port, wired);
    const [redisPort, port] = await freePorts(2);
    this.redis = await this.#startRedis(redisPort);
    this.toRedis = await Wire.to(redisPort, wired);

    const base = `http://127.0.0.1:${port}`;
    const { environment } = compose.services['sigma-auth-1'];
    const { SIGMA_LISTEN: _1, SIGMA_ADMIN_LISTEN: _2, SIGMA_SECRET: _3, SIGMA_ADMIN_TOKEN: _4, ...shared } = environment;
    const own = {
      SIGMA_BASE_URL: base,
      SIGMA_DRAIN_DELAY: '3s', // longer than nginx avoids a replica that has just come back, and keeps an idle connection
      ...env,
    };
    /** Where a replica finds the rest of the world. */
    const surroundings = (host) => {
      const database = new URL(this.postgres.url);
      database.hostname = host;
      database.port = this.toPostgres.port;
      const redis = `redis://:${this.redisPassword}@${host}:${this.toRedis.port}`;
      return { SIGMA_DATABASE_URL: database.toString(), SIGMA_REDIS_URL: redis };
    };
    const local = { ...surroundings('127.0.0.1'), SIGMA_TRUSTED_PROXIES: '127.0.0.1/32' };
    this.replicas = [new Server('postgres'), new Server('postgres')];
    const [first, second] = this.replicas;
    first.databaseUrl = local.SIGMA_DATABASE_URL;
    await first.prepare({ ...shared, ...own, ...local }, { base, databaseUrl: first.databaseUrl, dataDir: this.folder });
    await first.cli(['migrate']);
    await second.prepare({ ...shared, ...own, ...local }, first);
    for (const replica of this.replicas) {
      if (apart) await this.#move(replica, surroundings);
      await this.revive(replica);
    }
    for (const client of clients) await first.createClient(client);

    this.nginx = await this.#startNginx(port);
    /** What a client sees. */
    this.front = { base, local: base, issuer: first.issuer, request: (method, target, options) => request(base, method, target, options) };
  }

  /** Onto a machine of its own. */
  async #move(replica, surroundings) {
    const machine = (replica.machine = await Namespace.make());
    const at = (cable, address) => `${machine.address[cable]}:${new URL(address).port}`;
    const { adminBase, local } = replica;
    replica.local = `http://${at('web', local)}`;
    replica.adminBase = `http://${at('web', adminBase)}`;
    replica.launcher = machine.enter;
    Object.assign(replica.env, surroundings(machine.host.data), {
      SIGMA_LISTEN: at('web', local),
      SIGMA_ADMIN_LISTEN: at('web', adminBase),
      SIGMA_TRUSTED_PROXIES: `${machine.host.web}/32`,
    });
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

  /** Resolves when every replica has noticed that it has no Redis. */
  untilRedisIsMissed() {
    const cacheOf = async (replica) => (await replica.admin('GET', '/health/ready', { token: null })).json?.cache;
    return Promise.all(this.replicas.map((replica) => until(async () => (await cacheOf(replica)) === 'redis_unavailable')));
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
    for (const replica of this.replicas ?? []) replica.machine?.end();
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

