// deploy/backup: a copy that was made while the server ran becomes a server that knows everybody.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { createDatabase, dropDatabase } from '../e2e/support/postgres.mjs';
import { exchange, getCode, publicClient, refreshForm, postToken } from '../e2e/support/oauth.mjs';
import { newPerson } from '../e2e/support/person.mjs';
import { startServer } from '../e2e/support/server.mjs';
import { root, run, scratch } from './support/files.mjs';

const script = (name) => path.join(root, 'deploy/backup', name);

for (const store of ['sqlite', 'postgres']) {
  describe(`backup and restore on ${store}`, () => {
    const folder = scratch();
    let url;
    after(() => (url && store === 'postgres' ? dropDatabase(url) : undefined));

    test('what was there is there again', async () => {
      const server = await startServer({ store, clients: [publicClient('my-app')] });
      let restored;
      try {
        const person = await newPerson(server);
        const tokens = await exchange(server, await getCode(server, person, { scope: 'openid offline_access' }));
        const keys = (await server.request('GET', '/api/auth/jwks')).json;
        const env = { PATH: process.env.PATH, ...(server.databaseUrl ? { SIGMA_DATABASE_URL: server.databaseUrl } : { SIGMA_DATA_DIR: server.dataDir }) };
        const copy = run(script('backup.sh'), [folder], { env }).trim();
        assert.ok(existsSync(copy));
        await newPerson(server); // after the copy

        url = store === 'postgres' ? await createDatabase() : `sqlite:${folder}/restored/sigma.db`;
        run(script('restore.sh'), [copy], { env: { ...env, SIGMA_DATABASE_URL: url } });
        assert.match(run(script('restore.sh'), [copy], { status: 1, env: { ...env, SIGMA_DATABASE_URL: url } }), /already/);
        restored = await startServer({ store: 'sqlite', env: { SIGMA_DATABASE_URL: url, SIGMA_SECRET: server.secret, SIGMA_BASE_URL: server.base } });
        assert.deepEqual((await restored.request('GET', '/api/auth/jwks')).json, keys, 'sealed keys open');
        assert.equal((await person.session(restored)).user.id, person.userId);
        const refreshed = await postToken(restored, refreshForm(tokens.refresh_token));
        assert.equal(refreshed.status, 200, refreshed.describe());
      } finally {
        await restored?.stop();
        await server.stop();
      }
    });

    test('old copies leave, half ones never have the name of a whole one', async () => {
      const server = await startServer({ store });
      try {
        const env = { PATH: process.env.PATH, KEEP: '1', ...(server.databaseUrl ? { SIGMA_DATABASE_URL: server.databaseUrl } : { SIGMA_DATA_DIR: server.dataDir }) };
        const copies = path.join(folder, 'copies');
        run(script('backup.sh'), [copies], { env });
        await new Promise((resolve) => { setTimeout(resolve, 1100); }); // copies are named by the second
        const last = run(script('backup.sh'), [copies], { env }).trim();
        assert.deepEqual(readdirSync(copies), [path.basename(last)]);
        assert.doesNotMatch(last, /\.part$/);
        const missing = store === 'postgres' ? 'postgresql://sigma@127.0.0.1:1/none' : `sqlite:${folder}/none.db`;
        const failed = path.join(folder, 'failed');
        assert.throws(() => run(script('backup.sh'), [failed], { env: { ...env, SIGMA_DATABASE_URL: missing } }));
        assert.deepEqual(readdirSync(failed).filter((name) => !name.endsWith('.part')), []);
      } finally {
        await server.stop();
      }
    });
  });
}
