// The same requests of Sigma's clients to the reference provider and to this server: what differs is explained, one by
// one, in sigma/explained.json. SIGMA_TEST_UPDATE=1 writes that list anew; new entries then want a reason.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from '../e2e/support/server.mjs';
import { startOracle } from './sigma/oracle.mjs';
import groups from './sigma/requests.mjs';
import { clients, SigmaSide } from './sigma/side.mjs';
import { judge, readExplained, updateExplained } from './support/explained.mjs';
import { differences, observe } from './support/observe.mjs';

const list = fileURLToPath(new URL('sigma/explained.json', import.meta.url));
const sides = {};
before(async () => {
  const env = { SIGMA_ALLOW_UNREGISTERED_DEVICE_CLIENTS: 'on' };
  const registrations = clients.map(({ member_pubkey, ...client }) => ({
    ...client,
    ...(member_pubkey ? { member_pubkeys: [member_pubkey] } : { token_endpoint_auth_method: 'none' }),
  }));
  const server = await startServer({ store: 'postgres', env, clients: registrations });
  sides.ours = new SigmaSide({ name: 'ours', base: server.base, stop: () => server.stop() });
  sides.theirs = new SigmaSide({ name: 'reference', ...(await startOracle(clients)) });
});
after(() => Promise.all(Object.values(sides).map((side) => side.stop())));

const found = [];
let requests = 0;
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
  assert.ok(requests >= 180, `${requests} requests`);
  if (process.env.SIGMA_TEST_UPDATE === '1') {
    await updateExplained(list, found, await readExplained(list).catch(() => []));
  }
  const { unexplained, vanished } = judge(found, await readExplained(list));
  assert.deepEqual({ unexplained, vanished }, { unexplained: [], vanished: [] });
});
