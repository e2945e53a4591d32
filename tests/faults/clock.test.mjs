// Clocks that jump by an hour, both ways and back. What was used stays used, whatever the time is; what was given is good again when
// the clock is right again. Security case 66.
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clients, clock, Load } from './support/load.mjs';
import { survive } from './support/survive.mjs';
import { sleep, Topology } from './support/topology.mjs';

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const hour = 3_600_000;

/** The newest dozen of each kind, as verify() takes them. */
const newest = (ledger) => Object.fromEntries(Object.entries(ledger).map(([kind, items]) => [kind, items.slice(-12)]));

describe('clocks', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sigma-clock-'));
  const file = path.join(folder, 'offset');
  let topology;
  let load;

  /** The wall clock of both replicas; their timers go on as before, as when a time service steps. */
  async function step(ms) {
    writeFileSync(`${file}.new`, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}\n`);
    renameSync(`${file}.new`, file);
    clock.skewMs = ms;
    for (const replica of topology?.replicas ?? []) {
      for (const deadline = Date.now() + 20_000; ; await sleep(100)) {
        const { date } = (await replica.request('GET', '/api/auth/ok')).headers;
        if (Math.abs(Date.parse(date) - Date.now() - ms) < 10_000) break;
        if (Date.now() > deadline) throw new Error(`the clock of ${replica.local} says ${date}`);
      }
    }
  }

  before(async () => {
    await step(0);
    const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
    topology = await Topology.start({ clients, env });
    load = await Load.begin(topology.front);
  });
  after(async () => {
    await load?.stop();
    await topology?.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [words, ms] of [
    ['an hour ahead', hour],
    ['an hour back', -hour],
  ]) {
    test(`case 66: the clock steps ${words}, and is set right`, async () => {
      // A token that was signed before the step is of another time after it, and rightly refused: nothing is under way.
      const filled = async () => {
        load.start();
        await survive(load, () => sleep(500));
        await load.settled(Date.now());
        await load.stop();
        return newest(load.takeLedger());
      };
      await load.stop();
      const kept = load.takeLedger();
      const before = await filled();
      await step(ms);
      await load.verifySpent(before);
      const during = await filled();
      await step(0);
      await load.verifySpent(during);
      await load.verifySpent(before);
      load.ledger = kept;
      const proven = await load.verify();
      assert.ok(proven.access > 0 && proven.codes > 0, JSON.stringify(proven));
      load.start();
      await survive(load, () => sleep(500));
    });
  }
});
