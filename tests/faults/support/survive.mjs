// The shape of every test here: break, wait, mend, and look what became of what was answered.
import assert from 'node:assert/strict';

const recoveryMs = 5000;

/** Asserts that somebody was turned away by the fault of the last survive(), or waited for `ms` of it. */
export function assertFelt(load, turnedAway, ms) {
  assert.ok(turnedAway > 0 || load.longestMs >= ms, `nobody waited longer than ${load.longestMs} ms: the fault was none`);
}

/**
 * Breaks by `fault`, mends by `mend`; then the load recovers by itself in five seconds, nothing was answered but what is documented,
 * and the ledger holds: what was answered before the fault, up to its very beginning, during it and after it. Answers how often a
 * client was turned away.
 */
export async function survive(load, fault, mend = () => {}) {
  load.faults = []; // each test answers for itself
  // The last test looked at everything, and so used it up: something must be there that the fault could take away.
  do await load.settled(Date.now());
  while (load.ledger.access.length === 0 || load.ledger.codes.length === 0);
  load.longestMs = 0;
  const { unavailable: before, undecided } = load;
  const whole = load.lengths();
  let broken;
  try {
    await fault();
    broken = load.lengths();
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
    const proven = await load.verify({ cuts: [whole, broken] });
    if (load.undecided > undecided) console.log(`${load.undecided - undecided} refresh tokens of which nobody can say whether they were used`);
    assert.ok(proven.codes > 0 && proven.access > 0, JSON.stringify(proven));
  } finally {
    load.start();
  }
  return load.unavailable - before;
}
