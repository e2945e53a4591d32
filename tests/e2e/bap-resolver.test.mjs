// Identities on chain: what the BAP API says of a key, believed only as far as it can be checked. sigma-contract.md §9.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { chainIdentity, sendJson, startBapApi } from './support/bap-api.mjs';
import { assertApiError, claimsOf, exchange, getCode, publicClient, userinfo } from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, signInPath } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { stores } from './support/stores.mjs';
import { until } from './support/until.mjs';

const budgetMs = 5_000; // nothing here is about time
const image = 'https://images.example.com/alice.png';

for (const store of stores) {
  describe(`identities on chain on ${store}`, () => {
    let api, server;
    const signIn = (key, bapId) => {
      const person = new Person(key.privateKey);
      const body = bapId ? JSON.stringify({ bapId }) : '{}';
      return person.trySignIn(server, { body, signed: bapId ? body : undefined }).then((answer) => {
        if (answer.status === 200) {
          person.jar.absorb(answer);
          person.userId = answer.json.user.id;
        }
        return { person, answer };
      });
    };
    const identityOf = async (person) => (await person.session(server)).session.activeOrganizationId;

    before(async () => {
      api = await startBapApi();
      const env = api.env({ SIGMA_BAP_API_TIMEOUT: `${budgetMs}ms`, SIGMA_BAP_API_TOKEN: 'api-token' });
      server = await startServer({ store, clients: [publicClient('my-app')], env });
    });
    beforeEach(() => api.reset());
    after(async () => {
      await server?.stop();
      await api?.close();
    });

    test('a first sign-in finds name and image of the identity that derives from the key', async () => {
      const key = new Key();
      api.identities.push(chainIdentity([key], { alternateName: 'Alice', image, description: 'Hello' }));
      const { person, answer } = await signIn(key);
      assert.equal(answer.status, 200, answer.describe());
      assert.equal(answer.json.user.name, 'Alice');
      assert.equal(await identityOf(person), key.bapId);
      const tokens = await exchange(server, await getCode(server, person));
      const claims = (await userinfo(server, tokens.access_token)).json;
      assert.deepEqual(
        [claims.name, claims.picture, claims.bap_id, claims.pubkey],
        ['Alice', image, key.bapId, key.pubkey],
      );
      assert.equal(JSON.parse(claims.bap).identity.description, 'Hello');
      assert.equal((await person.session(server)).user.image, image);
    });

    // It comes back as id_token_hint, in an address.
    test('a long profile is whole at userinfo and not in the ID token', async () => {
      for (const [length, isInToken] of [[1_000, true], [4_000, false]]) {
        const key = new Key();
        api.identities.push(chainIdentity([key], { alternateName: 'Alice', description: 'x'.repeat(length) }));
        const { person } = await signIn(key);
        const tokens = await exchange(server, await getCode(server, person));
        const { bap } = (await userinfo(server, tokens.access_token)).json;
        assert.equal(JSON.parse(bap).identity.description.length, length);
        const claims = claimsOf(tokens.id_token);
        assert.equal(claims.bap, isInToken ? bap : undefined);
        assert.equal(claims.bap_name, 'Alice');
      }
    });

    test('the question is asked as the reference asks it', async () => {
      const key = new Key();
      await signIn(key);
      const [question] = api.questionsAbout('address', key.address);
      assert.equal(question.method, 'POST');
      assert.match(question.headers['content-type'], /^application\/json; charset=utf-8$/i);
      assert.deepEqual([question.headers.format, question.headers.token], ['json', 'api-token']);
    });

    test('a key that took the place of the root speaks for the identity that its holder names', async () => {
      const [root, next] = [new Key(), new Key()];
      api.identities.push(chainIdentity([root, next], { alternateName: 'Rotated' }));
      const found = await server.request('GET', `/api/user/bap-ids?pubkey=${next.pubkey}`);
      assert.deepEqual(found.json.bapIds.map(({ id, name }) => [id, name]), [[root.bapId, 'Rotated']]);

      const { person, answer } = await signIn(next, root.bapId);
      assert.equal(answer.status, 200, answer.describe());
      assert.equal(await identityOf(person), root.bapId);
      const again = await signIn(next);
      assert.equal(again.person.userId, person.userId);
      assert.equal(await identityOf(again.person), root.bapId);
      const withRoot = await signIn(root);
      assert.equal(withRoot.person.userId, person.userId, 'the root key stays a key of the same person');
      assert.equal(await identityOf(withRoot.person), root.bapId);
    });

    // Decision 0017: nobody can publish that a stranger's key is theirs and then share the stranger's account.
    test('a key that somebody else claims on chain keeps its own identity', async () => {
      const [attacker, victim] = [new Key(), new Key()];
      api.identities.push(chainIdentity([attacker, victim], { alternateName: 'Mallory' }));
      const { person } = await signIn(victim);
      assert.equal(await identityOf(person), victim.bapId);
      const other = await signIn(attacker);
      assert.notEqual(other.person.userId, person.userId);
      assert.equal(await identityOf(other.person), attacker.bapId);
    });

    test('case 64: a key that was rotated away is refused, and told why', async () => {
      const [root, second, third] = [new Key(), new Key(), new Key()];
      api.identities.push(chainIdentity([root, second, third]));
      for (const wanted of [root.bapId, undefined]) {
        const { answer } = await signIn(second, wanted);
        assertApiError(answer, 403, 'BAP_OWNERSHIP_FAILED', /taken the place/);
        assert.match(answer.json.message, new RegExp(root.bapId));
      }
      assert.equal((await signIn(third, root.bapId)).answer.status, 200);
      const own = await signIn(second, second.bapId);
      assert.equal(own.answer.status, 200, own.answer.describe());
      assert.equal(await identityOf(own.person), second.bapId, 'what derives from the key itself is nobody else’s');
    });

    test('naming an identity that the key does not speak for proves nothing', async () => {
      const [owner, stranger] = [new Key(), new Key()];
      api.identities.push(chainIdentity([owner], { alternateName: 'Owner' }));
      const { answer } = await signIn(stranger, owner.bapId);
      assertApiError(answer, 403, 'BAP_OWNERSHIP_FAILED');
    });

    test('a thousand who need the same answer, signing in or looking, ask once', async () => {
      const [root, key] = [new Key(), new Person()];
      api.identities.push(chainIdentity([root, key]));
      api.behave = (request, response, honest) => setTimeout(() => sendJson(response, honest), 150);
      const body = JSON.stringify({ bapId: root.bapId });
      const tokens = Array.from({ length: 20 }, () =>
        key.token(signInPath, { body, scheme: 'bsm', timestamp: distinctTime() }),
      );
      const [entered, looked] = await Promise.all([
        Promise.all(tokens.map((token) => key.trySignIn(server, { body, token }))),
        Promise.all(Array.from({ length: 980 }, () => server.request('GET', `/api/user/bap-ids?pubkey=${key.pubkey}`))),
      ]);
      for (const answer of entered) assert.equal(answer.status, 200, answer.describe());
      assert.equal(new Set(entered.map(({ json }) => json.user.id)).size, 1);
      assert.ok(looked.every(({ json }) => json.bapIds?.[0]?.id === root.bapId));
      assert.equal(api.questionsAbout('address', key.address).length, 1);
    });

    test('connections to the API are kept', async () => {
      await newPerson(server);
      const before = api.connections;
      for (let i = 0; i < 10; i += 1) await newPerson(server);
      // A sign-in and the refreshes in the background may need one each at the same time.
      const opened = api.connections - before;
      assert.ok(opened <= 5, `${opened} connections for ${api.questions.length} questions`);
      assert.ok(api.questions.length >= 11);
    });

    test('a profile is refreshed in the background, and the person with it', async () => {
      const key = new Key();
      api.identities.push(chainIdentity([key], { alternateName: 'Before' }));
      const after = { status: 'success', result: chainIdentity([key], { alternateName: 'After' }) };
      api.behave = (request, response, honest, question) => sendJson(response, question.idKey ? after : honest);
      const { person, answer } = await signIn(key);
      assert.equal(answer.json.user.name, 'Before');
      await until(async () => {
        const list = await person.request(server, 'GET', '/api/auth/organization/list');
        return list.json[0].name === 'After';
      });
      assert.equal((await signIn(key)).answer.json.user.name, 'After');
      assert.equal(api.questionsAbout('id', key.bapId).length, 1, 'once an hour is enough');
    });

    test('profiles that are known on chain only can be read', async () => {
      const key = new Key();
      api.identities.push(chainIdentity([key], { alternateName: 'Elsewhere' }));
      const read = () => server.request('GET', `/api/bap/profile?bapId=${key.bapId}`);
      const answer = await read();
      assert.equal(answer.json?.result?.identity?.alternateName, 'Elsewhere', answer.describe());
      await read();
      assert.equal(api.questionsAbout('id', key.bapId).length, 1);
      const nobody = new Key();
      for (let i = 0; i < 3; i += 1) {
        assert.equal((await server.request('GET', `/api/bap/profile?bapId=${nobody.bapId}`)).status, 404);
      }
      assert.equal(api.questionsAbout('id', nobody.bapId).length, 1, 'that nobody is there is remembered as well');
    });

    test('administrators see which keys an identity has; doctor asks the API', async () => {
      const [root, next] = [new Key(), new Key()];
      api.identities.push(chainIdentity([root, next], { alternateName: 'Rotated' }));
      const { person } = await signIn(next, root.bapId);
      const account = await server.admin('GET', `/admin/users/${person.userId}`);
      assert.equal(account.status, 200, account.describe());
      const [identity] = account.json.identities;
      assert.deepEqual(
        [identity.bap_id, identity.name, identity.root_address, identity.current_address, identity.member_pubkey],
        [root.bapId, 'Rotated', root.address, next.address, next.pubkey],
      );
      assert.match((await server.cli(['doctor'])).stdout, /ok +BAP API +https:\S+ answers in \d+ ms/);
      const off = await server.cli(['doctor'], { env: { SIGMA_BAP_API_URL: 'off' } });
      assert.match(off.stdout, /ok +BAP API +off/);
      const wrong = await server.cli(['doctor'], { env: { SIGMA_BAP_API_URL: `${api.origin}/nowhere/v1` } });
      assert.match(wrong.stdout, /warn +BAP API .*does not answer JSON/);
      const away = await server.cli(['doctor'], { env: { SIGMA_BAP_API_URL: 'https://127.0.0.1:1/v1' } });
      assert.match(away.stdout, /warn +BAP API .*people sign in all the same/);
    });

    test('what happened is among the metrics', async () => {
      const { text } = await server.admin('GET', '/metrics');
      for (const outcome of ['known', 'unknown', 'cached'])
        assert.match(text, new RegExp(`sigma_bap_lookups_total\\{outcome="${outcome}"\\} [1-9]`));
      assert.match(text, /sigma_bap_api_seconds_count [1-9]/);
      assert.match(text, /sigma_bap_circuit_open 0/);
    });
  });
}
