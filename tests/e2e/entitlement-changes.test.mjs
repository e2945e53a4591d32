// Roles that wallets give follow what happens on chain and to the indexer, within the stated bound; issue 7.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rowsOf } from './support/audit.mjs';
import { holder, standingOf, token, withIndexer } from './support/entitlements.mjs';
import { balance, startIndexer } from './support/indexer.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { until } from './support/until.mjs';
import { clientOf } from './support/wallet-client.mjs';

let indexer;
before(async () => {
  indexer = await startIndexer();
});
after(() => indexer.close());

forEachStore(
  'entitlements that change',
  async () => ({ env: await withIndexer(indexer, { SIGMA_ENTITLEMENTS_MAX_AGE: '2s' }) }),
  (context) => {
    /** Asks for the session until it shows these roles. */
    const eventually = (person, wanted) => until(async () => (await standingOf(context.server, person))[0] === wanted);

    test('a balance that drops on chain takes the role away, and the audit log says why', async () => {
      const { server } = context;
      const person = await holder(server, indexer, { balances: [balance(token, 80_000)] });
      const { address } = person.wallets[0];
      assert.deepEqual(await standingOf(server, person), ['user,premium', 'premium']);
      indexer.wallets.set(address, { balances: [balance(token, 10)] });
      await eventually(person, 'user');
      const changes = () => rowsOf(server, { type: 'entitlements_changed', user_id: person.userId }, 2);
      const [lost, won] = await changes();
      assert.deepEqual([won.actor, won.outcome, won.detail.roles_before, won.detail.roles], ['server', 'ok', [], ['premium']]);
      assert.deepEqual(lost.detail, {
        roles_before: ['premium'],
        roles: [],
        tier_before: 'premium',
        tier: 'free',
        complete: true,
        because: [
          {
            rule: 'tokens[0]',
            role: 'premium',
            tier: 'premium',
            token,
            granted: false,
            needs: '75000',
            found_before: '80000',
            found: '10',
            wallets: [{ address, found_before: '80000', found: '10' }],
          },
        ],
      });
      const { stdout } = await server.cli(['audit', 'list', '--user', person.userId, '--type', 'entitlements_changed']);
      assert.match(stdout, new RegExp(`entitlements_changed.*${person.userId}`));
      assert.equal((await changes()).length, 2, 'who looks changes nothing');
      indexer.wallets.set(address, { balances: [balance(token, 75_000)] });
      await eventually(person, 'user,premium');
    });

    test('an indexer that goes away takes roles along when its last word is too old; nothing else breaks', async () => {
      const { server } = context;
      const away = await startIndexer();
      const replica = await startServer({
        store: context.store,
        env: await withIndexer(away, { SIGMA_ENTITLEMENTS_MAX_AGE: '2s' }),
      });
      try {
        const person = await holder(replica, away, { balances: [balance(token, 80_000)] });
        assert.deepEqual(await standingOf(replica, person), ['user,premium', 'premium']);
        await away.close();
        for (const until = Date.now() + 20_000; (await standingOf(replica, person))[0] !== 'user'; ) {
          assert.ok(Date.now() < until);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        await person.signIn(replica);
        assert.deepEqual(await standingOf(replica, person), ['user', 'free']);
        const list = await clientOf(replica, person).nft.list(true);
        assert.match(list.wallets[0].error, /could not be read/);
      } finally {
        await replica.stop();
      }
      assert.ok(server);
    });
  },
);

test('a sign-in does not wait for the indexer', async () => {
  const server = await startServer({ env: await withIndexer(indexer, { SIGMA_INDEXER_TIMEOUT: '30s' }) });
  try {
    const person = await holder(server, indexer, (address) => {
      indexer.mishapOf.set(address, 'slow');
      return {};
    });
    await person.signIn(server); // our client would give up after 20 seconds
  } finally {
    await server.stop();
  }
});
