// Two servers are asked the same: every request is a test's business, and every difference wants a reason.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judge, readExplained, updateExplained } from './explained.mjs';
import { differences, observe } from './observe.mjs';

/**
 * Registers the tests.
 * @param start async; puts `ours` and `theirs` into the object that it is given
 * @param groups {name: {title: async (side) => answer}}
 * @param atLeast so many requests must have been made
 * @param list file of the explained differences
 */
export function compare({ start, groups, atLeast, list }) {
  const sides = {};
  const found = [];
  let requests = 0;
  before(() => start(sides));
  after(() => Promise.all(Object.values(sides).map((side) => side.stop())));

  for (const [name, group] of Object.entries(groups)) {
    test(`${name}: every request has an answer on both sides`, async () => {
      for (const [title, run] of Object.entries(group)) {
        const id = `${name}: ${title}`;
        const [ours, theirs] = await Promise.all([run(sides.ours), run(sides.theirs)]);
        assert.ok(ours.status < 500, `${id}: ${ours.describe()}`);
        const [a, b] = [observe(ours, sides.ours.base), observe(theirs, sides.theirs.base)];
        for (const difference of differences(a, b)) found.push({ id, ...difference });
        requests += 1;
      }
    });
  }

  test('every difference is explained, and every explanation is needed', async () => {
    assert.ok(requests >= atLeast, `at least ${atLeast} requests: ${requests}`);
    if (process.env.SIGMA_TEST_UPDATE === '1') {
      await updateExplained(list, found, await readExplained(list).catch(() => []));
    }
    const { unexplained, vanished } = judge(found, await readExplained(list));
    assert.deepEqual({ unexplained, vanished }, { unexplained: [], vanished: [] });
  });
}
