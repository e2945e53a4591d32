// An operator's rules for roles and tiers, people whose wallets hold something, and how they stand.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { outpoint } from './indexer.mjs';
import { distinctTime, Key, newPerson } from './person.mjs';
import { clientOf } from './wallet-client.mjs';

export const [foxes, openCollection, token, rareOrigin] = [outpoint(), outpoint(), outpoint(), outpoint()];
export const artist = new Key();
export const rules = {
  nfts: [
    { collection: foxes, signers: [artist.address], min_count: 2, role: 'fox-holder', tier: 'plus' },
    { collection: openCollection, anybody_may_mint: true, role: 'visitor' },
    { origins: [rareOrigin], role: 'rare', tier: 'pro' },
  ],
  tokens: [{ token, min_amount: '75000', role: 'premium', tier: 'premium' }],
  features: { premium: ['everything'], pro: ['some'] },
};

/** A server that asks `indexer`, with the rules above. */
export async function withIndexer(indexer, env = {}) {
  const file = path.join(tmpdir(), `sigma-rules-${randomUUID()}.json`);
  await writeFile(file, JSON.stringify(rules));
  return {
    SIGMA_INDEXER_URL: indexer.origin,
    SIGMA_INDEXER_TIMEOUT: '3s',
    SIGMA_OUTBOUND_CA_FILE: indexer.caFile,
    SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow',
    SIGMA_ENTITLEMENTS_FILE: file,
    ...env,
  };
}

/** A person with wallets of these holdings, in order. */
export async function holder(server, indexer, ...holdings) {
  const person = await newPerson(server);
  person.wallets = [];
  for (const held of holdings) {
    const key = new Key();
    indexer.wallets.set(key.address, typeof held === 'function' ? held(key.address) : held);
    const authToken = key.token('/api/wallet/connect', { scheme: 'bsm', timestamp: distinctTime() });
    await clientOf(server, person).wallet.connect(person.bapId, authToken);
    person.wallets.push(key);
  }
  return person;
}

/** [roles, tier] as the session shows them; they are the same in session and user. */
export async function standingOf(server, person) {
  const { session, user } = await person.session(server);
  assert.deepEqual([session.roles, session.subscriptionTier], [user.roles, user.subscriptionTier]);
  return [user.roles, user.subscriptionTier];
}
