// Signing keys change without anybody noticing: security case 36 with real tokens. Lifetimes are in the contract tests.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { rowsOf } from './support/audit.mjs';
import { exchange, getCode, headerOf, publicClient } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore, stores } from './support/stores.mjs';

const clients = [publicClient('my-app')];
const leadMs = 5_000;

const jwks = async (server) => (await server.request('GET', '/api/auth/jwks')).json.keys;
const kids = async (server) => (await jwks(server)).map(({ kid }) => kid).sort();

async function idToken(server, person) {
  return (await exchange(server, await getCode(server, person))).id_token;
}

/** Does a relying party that fetches the JWKS now accept the token? */
async function isAccepted(server, token) {
  const [head, body, signature] = token.split('.');
  const jwk = (await jwks(server)).find(({ kid }) => kid === headerOf(token).kid);
  if (!jwk) return false;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
}

/** Polls until `look` answers something. */
async function eventually(what, look, limitMs) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not in ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const manual = { SIGMA_KEY_ROTATION_INTERVAL: 'off', SIGMA_KEY_PUBLICATION_LEAD: `${leadMs / 1000}s` };

forEachStore('keys rotated by hand', { clients, env: manual }, (context) => {
  test('case 36: announced first, then in use; what the old key signed is accepted throughout', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const first = await idToken(server, person);
    const known = await kids(server);
    const asked = Date.now();
    const rotated = await server.admin('POST', '/admin/keys/rotate', { json: { alg: 'RS256' } });
    assert.equal(rotated.status, 200, rotated.describe());
    const published = await kids(server);
    const [added] = published.filter((kid) => !known.includes(kid));
    assert.ok(added, 'visible at once');
    assert.equal(published.length, known.length + 1);
    assert.equal(new Set(published).size, published.length, 'kids are unique');
    const second = await idToken(server, person);
    assert.ok(headerOf(second).kid !== added || Date.now() - asked >= leadMs, 'visible before its first use');

    const tokens = [first, second];
    await eventually(
      'a token of the new key',
      async () => {
        tokens.push(await idToken(server, person));
        for (const token of tokens) assert.ok(await isAccepted(server, token), headerOf(token).kid);
        return headerOf(tokens.at(-1)).kid === added;
      },
      leadMs + 40_000,
    );
    const { items } = (await server.admin('GET', '/admin/keys')).json;
    const status = Object.fromEntries(items.map((key) => [key.kid, key.status]));
    assert.deepEqual([status[headerOf(first).kid], status[added]], ['retired', 'active']);
    for (const key of await jwks(server)) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) assert.ok(!(secret in key), key.kid);
    }
  });

  test('case 36: a key that others know is withdrawn at once, by admin API and command line', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const stolen = await idToken(server, person);
    const json = { alg: 'RS256', at_once: true };
    const rotated = await server.admin('POST', '/admin/keys/rotate', { json });
    assert.equal(rotated.status, 200, rotated.describe());
    assert.equal(await isAccepted(server, stolen), false);
    assert.ok(await isAccepted(server, await idToken(server, person)), 'signing goes on with the new key');
    const wrong = { alg: 'RS256', at_once: 'yes' };
    assert.equal((await server.admin('POST', '/admin/keys/rotate', { json: wrong })).status, 400);

    const known = await kids(server);
    const listed = JSON.parse((await server.cli(['key', 'rotate', '--alg', 'ES256', '--at-once'])).stdout);
    const active = listed.filter(({ alg, status }) => alg === 'ES256' && status === 'active');
    assert.equal(active.length, 1);
    assert.ok(!known.includes(active[0].kid));
    await server.restart();
    assert.ok((await kids(server)).includes(active[0].kid));
  });
});

// A lead just below the interval: successors are due five seconds after the first start and sign ten minutes later.
const automatic = { SIGMA_KEY_ROTATION_INTERVAL: '600s', SIGMA_KEY_PUBLICATION_LEAD: '595s' };
for (const store of stores) {
  describe(`keys rotated by the clock on ${store}`, () => {
    let replicas;
    before(async () => {
      const first = await startServer({ store, env: automatic, clients });
      replicas = [first, await startServer({ peerOf: first, env: automatic })];
    });
    after(async () => {
      for (const server of replicas?.toReversed() ?? []) await server.stop();
    });

    test('case 36: two replicas announce one successor for each algorithm, and go on with the old keys', async () => {
      const [one, other] = replicas;
      const person = await newPerson(one);
      const old = headerOf(await idToken(one, person)).kid;
      const listed = async () => (await one.admin('GET', '/admin/keys')).json.items;
      const isUpcoming = ({ status }) => status === 'upcoming';
      await eventually('four successors', async () => (await listed()).filter(isUpcoming).length >= 4, 40_000);
      const items = await listed();
      assert.deepEqual(items.filter(isUpcoming).map(({ alg }) => alg).sort(), ['ES256', 'ES256K', 'EdDSA', 'RS256']);
      assert.equal(items.length, 8);
      await eventually('the same keys at the other', async () => `${await kids(other)}` === `${await kids(one)}`, 40_000);
      assert.equal(headerOf(await idToken(other, person)).kid, old);

      // Whoever made the key tells it, once; the other one has nothing to tell, also at its end.
      await rowsOf(one, { type: 'key_rotated' }, 4);
      await other.terminate();
      const told = await rowsOf(one, { type: 'key_rotated' }, 4);
      const keys = items.filter(isUpcoming).map(({ alg, kid }) => ({ alg, at_once: false, kid }));
      const sorted = (details) => details.sort((a, b) => a.alg.localeCompare(b.alg));
      assert.deepEqual(sorted(told.map(({ detail }) => detail)), sorted(keys));
      for (const row of told) assert.deepEqual([row.actor, row.outcome], ['schedule', 'ok']);
    });
  });
}

test('an interval that is not longer than the lead is refused with words', async () => {
  const env = { SIGMA_KEY_ROTATION_INTERVAL: '1m', SIGMA_KEY_PUBLICATION_LEAD: '1m' };
  await assert.rejects(startServer({ env }), /SIGMA_KEY_PUBLICATION_LEAD is not shorter/);
});
