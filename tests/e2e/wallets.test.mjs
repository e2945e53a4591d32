// Connected wallets: @sigma-auth/better-auth-plugin's client unmodified, and what it would never send.
// sigma-contract.md §8; security case 62.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { assertApiError } from './support/oauth.mjs';
import { distinctTime, Key, newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { clientOf } from './support/wallet-client.mjs';

const connectPath = '/api/wallet/connect';

const proof = (key, { path = connectPath, scheme = 'bsm', body, timestamp = distinctTime() } = {}) =>
  key.token(path, { scheme, body, timestamp });

const connect = (server, person, json) =>
  person.request(server, 'POST', '/api/auth/wallet/connect', { json: { bapId: person.bapId, ...json } });

async function challengeOf(server, person, bapId = person.bapId) {
  const answer = await person.request(server, 'POST', '/api/auth/wallet/challenge', { json: { bapId } });
  assert.equal(answer.status, 200, answer.describe());
  return answer.json.challenge;
}

async function addressesOf(server, person) {
  const answer = await person.request(server, 'GET', '/api/auth/wallet/connect');
  assert.equal(answer.status, 200, answer.describe());
  return answer.json.wallets.map(({ address }) => address);
}

forEachStore('wallets', {}, (context) => {
  test('the npm client connects, lists, chooses and disconnects wallets of both schemes', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const { wallet } = clientOf(server, person);
    const [first, second] = [new Key(), new Key()];
    assert.deepEqual((await wallet.getConnected(person.bapId)).wallets, []);

    const connected = await wallet.connect(person.bapId, proof(first, { scheme: 'bsm' }));
    assert.equal(connected.success, true);
    assert.equal(connected.walletAddress, first.address);
    assert.equal(connected.pubkey, first.pubkey);
    assert.ok(Math.abs(new Date(connected.connectedAt) - Date.now()) < 60_000);
    await wallet.connect(person.bapId, proof(second, { scheme: 'brc77' }), 'handcash');

    const { wallets } = await wallet.getConnected();
    assert.deepEqual(
      wallets.map(({ address, provider, isPrimary, connectionMethod }) => [address, provider, isPrimary, connectionMethod]),
      [
        [first.address, 'yours', true, 'signature'],
        [second.address, 'handcash', false, 'signature'],
      ],
    );
    assert.ok(wallets.every(({ connectedAt, lastVerified }) => new Date(connectedAt) > 0 && new Date(lastVerified) > 0));

    assert.deepEqual(await wallet.setPrimary(person.bapId, second.address), {
      success: true,
      primaryAddress: second.address,
    });
    assert.deepEqual(await addressesOf(server, person), [second.address, first.address]);
    assert.deepEqual(await wallet.disconnect(person.bapId, second.address), {
      success: true,
      walletAddress: second.address,
    });
    const left = (await wallet.getConnected(person.bapId)).wallets;
    assert.deepEqual(
      left.map(({ address, isPrimary }) => [address, isPrimary]),
      [[first.address, true]],
    );
    await assert.rejects(wallet.disconnect(person.bapId, second.address), /no such wallet/);
    await assert.rejects(wallet.setPrimary(person.bapId, second.address), /no such wallet/);
  });

  test('the paths without /auth answer the same, and a proof may be signed for either path', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const key = new Key();
    const answer = await person.request(server, 'POST', '/api/wallet/connect', {
      json: { bapId: person.bapId, authToken: proof(key, { path: '/wallet/connect' }) },
    });
    assert.equal(answer.json?.walletAddress, key.address, answer.describe());
    const list = await person.request(server, 'GET', `/api/wallet/connect?bapId=${person.bapId}`);
    assert.equal(list.json.wallets[0].address, key.address);
  });

  test('a proof is good once, for the path and the key that it names', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const other = await newPerson(server);
    const key = new Key();
    const authToken = proof(key);
    assert.equal((await connect(server, person, { authToken })).status, 200);
    // Whoever saw it on its way cannot use it for themselves.
    assertApiError(await connect(server, other, { authToken }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    assertApiError(await connect(server, person, { authToken }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    const wrong = [
      proof(new Key(), { path: '/api/auth/sign-in/sigma' }),
      proof(new Key(), { body: '{}' }),
      proof(new Key(), { timestamp: distinctTime(-6 * 60_000) }),
      proof(key).replace(key.pubkey, other.pubkey),
    ];
    for (const token of wrong) {
      assertApiError(await connect(server, other, { authToken: token }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    }
    for (const token of ['', 'a|b', `${key.pubkey}|rsa|x|y|z`]) {
      assertApiError(await connect(server, other, { authToken: token }), 400, 'INVALID_AUTH_TOKEN_FORMAT');
    }
    assert.deepEqual(await addressesOf(server, other), []);
  });

  test('a wallet belongs to one account: a plain proof does not move it, a signed challenge does', async () => {
    const { server } = context;
    const [first, second] = [await newPerson(server), await newPerson(server)];
    const key = new Key();
    assert.equal((await connect(server, first, { authToken: proof(key) })).status, 200);
    assertApiError(await connect(server, second, { authToken: proof(key) }), 409, 'WALLET_CONNECTED_ELSEWHERE');
    const challenge = await challengeOf(server, second);
    const moved = await connect(server, second, { authToken: proof(key, { body: challenge }), challenge });
    assert.equal(moved.status, 200, moved.describe());
    assert.deepEqual(await addressesOf(server, first), []);
    assert.deepEqual(await addressesOf(server, second), [key.address]);
  });

  test('case 62: a challenge is good once, for one account, in one session, word for word', async () => {
    const { server } = context;
    const [person, other] = [await newPerson(server), await newPerson(server)];
    const key = new Key();
    const refused = async (who, challenge, signed, wanted = 'INVALID_CHALLENGE') =>
      assertApiError(await connect(server, who, { authToken: proof(key, { body: signed }), challenge }), 401, wanted);

    const challenge = await challengeOf(server, person);
    assert.ok(challenge.includes(person.bapId) && challenge.includes(new URL(server.base).host), challenge);
    const nonce = /^Nonce: (.+)$/m.exec(challenge)[1];

    // Of another account, and of another session of the same account.
    await refused(other, challenge, challenge);
    const samePerson = Object.create(person, { jar: { value: new person.jar.constructor() } });
    await samePerson.signIn(server);
    await refused(samePerson, challenge, challenge);
    // Changed, lengthened, or only quoted; a nonce of one's own; a nonce as a part of something else.
    const variants = [
      `${challenge}\n`,
      `${challenge}\nAccount: ${other.bapId}`,
      `Hello!\n${challenge}`,
      challenge.replace('Version: 1', 'Version: 1\nVersion: 2'),
      challenge.replaceAll(new URL(server.base).host, 'evil.example'),
      challenge.replaceAll(person.bapId, other.bapId),
      challenge.replace(nonce, `${nonce}x`),
      challenge.replace(nonce, createHash('sha256').update('mine').digest('base64url').slice(0, 22)),
      challenge.split('\nSeal: ')[0],
      nonce,
      '',
    ];
    for (const text of variants) {
      await refused(person, text, text);
    }
    // The wallet signed something else than what is shown, or nothing.
    await refused(person, challenge, challenge.replace('Version: 1', 'Version: 2'), 'INVALID_AUTH_TOKEN_SIGNATURE');
    await refused(person, challenge, undefined, 'INVALID_AUTH_TOKEN_SIGNATURE');
    // A proof over the challenge without the challenge is a proof of nothing.
    const bare = proof(key, { body: challenge });
    assertApiError(await connect(server, person, { authToken: bare }), 401, 'INVALID_AUTH_TOKEN_SIGNATURE');
    assert.deepEqual(await addressesOf(server, person), []);

    const done = await connect(server, person, { authToken: proof(key, { body: challenge }), challenge });
    assert.equal(done.status, 200, done.describe());
    await refused(person, challenge, challenge);
    const [{ connectionMethod }] = (await person.request(server, 'GET', '/api/auth/wallet/connect')).json.wallets;
    assert.equal(connectionMethod, 'challenge');
  });

  test("nobody connects, sees or removes wallets through somebody else's identity", async () => {
    const { server } = context;
    const [person, other] = [await newPerson(server), await newPerson(server)];
    const key = new Key();
    await connect(server, person, { authToken: proof(key) });
    const foreign = { bapId: person.bapId };
    const notMember = 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION';
    assertApiError(await connect(server, other, { ...foreign, authToken: proof(new Key()) }), 403, notMember);
    assertApiError(
      await other.request(server, 'POST', '/api/auth/wallet/challenge', { json: foreign }),
      403,
      notMember,
    );
    const query = `bapId=${person.bapId}&address=${key.address}`;
    assertApiError(
      await other.request(server, 'GET', `/api/auth/wallet/connect?bapId=${person.bapId}`),
      403,
      notMember,
    );
    assertApiError(
      await other.request(server, 'DELETE', `/api/auth/wallet/connect?${query}`),
      404,
      'WALLET_NOT_FOUND',
    );
    const primary = { ...foreign, walletAddress: key.address };
    assertApiError(
      await other.request(server, 'POST', '/api/auth/wallet/set-primary', { json: primary }),
      404,
      'WALLET_NOT_FOUND',
    );
    assert.deepEqual(await addressesOf(server, person), [key.address]);
  });

  test('twenty wallets are enough', async () => {
    const { server } = context;
    const person = await newPerson(server);
    for (let i = 0; i < 20; i++) {
      assert.equal((await connect(server, person, { authToken: proof(new Key()) })).status, 200);
    }
    assertApiError(await connect(server, person, { authToken: proof(new Key()) }), 409, 'TOO_MANY_WALLETS');
    assert.equal((await addressesOf(server, person)).length, 20);
  });

  test('calls need a session, a trusted origin and readable bodies', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const authToken = proof(new Key());
    for (const [method, path] of [
      ['GET', 'connect'],
      ['POST', 'connect'],
      ['DELETE', 'connect?bapId=a&address=b'],
      ['POST', 'set-primary'],
      ['POST', 'challenge'],
    ]) {
      const json = method === 'POST' ? { json: { bapId: person.bapId, authToken } } : {};
      assertApiError(await server.request(method, `/api/auth/wallet/${path}`, json), 401, 'UNAUTHORIZED');
      if (method === 'GET') continue;
      const evil = { ...json, headers: { origin: 'https://evil.example' } };
      assertApiError(await person.request(server, method, `/api/auth/wallet/${path}`, evil), 403, 'INVALID_ORIGIN');
    }
    for (const json of [{}, { bapId: 1 }, { authToken: {} }, { challenge: 5 }, { provider: 'Ünlesbar' }, { provider: '' }]) {
      const body = { bapId: person.bapId, authToken, ...json };
      if (!Object.keys(json).length) delete body.authToken;
      assertApiError(
        await person.request(server, 'POST', '/api/auth/wallet/connect', { json: body }),
        400,
        'VALIDATION_ERROR',
      );
    }
    for (const body of ['', 'null', '[]', '{']) {
      const headers = { 'content-type': 'application/json' };
      const answer = await person.request(server, 'POST', '/api/auth/wallet/connect', { body, headers });
      assertApiError(answer, 400, 'VALIDATION_ERROR');
    }
    assertApiError(
      await person.request(server, 'DELETE', '/api/auth/wallet/connect?bapId=x'),
      400,
      'VALIDATION_ERROR',
    );
  });
});

test('an operator may insist on proofs that name the account', async () => {
  const server = await startServer({ env: { SIGMA_WALLET_PROOF: 'challenge' } });
  try {
    const person = await newPerson(server);
    const key = new Key();
    assertApiError(await connect(server, person, { authToken: proof(key) }), 401, 'INVALID_CHALLENGE');
    const challenge = await challengeOf(server, person);
    const done = await connect(server, person, { authToken: proof(key, { body: challenge }), challenge });
    assert.equal(done.status, 200, done.describe());
  } finally {
    await server.stop();
  }
});
