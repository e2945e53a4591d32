// What wallets hold, and the roles and tiers that follow: the npm client's nft.* and subscription.* calls unmodified,
// against a stand-in for the indexer. sigma-contract.md §8; issue 7.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { artist, foxes, holder, openCollection, rareOrigin, rules, standingOf, token, withIndexer } from './support/entitlements.mjs';
import { balance, mishaps, nft, outpoint, startIndexer } from './support/indexer.mjs';
import { assertApiError, claimsOf, exchange, getCode, publicClient, userinfo } from './support/oauth.mjs';
import { distinctTime, Key, newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { clientOf } from './support/wallet-client.mjs';

let indexer;
before(async () => {
  indexer = await startIndexer();
});
after(() => indexer.close());

forEachStore(
  'entitlements',
  async () => ({ env: await withIndexer(indexer), clients: [publicClient('my-app')] }),
  (context) => {
    test('the npm client lists NFTs of all wallets, as the contract shows them', async () => {
      const { server } = context;
      const mine = [];
      const person = await holder(
        server,
        indexer,
        (address) => {
          mine.push(nft(address, { collection: foxes }), nft(address));
          // Not ours, spent already, without inscription, and nonsense: none of it is shown.
          const others = [nft(new Key().address), nft(address, { spend: 'ab'.repeat(32) }), nft(address, { origin: 'x' })];
          return { nfts: [...mine, ...others, { txid: 5 }, null, 'text', { ...nft(address), origin: null }] };
        },
        {},
      );
      const list = await clientOf(server, person).nft.list();
      assert.equal(list.totalNFTs, 2);
      assert.deepEqual(list.addresses, person.wallets.map(({ address }) => address));
      assert.deepEqual(list.wallets.map(({ count, error }) => [count, error]), [[2, undefined], [0, undefined]]);
      const [shown] = list.wallets[0].nfts;
      assert.equal(shown.outpoint, mine[0].outpoint);
      assert.equal(shown.txid, mine[0].txid);
      assert.deepEqual([shown.vout, shown.satoshis, shown.owner], [0, 1, person.wallets[0].address]);
      assert.deepEqual(shown.origin, {
        outpoint: mine[0].origin.outpoint,
        data: { insc: mine[0].origin.data.insc, map: mine[0].origin.data.map },
      });
      assert.deepEqual([shown.height, shown.idx], [828275, '1162']);
    });

    test('many NFTs come over several pages, and can be had in pages', async () => {
      const { server } = context;
      const person = await holder(server, indexer, (address) => ({
        nfts: Array.from({ length: 250 }, () => nft(address)),
      }));
      const list = await clientOf(server, person).nft.list();
      assert.equal(list.totalNFTs, 250);
      assert.equal(new Set(list.wallets[0].nfts.map((one) => one.outpoint)).size, 250);
      const page = await person.request(server, 'GET', '/api/auth/wallet/nfts?limit=100&offset=200');
      assert.deepEqual([page.json.wallets[0].nfts.length, page.json.wallets[0].count], [50, 250]);
      assert.equal((await person.request(server, 'GET', '/api/auth/wallet/nfts?limit=10')).json.wallets[0].next, 10);
      assertApiError(await person.request(server, 'GET', '/api/auth/wallet/nfts?limit=x'), 400, 'VALIDATION_ERROR');
    });

    test('answers are remembered; a refresh asks again, but not more than every ten seconds', async () => {
      const { server } = context;
      const person = await holder(server, indexer, {});
      const { address } = person.wallets[0];
      const { nft: nfts } = clientOf(server, person);
      const asked = () => indexer.asked.filter((url) => url.includes(`/txos/address/${address}/`)).length;
      await Promise.all(Array.from({ length: 10 }, () => nfts.list()));
      assert.equal(asked(), 1, 'those who ask at once are answered at once');
      for (let i = 0; i < 5; i++) await nfts.list(true);
      assert.equal(asked(), 1);
    });

    test('ownership is checked by origin and by collection, with a minimum', async () => {
      const { server } = context;
      const origin = outpoint();
      const person = await holder(
        server,
        indexer,
        (address) => ({
          nfts: [
            nft(address, { origin }),
            nft(address, { collection: foxes, signer: artist.address }),
            nft(address, { collection: foxes, signer: artist.address, asText: true }),
            nft(address, { collection: foxes, signer: new Key().address }),
            nft(address, { collection: foxes, signer: artist.address, valid: false }),
            nft(address, { collection: foxes }),
          ],
        }),
        (address) => ({ nfts: [nft(address, { collection: openCollection })] }),
      );
      const { nft: nfts } = clientOf(server, person);
      const check = async (params) => {
        const { owns, count, nfts: found } = await nfts.verifyOwnership(params);
        assert.equal(found.length, count);
        return [owns, count];
      };
      assert.deepEqual(await check({ origin }), [true, 1]);
      assert.deepEqual(await check({ origin, minCount: 2 }), [false, 1]);
      assert.deepEqual(await check({ origin: outpoint() }), [false, 0]);
      // Only what its artist has signed is of the collection: anybody can inscribe its name.
      assert.deepEqual(await check({ collection: foxes, minCount: 2 }), [true, 2]);
      assert.deepEqual(await check({ collection: foxes, minCount: 3 }), [false, 2]);
      assert.deepEqual(await check({ collection: openCollection }), [true, 1]);
      for (const json of [{}, { origin, collection: foxes }, { origin: 5 }, { origin, minCount: 0 }, { origin, minCount: '1' }]) {
        const answer = await person.request(server, 'POST', '/api/auth/wallet/verify-ownership', { json });
        assertApiError(answer, 400, 'VALIDATION_ERROR');
      }
    });

    test('NFTs and tokens of all wallets together give roles and the best tier, in session and claims', async () => {
      const { server } = context;
      const person = await holder(
        server,
        indexer,
        (address) => ({
          nfts: [nft(address, { collection: foxes, signer: artist.address }), nft(address, { origin: rareOrigin })],
          balances: [balance(token, 50_000_00000000n, { dec: 8 })],
        }),
        (address) => ({
          nfts: [nft(address, { collection: foxes, signer: artist.address })],
          balances: [balance(token, 25_000_00000000n, { dec: 8 })],
        }),
      );
      assert.deepEqual(await standingOf(server, person), ['user,fox-holder,rare,premium', 'premium']);
      const status = await clientOf(server, person).subscription.getStatus();
      assert.deepEqual([status.tier, status.isActive, status.features], ['premium', true, ['everything']]);
      assert.equal(status.walletAddress, person.wallets[0].address);
      assert.ok(Date.parse(status.validUntil) > Date.parse(status.lastVerified));

      const tokens = await exchange(server, await getCode(server, person));
      const told = { roles: 'user,fox-holder,rare,premium', subscriptionTier: 'premium' };
      const claims = claimsOf(tokens.id_token);
      assert.deepEqual({ roles: claims.roles, subscriptionTier: claims.subscriptionTier }, told);
      const { json } = await userinfo(server, tokens.access_token);
      assert.deepEqual({ roles: json.roles, subscriptionTier: json.subscriptionTier }, told);
    });

    test('administrators see why, on the admin API and on the command line', async () => {
      const { server } = context;
      const person = await holder(
        server,
        indexer,
        { balances: [balance(token, 74_000)] },
        { balances: [balance(token, 999)] },
      );
      const answer = await server.admin('GET', `/admin/users/${person.userId}/entitlements`);
      assert.equal(answer.status, 200, answer.describe());
      assert.deepEqual([answer.json.roles, answer.json.subscription_tier], [['user'], 'free']);
      assert.equal(answer.json.wallets.length, 2);
      const rule = answer.json.rules.find(({ rule: name }) => name === 'tokens[0]');
      assert.deepEqual(
        [rule.granted, rule.needs, rule.found, rule.wallets.map(({ found }) => found)],
        [false, '75000', '74999', ['74000', '999']],
      );
      const byIdentity = await server.admin('GET', `/admin/users/${person.bapId}/entitlements`);
      assert.deepEqual(byIdentity.json, answer.json);
      assert.equal((await server.admin('GET', '/admin/users/nobody/entitlements')).status, 404);
      const { stdout } = await server.cli(['entitlements', person.userId, '--json']);
      assert.deepEqual(JSON.parse(stdout), answer.json);
      assert.match((await server.cli(['entitlements', person.bapId])).stdout, /tokens\[0\] +no +premium premium: found 74999, needs 75000/);
    });

    test('too little, the wrong token of the same name, and what is not confirmed give nothing', async () => {
      const { server } = context;
      const person = await holder(server, indexer, (address) => ({
        nfts: [nft(address, { collection: foxes, signer: artist.address }), nft(address, { collection: foxes })],
        balances: [
          balance(token, 74_999_99999999n, { dec: 8, pending: '10000000000000' }),
          balance(outpoint(), 10n ** 18n, { sym: 'GM' }),
          { ...balance(null, 10n ** 18n), tick: 'GM' },
        ],
      }));
      assert.deepEqual(await standingOf(server, person), ['user', 'free']);
      const status = await clientOf(server, person).subscription.getStatus();
      assert.deepEqual([status.tier, status.isActive], ['free', false]);
    });

    test('a wallet that leaves takes its roles along, at once', async () => {
      const { server } = context;
      const person = await holder(server, indexer, { balances: [balance(token, 75_000)] });
      assert.deepEqual(await standingOf(server, person), ['user,premium', 'premium']);
      await clientOf(server, person).wallet.disconnect(person.bapId, person.wallets[0].address);
      assert.deepEqual(await standingOf(server, person), ['user', 'free']);
    });

    test('a wallet that another account takes over counts there and no longer here', async () => {
      const { server } = context;
      const person = await holder(server, indexer, { balances: [balance(token, 75_000)] });
      const other = await newPerson(server);
      assert.deepEqual(await standingOf(server, person), ['user,premium', 'premium']);
      const [key] = person.wallets;
      const { challenge } = (
        await other.request(server, 'POST', '/api/auth/wallet/challenge', { json: { bapId: other.bapId } })
      ).json;
      const authToken = key.token('/api/wallet/connect', { body: challenge, timestamp: distinctTime() });
      const moved = await other.request(server, 'POST', '/api/auth/wallet/connect', {
        json: { bapId: other.bapId, authToken, challenge },
      });
      assert.equal(moved.status, 200, moved.describe());
      assert.deepEqual(await standingOf(server, other), ['user,premium', 'premium']);
      assert.deepEqual(await standingOf(server, person), ['user', 'free']);
    });

    for (const mishap of Object.keys(mishaps)) {
      test(`an indexer that answers '${mishap}' for one wallet spoils nothing else`, async () => {
        const { server } = context;
        const bad = new Key();
        const person = await holder(server, indexer, (address) => ({
          nfts: [nft(address)],
          balances: [balance(token, 75_000)],
        }));
        indexer.mishapOf.set(bad.address, mishap);
        indexer.wallets.set(bad.address, { balances: [balance(token, 10n ** 12n)] });
        const authToken = bad.token('/api/wallet/connect', { timestamp: distinctTime() });
        await clientOf(server, person).wallet.connect(person.bapId, authToken);

        const list = await clientOf(server, person).nft.list();
        assert.deepEqual(list.wallets.map(({ count }) => count), [1, 0]);
        assert.equal(list.wallets[0].error, undefined);
        assert.match(list.wallets[1].error, /could not be read|takes long/);
        const verified = await clientOf(server, person).nft.verifyOwnership({ origin: outpoint() });
        assert.equal(verified.owns, false);
        assert.match(verified.message, /1 of 2 wallets could not be read/);
        // What the readable wallet proves counts; nothing is guessed about the other.
        const [roles] = await standingOf(server, person);
        assert.ok(['user,premium', 'user'].includes(roles), roles);
      });
    }
  },
);

test('without an indexer the calls about holdings say so, and the others go on', async () => {
  const server = await startServer();
  try {
    const person = await newPerson(server);
    for (const root of ['/api/auth', '/api']) {
      assertApiError(await person.request(server, 'GET', `${root}/wallet/nfts`), 503, 'INDEXER_NOT_CONFIGURED');
      const json = { origin: outpoint() };
      const verify = await person.request(server, 'POST', `${root}/wallet/verify-ownership`, { json });
      assertApiError(verify, 503, 'INDEXER_NOT_CONFIGURED');
      const status = await person.request(server, 'GET', `${root}/subscription/status`);
      assert.deepEqual([status.json.tier, status.json.isActive], ['free', false]);
    }
    await assert.rejects(clientOf(server, person).nft.list(), /SIGMA_INDEXER_URL/);
    assert.deepEqual(await standingOf(server, person), ['user', 'free']);
    assertApiError(await server.request('GET', '/api/auth/subscription/status'), 401, 'UNAUTHORIZED');
    assertApiError(await server.request('GET', '/api/auth/wallet/nfts'), 401, 'UNAUTHORIZED');
  } finally {
    await server.stop();
  }
});

test('a rules file that is wrong keeps the server from starting, and says where', async () => {
  const file = path.join(tmpdir(), `sigma-rules-${randomUUID()}.json`);
  const env = { SIGMA_ENTITLEMENTS_FILE: file, SIGMA_INDEXER_URL: 'https://indexer.example' };
  await writeFile(file, JSON.stringify({ nfts: [{ collection: foxes, role: 'fox' }] }));
  await assert.rejects(startServer({ env }), /SIGMA_ENTITLEMENTS_FILE.*nfts\[0\] needs \\?"signers/);
  await writeFile(file, JSON.stringify({ tokens: [{ token: 'GM', min_amount: '1', role: 'admin' }] }));
  await assert.rejects(startServer({ env }), /tokens\[0\]\.role cannot be bought/);
  await writeFile(file, JSON.stringify(rules));
  await assert.rejects(startServer({ env: { SIGMA_ENTITLEMENTS_FILE: file } }), /SIGMA_INDEXER_URL/);
});
