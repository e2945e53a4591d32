import assert from 'node:assert/strict';
import { patience } from './sanitized.mjs';

/** The rows of a query, newest first, once there are `count`: they are written a moment after the answer. */
export async function rowsOf(server, query, count = 1, limitMs = 20_000 * patience) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await server.admin('GET', `/admin/audit?${new URLSearchParams({ limit: '200', ...query })}`);
    assert.equal(answer.status, 200, answer.describe());
    if (answer.json.items.length >= count) return answer.json.items;
    if (Date.now() > deadline) assert.fail(`${answer.json.items.length} of ${count}: ${JSON.stringify(query)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
