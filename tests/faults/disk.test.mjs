// A disk that is full: refusals, nothing lost, and on it goes when there is room again. Security case 66.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startServer } from '../e2e/support/server.mjs';
import { clients, Load } from './support/load.mjs';
import { survive } from './support/survive.mjs';
import { sleep, Topology } from './support/topology.mjs';

/** A disk of its own of `megabytes`. */
class Disk {
  constructor(megabytes) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'sigma-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', this.folder]);
  }

  get #ballast() {
    return path.join(this.folder, 'ballast');
  }

  /** Not a byte is left. */
  fill() {
    const file = openSync(this.#ballast, 'w');
    try {
      for (let size = 1 << 20; size >= 4096; ) {
        try {
          writeSync(file, Buffer.alloc(size, 1));
        } catch (error) {
          if (error.code !== 'ENOSPC') throw error;
          size >>= 1;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free() {
    rmSync(this.#ballast);
  }

  remove() {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('the disk of Postgres', () => {
  let disk;
  let topology;
  let load;
  before(async () => {
    disk = new Disk(160);
    topology = await Topology.start({ clients, postgresIn: disk.folder });
    load = await Load.begin(topology.front);
  });
  after(async () => {
    await load?.stop();
    await topology?.stop();
    disk?.remove();
  });

  test('case 66: no room left for Postgres, then room again', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        disk.fill();
        // Until the first page that does not fit; Postgres may give up altogether when its log does not.
        for (const deadline = Date.now() + 15_000; load.unavailable === 0 && Date.now() < deadline; ) {
          disk.fill();
          await sleep(100);
        }
        await sleep(1000);
      },
      () => {
        disk.free();
        return topology.postgres.ensureRunning();
      },
    );
    assert.ok(turnedAway > 0, 'the disk was full');
  });
});

describe('the disk of the embedded store', () => {
  let disk;
  let server;
  let load;
  before(async () => {
    disk = new Disk(16);
    server = await startServer({ env: { SIGMA_DATABASE_URL: `sqlite:${disk.folder}/sigma.db` }, clients });
    load = await Load.begin(server, { workers: 2 });
  });
  after(async () => {
    await load?.stop();
    await server?.stop();
    disk?.remove();
  });

  test('case 66: no room left for the embedded store, then room again', async () => {
    const turnedAway = await survive(
      load,
      async () => {
        for (const deadline = Date.now() + 15_000; load.unavailable === 0 && Date.now() < deadline; ) {
          disk.fill();
          await sleep(100);
        }
        await sleep(500);
      },
      () => disk.free(),
    );
    assert.ok(turnedAway > 0, 'the disk was full');
  });
});
