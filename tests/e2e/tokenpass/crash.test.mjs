// kill -9 while wallets change: afterwards the old or the new wallet opens, and no approval or identity that was
// answered for is lost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { password, startTokenPass } from './support/server.mjs';

const connectionErrors = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'];

test('killed again and again while identities are added', { timeout: 900_000 }, async (t) => {
  const server = await startTokenPass(t).then((made) => made.registered());
  const made = new Set();
  for (let round = 0; round < 6; ++round) {
    let begun;
    const first = new Promise((resolve) => (begun = resolve));
    const adding = (async () => {
      for (let number = 0; number < 20; ++number) {
        const answer = await server.post('/api/identity', { name: `${round}.${number}` }).catch((error) => error);
        if (connectionErrors.includes(answer.code)) return; // it was killed
        assert.equal(answer.status, 200, answer.describe?.() ?? answer);
        made.add(answer.json.idKey);
        begun();
      }
    })();
    await Promise.race([first, adding]);
    await new Promise((resolve) => setTimeout(resolve, 11 * round)); // choosing a moment
    await server.terminate('SIGKILL');
    await adding;
    await server.start();
    const login = await server.post('/api/login', { password });
    assert.equal(login.status, 200, login.describe());
    const ids = new Set((await server.get('/api/identity')).json.identities.map(({ idKey }) => idKey));
    for (const id of made) assert.ok(ids.has(id), `${id} was answered for in round ${round}`);
  }
  assert.ok(made.size >= 6, `only ${made.size} identities were answered for: nothing is told by that`);
});
