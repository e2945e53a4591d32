// Client secrets over their life: two live ones while an application is changed over, and those of SIGMA_CLIENTS_FILE.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { postToken } from './support/oauth.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const machine = (id, more = {}) => ({
  client_id: id,
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
  scope: 'profile',
  ...more,
});

async function works(server, id, secret) {
  const answer = await postToken(server, { grant_type: 'client_credentials', client_id: id, client_secret: secret });
  if (answer.status !== 200) assert.equal(answer.json?.error, 'invalid_client', answer.describe());
  return answer.status === 200;
}

forEachStore('client secrets', {}, (context) => {
  const rotate = async (id, json) => {
    const answer = await context.server.admin('POST', `/admin/clients/${id}/rotate-secret`, json ? { json } : {});
    assert.equal(answer.status, 200, answer.describe());
    return answer.json.client_secret;
  };

  test('rotation: the old secret stays for the overlap, the one before it ends', async () => {
    const { server } = context;
    const { client_secret: first } = await server.createClient(machine('rotating'));
    const second = await rotate('rotating');
    assert.ok((await works(server, 'rotating', first)) && (await works(server, 'rotating', second)));
    const third = await rotate('rotating');
    assert.equal(await works(server, 'rotating', first), false);
    assert.ok((await works(server, 'rotating', second)) && (await works(server, 'rotating', third)));
    const fourth = await rotate('rotating', { overlap_seconds: 0 });
    assert.equal(await works(server, 'rotating', third), false);
    assert.ok(await works(server, 'rotating', fourth));
    await server.logWritten();
    for (const secret of [first, second, third, fourth]) assert.ok(!server.output.includes(secret));
  });

  test('blanks between Basic and its credentials: one or more (RFC 9110 §11.4)', async () => {
    const { server } = context;
    const { client_secret } = await server.createClient(machine('blanks', { token_endpoint_auth_method: 'client_secret_basic' }));
    const pair = Buffer.from(`blanks:${client_secret}`).toString('base64');
    for (const [authorization, status] of [[`Basic ${pair}`, 200], [`basic   ${pair}`, 200], [`Basic${pair}`, 401], ['Basic ', 401]]) {
      const answer = await postToken(server, { grant_type: 'client_credentials' }, { headers: { authorization } });
      assert.equal(answer.status, status, `${authorization}: ${answer.describe()}`);
    }
  });

  test('rotation that cannot be is refused with words', async () => {
    const { server } = context;
    await server.createClient(machine('other', { token_endpoint_auth_method: 'client_secret_basic' }));
    for (const json of [{ overlap_seconds: -1 }, { overlap_seconds: 1e9 }, { overlap_seconds: '5' }, { overlap: 5 }]) {
      const answer = await server.admin('POST', '/admin/clients/other/rotate-secret', { json });
      assert.equal(answer.status, 400, answer.describe());
      assert.match(answer.json.detail, /overlap_seconds/);
    }
    const nobody = await server.admin('POST', '/admin/clients/nobody/rotate-secret');
    assert.equal(nobody.status, 404, nobody.describe());
    await server.admin('PATCH', '/admin/clients/other', {
      json: { token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], redirect_uris: ['https://a.example/cb'] },
    });
    const none = await server.admin('POST', '/admin/clients/other/rotate-secret');
    assert.equal(none.status, 409, none.describe());
  });

  test('SIGMA_CLIENTS_FILE holds secrets: kept over starts, replaced by another, all faults at once', async () => {
    const { server, store } = context;
    const file = path.join(server.dataDir, 'machines.json');
    const [first, second] = ['a'.repeat(40), 'b'.repeat(40)];
    await writeFile(file, JSON.stringify([machine('declared', { client_secret: first })]));
    const declared = await startServer({ store, env: { SIGMA_CLIENTS_FILE: file } });
    try {
      assert.ok(await works(declared, 'declared', first));
      await declared.restart();
      assert.ok(await works(declared, 'declared', first));
      await writeFile(file, JSON.stringify([machine('declared', { client_secret: second })]));
      await declared.restart();
      assert.ok(await works(declared, 'declared', second));
      assert.equal(await works(declared, 'declared', first), false);
      await declared.logWritten();
      assert.ok(!declared.output.includes(second));
    } finally {
      await declared.stop();
    }
    const faulty = [machine('one'), machine('two', { client_secret: 'short' }), machine('two', { scop: 'x', client_secret: first })];
    await writeFile(file, JSON.stringify(faulty));
    await assert.rejects(startServer({ store, env: { SIGMA_CLIENTS_FILE: file } }), (error) => {
      for (const words of [/\(one\): client_secret is missing/, /\(two\): client_secret must be/, /did you mean scope/]) {
        assert.match(error.message, words);
      }
      assert.ok(!error.message.includes(first));
      return true;
    });
  });
});
