// The same OpenID requests, good and bad, to npm oidc-provider and to this server: what differs is explained, one by
// one, in openid/explained.json. SIGMA_TEST_UPDATE=1 writes that list anew; new entries then want a reason.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import authorization from './openid/authorization.mjs';
import device from './openid/device.mjs';
import discovery from './openid/discovery.mjs';
import dpop from './openid/dpop.mjs';
import logout from './openid/logout.mjs';
import pushed from './openid/pushed.mjs';
import registration from './openid/registration.mjs';
import status from './openid/status.mjs';
import token from './openid/token.mjs';
import userinfo from './openid/userinfo.mjs';
import { judge, readExplained, updateExplained } from './support/explained.mjs';
import { differences, observe } from './support/observe.mjs';
import { startOidcProvider } from './support/oidc-provider.mjs';
import { startOurs } from './support/ours.mjs';

const list = fileURLToPath(new URL('openid/explained.json', import.meta.url));
const groups = { authorization, token, userinfo, status, discovery, device, dpop, pushed, registration, logout };
const sides = {};
before(async () => {
  sides.ours = await startOurs();
  sides.theirs = await startOidcProvider(sides.ours.secrets);
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
  assert.ok(requests >= 200, `two hundred requests at least: ${requests}`);
  if (process.env.SIGMA_TEST_UPDATE === '1') {
    await updateExplained(list, found, await readExplained(list).catch(() => []));
  }
  const { unexplained, vanished } = judge(found, await readExplained(list));
  assert.deepEqual({ unexplained, vanished }, { unexplained: [], vanished: [] });
});
