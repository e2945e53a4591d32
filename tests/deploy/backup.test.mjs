// deploy/backup: a copy that was made while the server ran becomes a server that knows everybody.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { createDatabase, dropDatabase } from '../e2e/support/postgres.mjs';
import { exchange, getCode, publicClient, refreshForm, postToken } from '../e2e/support/oauth.mjs';
import { newPerson } from '../e2e/support/person.mjs';
import { startServer } from '../e2e/support/server.mjs';
import { read, root, run, scratch } from './support/files.mjs';

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

describe('restore on the embedded store', () => {
  test('a journal that a killed server left behind is not played back over the copy', async () => {
    const server = await startServer({ store: 'sqlite' });
    try {
      const folder = scratch();
      const env = { PATH: process.env.PATH, SIGMA_DATA_DIR: server.dataDir };
      const copy = run(script('backup.sh'), [folder], { env }).trim();
      for (let i = 0; i < 5; i += 1) await newPerson(server); // in the journal
      await server.kill();
      const file = path.join(server.dataDir, 'sigma.db');
      renameSync(file, `${file}.broken`);
      for (const left of ['-wal', '-shm', '-journal']) {
        for (const other of ['-wal', '-shm', '-journal']) if (other !== left && existsSync(file + other)) renameSync(file + other, `${file}.broken${other}`);
        if (!existsSync(file + left)) writeFileSync(file + left, '');
        assert.match(run(script('restore.sh'), [copy], { status: 1, env }), new RegExp(`sigma\\.db${left} is there already`));
        assert.ok(!existsSync(file));
        renameSync(file + left, `${file}.broken${left}`);
      }
      run(script('restore.sh'), [copy], { env });
      await server.start();
      assert.match((await server.cli(['doctor'])).stdout, /ok +database/);
    } finally {
      await server.stop();
    }
  });

  test('doctor sees a damaged file', async () => {
    const server = await startServer({ store: 'sqlite' });
    try {
      await newPerson(server);
      await server.terminate();
      const file = path.join(server.dataDir, 'sigma.db');
      // A page that nothing reads at the start.
      const page = Number(run('sqlite3', [file, "SELECT rootpage FROM sqlite_schema WHERE name = 'backups'"]));
      run('dd', ['if=/dev/zero', `of=${file}`, 'bs=4096', `seek=${page - 1}`, 'count=1', 'conv=notrunc']);
      const done = await server.cli(['doctor'], { check: false });
      assert.equal(done.code, 1, done.stdout);
      assert.match(done.stdout, /FAIL +database +the file is damaged/);
    } finally {
      await server.stop();
    }
  });

  test('a secret that the server made goes along in a file of its own, and comes back', async () => {
    const server = await startServer({ store: 'sqlite', env: { SIGMA_SECRET: '' } });
    try {
      const folder = scratch();
      const env = { PATH: process.env.PATH, SIGMA_DATA_DIR: server.dataDir };
      const said = run(script('backup.sh'), [folder], { env });
      const [copy] = said.split('\n');
      const secret = copy.replace(/\.db$/, '.secret');
      assert.match(said, /secret opens its keys; keep the two apart/);
      assert.equal(statSync(secret).mode & 0o077, 0);
      assert.equal(readFileSync(secret, 'utf8'), readFileSync(path.join(server.dataDir, 'secret'), 'utf8'));
      assert.doesNotMatch(run(script('backup.sh'), [scratch()], { env: { ...env, SIGMA_SECRET: 'x'.repeat(32) } }), /secret/, 'one that is given is not ours to copy');
      const keys = (await server.request('GET', '/api/auth/jwks')).json;
      await server.terminate();
      rmSync(server.dataDir, { recursive: true });

      mkdirSync(server.dataDir, { mode: 0o700 });
      writeFileSync(path.join(server.dataDir, 'secret'), 'another-secret-made-by-a-start-in-the-wrong-order', { mode: 0o600 });
      assert.match(run(script('restore.sh'), [copy], { status: 1, env }), /another one/);
      rmSync(path.join(server.dataDir, 'secret'));
      run(script('restore.sh'), [copy], { env });
      assert.equal(statSync(path.join(server.dataDir, 'secret')).mode & 0o077, 0);
      await server.start();
      assert.deepEqual((await server.request('GET', '/api/auth/jwks')).json, keys);

      const later = path.join(folder, 'later');
      run(script('backup.sh'), [later], { env });
      await new Promise((resolve) => { setTimeout(resolve, 1100); }); // copies are named by the second
      run(script('backup.sh'), [later], { env: { ...env, KEEP: '1' } });
      assert.equal(readdirSync(later).length, 2, 'a secret leaves with its copy');
    } finally {
      await server.stop();
    }
  });
});

for (const store of ['sqlite', 'postgres']) {
  test(`${store}: a database whose secret is gone says so, and back-up.md leads on`, async () => {
    const server = await startServer({ store, clients: [publicClient('my-app')] });
    try {
      const person = await newPerson(server);
      const tokens = await exchange(server, await getCode(server, person, { scope: 'openid offline_access' }));
      await server.terminate();
      server.env.SIGMA_SECRET = 'another-secret-of-thirty-two-characters-or-more';
      const refused = await server.cli(['serve'], { check: false });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /keys_refused.*another SIGMA_SECRET.*back-up\.md/);
      const [statements] = /^ {4}DELETE FROM signing_keys.*;/m.exec(read('docs/how-to/back-up.md'));
      if (store === 'postgres') run('psql', ['-v', 'ON_ERROR_STOP=1', '-c', statements, server.databaseUrl]);
      else run('sqlite3', ['-bail', path.join(server.dataDir, 'sigma.db'), statements]);
      await server.start();
      assert.equal((await postToken(server, refreshForm(tokens.refresh_token))).status, 200);
      await person.signIn(server);
      assert.equal((await person.session(server)).user.id, person.userId);
    } finally {
      await server.stop();
    }
  });
}
