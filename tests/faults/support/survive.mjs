// The shape of every test here: break, wait, mend, and look what became of what was answered.
import assert from 'node:assert/strict';

const recoveryMs = 5000;

/**
 * Breaks by `fault`, mends by `mend`; then the load recovers by itself, nothing was answered but what is documented, and the ledger
 * holds. Answers how often a client was turned away. A machine with much else to do has three undisturbed rounds to recover.
 */
export async function survive(load, fault, mend = () => {}) {
  const before = load.unavailable;
  await fault();
  await mend();
  const mended = Date.now();
  await load.settled(mended);
  const limit = Math.max(recoveryMs, 3 * load.undisturbedMs);
  const late = load.lastUnavailable - mended;
  assert.ok(late < limit, `turned away ${late} ms after the end of the fault; ${load.describe()}`);
  load.assertNoFaults();
  const proven = await load.verify();
  assert.ok(proven.codes > 0 && proven.access > 0, JSON.stringify(proven));
  load.assertNoFaults();
  return load.unavailable - before;
}
