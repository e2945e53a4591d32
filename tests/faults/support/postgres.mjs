// A PostgreSQL cluster of our own, to be killed, stopped, filled and revived.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import pg from '../../e2e/node_modules/pg/esm/index.mjs';
import { root } from './root.mjs';

const script = path.join(root, 'tests/support/postgres/run.sh');

export class Postgres {
  /** Starts a cluster in `folder`, which must not exist, and makes a database. */
  static async start(folder) {
    const cluster = new Postgres();
    cluster.folder = folder;
    cluster.adminUrl = execFileSync(script, ['start', folder], { encoding: 'utf8' }).trim();
    await cluster.query('CREATE DATABASE sigma');
    const url = new URL(cluster.adminUrl);
    cluster.port = Number(url.port);
    url.pathname = '/sigma';
    cluster.url = url.toString();
    return cluster;
  }

  /** As the administrator, past every wire. */
  query(text) {
    return this.#ask(this.adminUrl, text);
  }

  /** The same in the servers' database. */
  inDatabase(text) {
    return this.#ask(this.url, text);
  }

  async #ask(connectionString, text) {
    const client = new pg.Client({ connectionString });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end().catch(() => {});
    }
  }

  get #postmaster() {
    return Number(readFileSync(path.join(this.folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** The postmaster and all its children. */
  get #processes() {
    const parent = this.#postmaster;
    const children = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => {
        try {
          return Number(/\) \w (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]) === parent;
        } catch {
          return false; // it has just gone
        }
      });
    return [parent, ...children.map(Number)];
  }

  signal(name) {
    for (const pid of this.#processes) {
      try {
        process.kill(pid, name);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
  }

  /** As a power cut does it: nobody says goodbye. Until nothing is left, not even a zombie: the next start would see it. */
  async kill() {
    const gone = this.#processes;
    this.signal('SIGKILL');
    while (gone.some((pid) => existsSync(`/proc/${pid}`))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** It may have much to read back. The load goes on meanwhile, so nothing may hold up this thread. */
  async resume() {
    const { error } = await new Promise((resolve) => execFile(script, ['resume', this.folder], (error) => resolve({ error })));
    if (error) throw new Error(`Postgres does not start again\n${error.message}${this.log()}`);
  }

  /** Starts it again if it has gone; true when it had. */
  async ensureRunning() {
    try {
      process.kill(this.#postmaster, 0);
      return false;
    } catch {
      await this.resume();
      return true;
    }
  }

  log() {
    return readFileSync(path.join(this.folder, 'server.log'), 'utf8').slice(-3000);
  }

  stop() {
    spawnSync(script, ['stop', this.folder]);
  }
}
