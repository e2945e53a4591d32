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
  await load.recovered();
  const recovered = Date.now() - mended;
  await load.settled(mended);
  const refused = Math.max(0, load.lastUnavailable - mended);
  console.log(`recovered ${recovered} ms after the end of the fault, the last refusal at ${refused} ms; ${load.unavailable - before} refusals`);
  assert.ok(recovered < recoveryMs, `recovered only ${recovered} ms after the end of the fault; ${load.describe()}`);
  assert.ok(refused < recoveryMs, `turned away ${refused} ms after the end of the fault; ${load.describe()}`);
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
