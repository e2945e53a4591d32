// Whose key an X-Auth-Token is signed with, and what is no token at all: security cases 23 and 24, sigma-contract.md §1.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  assertApiError,
  assertOAuthError,
  callback,
  exchange,
  exchangeForm,
  getCode,
  newPkce,
  postToken,
  publicClient,
  sigmaClient,
} from '../support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, signInPath, tokenPath } from '../support/person.mjs';
import { startServer } from '../support/server.mjs';
import { forEachStore } from '../support/stores.mjs';

const member = new Key();
const otherMember = new Key();
const schemes = ['brc77', 'bsm'];
const day = 86_400_000;
const clients = [sigmaClient('my-app', member), sigmaClient('other-app', otherMember), publicClient('public-app')];

/** What becomes of an honest token by mistakes and tricks of spelling; none of them is one. */
function shapesOf(token, scheme) {
  const parts = token.split('|');
  const without = (at) => parts.filter((_, i) => i !== at).join('|');
  const replace = (at, text) => parts.map((part, i) => (i === at ? text : part)).join('|');
  const blank = (at, from, sign) => replace(at, `${parts[at].slice(0, from)}${sign}${parts[at].slice(from)}`);
  return [
    'x',
    '|',
    '||||',
    '|||||',
    '|'.repeat(5000),
    ...[0, 1, 2, 3, 4].map(without),
    ...[0, 1, 2, 3, 4].map((at) => replace(at, '')),
    `${token}|`,
    `|${token}`,
    `${token}|x`,
    `${token}|${token}`,
    replace(1, scheme.toUpperCase()),
    replace(1, `${scheme} `),
    replace(1, 'brc78'),
    replace(1, 'none'),
    replace(1, 'ecdsa'),
    blank(4, 8, ' '),
    blank(4, 8, '\t'),
    blank(4, 1, '%0A'),
    replace(4, `${parts[4]}=`),
    replace(4, parts[4].replaceAll('=', '')),
    replace(4, `=${parts[4]}`),
    token.replaceAll('|', '%7C'),
    `"${token}"`,
    `Bearer ${token}`,
  ].filter((shape) => shape !== token);
}

forEachStore('keys and shapes of X-Auth-Tokens', { clients }, (context) => {
  before(async () => {
    context.peer = await startServer({ peerOf: context.server });
  });
  after(() => context.peer?.stop());

  const present = (token) => new Person().trySignIn(context.server, { token });
  const fresh = (key, scheme) => key.token(signInPath, { scheme, timestamp: distinctTime() });
  /** A form that passes every check of the client and then meets an unknown code. */
  const lateFailure = () =>
    new URLSearchParams(
      exchangeForm({ code: 'no-such-code', verifier: newPkce().verifier, redirectUri: callback, clientId: 'my-app' }),
    ).toString();

  test('case 23: a good signature by the key of another client', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const grant = await getCode(server, person);
    for (const scheme of schemes) {
      for (const key of [otherMember, person, new Key()]) {
        const answer = await postToken(server, exchangeForm(grant), { key, scheme });
        assertOAuthError(answer, 401, 'invalid_client', /SIGMA_MEMBER_PRIVATE_KEY/);
      }
      const none = await postToken(server, exchangeForm(grant, { client_id: 'public-app' }), { key: member, scheme });
      assertOAuthError(none, 401, 'invalid_client', /no member key/);
    }
    await exchange(server, grant, { key: member });
  });

  test('case 23: a key that was removed just now, at both nodes', async () => {
    const { server, peer } = context;
    const keys = [new Key(), new Key()];
    const pubkeys = keys.map((key) => key.pubkey);
    await server.createClient(sigmaClient('two-keys', keys[0], { member_pubkeys: pubkeys }));
    const person = await newPerson(server);
    for (const key of keys) await exchange(peer, await getCode(server, person, { client_id: 'two-keys' }), { key });
    const removed = await server.admin('DELETE', `/admin/clients/two-keys/member-keys/${pubkeys[0]}`);
    assert.ok(removed.status >= 200 && removed.status < 300, removed.describe());
    const grant = await getCode(server, person, { client_id: 'two-keys' });
    for (const node of [peer, server]) {
      assertOAuthError(await postToken(node, exchangeForm(grant), { key: keys[0] }), 401, 'invalid_client');
    }
    await exchange(server, grant, { key: keys[1] });
  });

  test('case 23: a key before its first and after its last moment', async () => {
    const { server } = context;
    const [future, past, soon] = [new Key(), new Key(), new Key()];
    const at = (ms) => new Date(Date.now() + ms).toISOString();
    const member_pubkeys = [
      { pubkey: future.pubkey, not_before: at(day) },
      { pubkey: soon.pubkey, not_before: at(60_000) },
      { pubkey: past.pubkey, not_before: at(-2 * day), not_after: at(-1000) },
    ];
    await server.createClient({ ...sigmaClient('timed-keys', new Key(), { member_pubkeys }) });
    const grant = await getCode(server, await newPerson(server), { client_id: 'timed-keys' });
    for (const key of [future, soon, past]) {
      assertOAuthError(await postToken(server, exchangeForm(grant), { key }), 401, 'invalid_client', /period/);
    }
  });

  test('case 24: shapes that are no token', async () => {
    const { server } = context;
    for (const scheme of schemes) {
      const body = lateFailure();
      const token = member.token(tokenPath, { body, scheme, timestamp: distinctTime() });
      for (const shape of shapesOf(token, scheme)) {
        assertOAuthError(await postToken(server, body, { token: shape }), 401, 'invalid_client');
      }
      assertOAuthError(await postToken(server, body, { token }), 400, 'invalid_grant');

      const person = new Person();
      const signedIn = fresh(person, scheme);
      for (const shape of shapesOf(signedIn, scheme)) {
        const answer = await present(shape);
        const malformed = answer.status === 400;
        assertApiError(answer, malformed ? 400 : 401, malformed ? 'INVALID_AUTH_TOKEN_FORMAT' : 'INVALID_AUTH_TOKEN_SIGNATURE');
      }
      const answer = await present(signedIn);
      assert.equal(answer.status, 200, `the token they were made of: ${answer.describe()}`);
      assert.equal(answer.json.user.pubkey, person.pubkey);
    }
  });

  test('case 24: two headers, and headers that are far too long', async () => {
    const { server } = context;
    const body = lateFailure();
    const tokens = [distinctTime(), distinctTime()].map((timestamp) => member.token(tokenPath, { body, timestamp }));
    const two = await postToken(server, body, { token: tokens });
    assertOAuthError(two, 401, 'invalid_client', /one/);
    const joined = await postToken(server, body, { token: tokens.join(', ') });
    assertOAuthError(joined, 401, 'invalid_client');
    assertApiError(await present([1, 2].map(() => fresh(new Key(), 'brc77'))), 400, 'INVALID_AUTH_TOKEN_FORMAT');

    const long = `${tokens[0]}${'A'.repeat(9000)}`;
    assertOAuthError(await postToken(server, body, { token: long }), 401, 'invalid_client', /8192/);
    assert.equal((await present(long)).status, 400);
    // 64 KB never reach the token's parser: the whole of the headers may have 16 KB (case 52).
    const huge = await postToken(server, body, { token: 'A'.repeat(65_536) }).catch(() => ({ status: 431 }));
    assert.equal(huge.status, 431);
  });
});
