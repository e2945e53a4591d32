// The shape of every test here: break, wait, mend, and look what became of what was answered.
import assert from 'node:assert/strict';

const recoveryMs = 5000;

/**
 * Breaks by `fault`, mends by `mend`; then the load recovers by itself in five seconds, nothing was answered but what is documented,
 * and the ledger holds. Answers how often a client was turned away.
 */
export async function survive(load, fault, mend = () => {}) {
  const before = load.unavailable;
  load.faults = []; // each test answers for itself
  try {
    await fault();
  } finally {
    await mend();
  }
  const mended = Date.now();
  const settled = await load.settled(mended);
  // The last refusal; and nobody was kept waiting: all are in a round that began since. Whoever was in one may end it first.
  const refused = Math.max(0, load.lastUnavailable - mended);
  const resumed = settled - mended - load.undisturbedMs;
  console.log(`recovered ${Math.max(refused, resumed, 0)} ms after the end of the fault; ${load.unavailable - before} times unavailable`);
  assert.ok(refused < recoveryMs, `turned away ${refused} ms after the end of the fault; ${load.describe()}`);
  assert.ok(resumed < recoveryMs, `kept waiting until ${resumed} ms after the end of the fault; ${load.describe()}`);
  // Nobody uses what is looked at: to send a used code again ends what it has led to.
  await load.stop();
  try {
    load.assertNoFaults();
    const proven = await load.verify();
    assert.ok(proven.codes > 0 && proven.access > 0, JSON.stringify(proven));
  } finally {
    load.start();
  }
  return load.unavailable - before;
}
