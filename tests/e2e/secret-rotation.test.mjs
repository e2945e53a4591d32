// docs/how-to/rotate-secrets.md: a new SIGMA_SECRET, step by step, without signing anybody out.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { rowsOf } from './support/audit.mjs';
import { claimsOf, exchange, getCode, publicClient } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const clients = [publicClient('my-app'), publicClient('pairwise', { subject_type: 'pairwise' })];

forEachStore('a new secret', { clients }, (context) => {
  const fresh = randomBytes(32).toString('hex');
  const state = {};

  const restartWith = async (...secrets) => {
    await context.server.terminate();
    context.server.env.SIGMA_SECRET = secrets.join(',');
    await context.server.start();
  };
  const kids = async () => (await context.server.request('GET', '/api/auth/jwks')).json.keys.map(({ kid }) => kid).sort();
  const subjectOf = async (person) =>
    claimsOf((await exchange(context.server, await getCode(context.server, person, { client_id: 'pairwise' }))).id_token).sub;

  test('before: somebody is signed in', async () => {
    const { server } = context;
    state.person = await newPerson(server);
    state.subject = await subjectOf(state.person);
    state.kids = await kids();
  });

  test('steps 1 and 2: both secrets, then the new one first; everybody stays signed in', async () => {
    const { server } = context;
    for (const secrets of [[server.secret, fresh], [fresh, server.secret]]) {
      await restartWith(...secrets);
      assert.equal((await state.person.session(server)).user.id, state.person.userId);
      assert.equal(await subjectOf(state.person), state.subject);
      assert.deepEqual(await kids(), state.kids);
    }
    state.later = await newPerson(server); // with a cookie of the new secret
  });

  test('without step 3 a start on the new one alone is refused, and says what it cannot open', async () => {
    const { server } = context;
    await server.terminate();
    server.env.SIGMA_SECRET = fresh;
    const refused = await server.cli(['serve'], { check: false });
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.equal((await server.cli(['key', 'reseal'], { check: false })).code, 1, 'nor can it be sealed again without the old one');
  });

  test('step 3: sealed again, once', async () => {
    const { server } = context;
    server.env.SIGMA_SECRET = `${fresh},${server.secret}`;
    assert.match((await server.cli(['key', 'reseal'])).stdout, /^[1-9]\d* sealed again with the first secret, 0 were already/);
    assert.match((await server.cli(['key', 'reseal'])).stdout, /^0 sealed again with the first secret, [1-9]/);
  });

  test('step 5: the new one alone; keys and pairwise subjects are the same, cookies of the old one are over', async () => {
    const { server } = context;
    server.env.SIGMA_SECRET = fresh;
    await server.start();
    assert.deepEqual(await kids(), state.kids);
    assert.equal((await state.later.session(server)).user.id, state.later.userId);
    assert.equal(await state.person.session(server), null);
    await state.person.signIn(server);
    assert.equal(await subjectOf(state.person), state.subject);
  });

  test('the audit log says when it was sealed again, once, and still holds', async () => {
    const { server } = context;
    const rows = await rowsOf(server, { type: 'secrets_resealed' });
    assert.deepEqual(rows.map(({ actor, outcome }) => [actor, outcome]), [['command-line', 'ok']]);
    assert.ok(rows[0].detail.changed > 0);
    await server.cli(['audit', 'verify']);
  });
});
