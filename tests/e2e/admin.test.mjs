// The admin listener: clients, member keys, errors as RFC 9457, pagination, Idempotency-Key, health and metrics, and the
// declarative SIGMA_CLIENTS_FILE. interface.md, "Admin listener".
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { callback, exchange, exchangeForm, getCode, postToken, publicClient, sigmaClient } from './support/oauth.mjs';
import { Key, newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { until } from './support/until.mjs';

/** An RFC 9457 document: type, title, status; detail says what is wrong. */
function assertProblem(answer, status, detail = /./) {
  assert.equal(answer.status, status, answer.describe());
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, answer.describe());
  assert.equal(answer.json?.status, status, answer.describe());
  assert.ok(answer.json.title, answer.describe());
  assert.match(answer.json.detail ?? '', detail, answer.describe());
}

/** The items of a list answer and the cursor of its next page. */
function page(answer) {
  assert.equal(answer.status, 200, answer.describe());
  const items = answer.json.items;
  assert.ok(Array.isArray(items), answer.describe());
  return { items, next: answer.json.next_cursor };
}

forEachStore('admin API', {}, (context) => {
  test('every route wants the admin token', async () => {
    const { server } = context;
    const routes = [
      ['GET', '/admin/clients'],
      ['POST', '/admin/clients'],
      ['GET', '/admin/clients/x'],
      ['DELETE', '/admin/clients/x'],
      ['GET', '/admin/keys'],
      ['GET', '/admin/nope'],
    ];
    const person = await newPerson(server);
    for (const [method, target] of routes) {
      for (const token of [
        null,
        'wrong',
        '',
        `${server.adminToken}x`,
        server.adminToken.slice(0, -1),
        person.sessionToken,
      ]) {
        const answer = await server.admin(method, target, { token });
        assertProblem(answer, 401);
        assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
      }
    }
    const onPublic = await server.request('GET', '/admin/clients', {
      headers: { authorization: `Bearer ${server.adminToken}` },
    });
    assert.equal(onPublic.status, 404, 'the public listener has no admin API');
  });

  test('create, read, change, list, delete', async () => {
    const { server } = context;
    const key = new Key();
    const created = await server.admin('POST', '/admin/clients', {
      json: sigmaClient('crud-app', key, { owner_bap_id: key.bapId }),
    });
    assert.equal(created.status, 201, created.describe());
    assert.match(created.headers.location ?? '', /\/admin\/clients\/crud-app$/);
    const expected = {
      client_id: 'crud-app',
      client_name: 'App crud-app',
      redirect_uris: [callback],
      token_endpoint_auth_method: 'x_auth_token',
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile email offline_access',
      skip_consent: true,
      disabled: false,
      owner_bap_id: key.bapId,
    };
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(created.json[name], value, name);
    assert.deepEqual(
      created.json.member_pubkeys.map((item) => item.pubkey ?? item),
      [key.pubkey],
    );
    assert.equal(created.json.client_secret, undefined);

    const read = await server.admin('GET', '/admin/clients/crud-app');
    assert.equal(read.status, 200, read.describe());
    assert.equal(read.json.client_name, 'App crud-app');

    const changed = await server.admin('PATCH', '/admin/clients/crud-app', {
      json: { client_name: 'Renamed', disabled: true },
    });
    assert.equal(changed.status, 200, changed.describe());
    assert.equal(changed.json.client_name, 'Renamed');
    assert.equal(changed.json.disabled, true);
    assert.deepEqual(changed.json.redirect_uris, [callback], 'the rest stays');

    const { items } = page(await server.admin('GET', '/admin/clients'));
    assert.ok(items.some((item) => item.client_id === 'crud-app' && item.client_name === 'Renamed'));

    const deleted = await server.admin('DELETE', '/admin/clients/crud-app');
    assert.equal(deleted.status, 204, deleted.describe());
    assertProblem(await server.admin('GET', '/admin/clients/crud-app'), 404);
    assertProblem(await server.admin('DELETE', '/admin/clients/crud-app'), 404);
    assertProblem(await server.admin('PATCH', '/admin/clients/crud-app', { json: { client_name: 'x' } }), 404);
  });

  test('a change takes effect at once: disabled, enabled, another redirect URI', async () => {
    const { server } = context;
    await server.createClient(publicClient('live-app'));
    const person = await newPerson(server);
    const grant = await getCode(server, person, { client_id: 'live-app' });
    await server.admin('PATCH', '/admin/clients/live-app', { json: { disabled: true } });
    const refused = await postToken(server, exchangeForm(grant));
    assert.equal(refused.json?.error, 'invalid_client', refused.describe());
    const moved = 'https://app.example.com/moved';
    await server.admin('PATCH', '/admin/clients/live-app', { json: { disabled: false, redirect_uris: [moved] } });
    await exchange(server, await getCode(server, person, { client_id: 'live-app', redirect_uri: moved }));
  });

  test('a client without client_id gets one; with client_secret_basic a secret, shown once', async () => {
    const { server } = context;
    const { client_id: _, ...rest } = publicClient('x', { token_endpoint_auth_method: 'client_secret_basic' });
    const created = await server.admin('POST', '/admin/clients', { json: rest });
    assert.equal(created.status, 201, created.describe());
    assert.ok(created.json.client_id);
    assert.match(created.json.client_secret ?? '', /^\S{32,}$/);
    const read = await server.admin('GET', `/admin/clients/${created.json.client_id}`);
    assert.equal(read.json.client_secret, undefined);
    await server.logWritten();
    assert.ok(!server.output.includes(created.json.client_secret));
  });

  test('verified is there whether it is true or not; resources are those of the server', async () => {
    const { server } = context;
    const made = await server.createClient(publicClient('seen'));
    assert.equal(made.verified, true);
    for (const verified of [false, true]) {
      const changed = await server.admin('PATCH', '/admin/clients/seen', { json: { verified } });
      assert.equal(changed.json.verified, verified, changed.describe());
      assert.equal((await server.admin('GET', '/admin/clients/seen')).json.verified, verified);
    }
    const json = { resources: ['https://api.example.com'] };
    assertProblem(await server.admin('PATCH', '/admin/clients/seen', { json }), 400, /SIGMA_RESOURCES/);
    assertProblem(await server.admin('POST', '/admin/clients', { json: { ...publicClient('serving'), ...json } }), 400, /SIGMA_RESOURCES/);
  });

  test('two clients cannot have one id', async () => {
    await context.server.createClient(publicClient('taken'));
    assertProblem(await context.server.admin('POST', '/admin/clients', { json: publicClient('taken') }), 409, /taken/);
  });

  test("metadata that cannot work is 400 with the member's name", async () => {
    const { server } = context;
    const bad = {
      redirect_uris: [
        [],
        ['javascript:alert(1)'],
        ['data:text/html,x'],
        ['https://a.example/cb#f'],
        ['https://user@a.example/cb'],
        ['/cb'],
        ['https://*.example/cb'],
        'https://a.example/cb',
        [5],
      ],
      token_endpoint_auth_method: ['nope', 5],
      grant_types: [['nope'], 'authorization_code', [5]],
      member_pubkeys: [['02zz'], ['04'.padEnd(130, '0')], ['x'], [`02${'0'.repeat(62)}05`], [5]],
      scope: [5],
      id_token_signed_response_alg: ['none', 'HS256', 5],
      skip_consent: ['yes'],
      client_name: [5, 'x'.repeat(10_000)],
    };
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) {
        const answer = await server.admin('POST', '/admin/clients', {
          json: sigmaClient('bad-app', new Key(), { [name]: value }),
        });
        assert.ok(
          answer.status === 400 || answer.status === 422,
          `${name} ${JSON.stringify(value).slice(0, 80)}: ${answer.describe()}`,
        );
        assertProblem(answer, answer.status, new RegExp(name.replace(/s$/, '')));
      }
    }
    assertProblem(
      await server.admin('POST', '/admin/clients', { json: sigmaClient('no-key', new Key(), { member_pubkeys: [] }) }),
      400,
      /member_pubkeys|key/,
    );
    assertProblem(
      await server.admin('POST', '/admin/clients', { body: '{', headers: { 'content-type': 'application/json' } }),
      400,
    );
    const text = await server.admin('POST', '/admin/clients', {
      body: '{}',
      headers: { 'content-type': 'text/plain' },
    });
    assertProblem(text, 415);
    const patch = await server.admin('PATCH', '/admin/clients/taken', { json: { client_id: 'other' } });
    assert.ok(patch.status >= 400 && patch.status < 500, patch.describe());
  });

  test('member keys: add, use, remove', async () => {
    const { server } = context;
    const [first, second] = [new Key(), new Key()];
    await server.createClient(sigmaClient('keyed', first));
    const person = await newPerson(server);
    const add = (json) => server.admin('POST', '/admin/clients/keyed/member-keys', { json });
    const grant = () => getCode(server, person, { client_id: 'keyed' });

    const before = await postToken(server, exchangeForm(await grant()), { key: second });
    assert.equal(before.json.error, 'invalid_client');
    const added = await add({ pubkey: second.pubkey });
    assert.equal(added.status, 201, added.describe());
    await exchange(server, await grant(), { key: second });
    await exchange(server, await grant(), { key: first });

    const removed = await server.admin('DELETE', `/admin/clients/keyed/member-keys/${first.pubkey}`);
    assert.equal(removed.status, 204, removed.describe());
    const after = await postToken(server, exchangeForm(await grant()), { key: first });
    assert.equal(after.status, 401, after.describe());
    assertProblem(await server.admin('DELETE', `/admin/clients/keyed/member-keys/${first.pubkey}`), 404);

    for (const pubkey of ['x', '', 5, undefined, `02${'0'.repeat(62)}05`])
      assertProblem(await add({ pubkey }), 400, /key/i);
    assertProblem(
      await server.admin('POST', '/admin/clients/nobody/member-keys', { json: { pubkey: first.pubkey } }),
      404,
    );
  });

  test('lists: limit and cursor visit every client once', async () => {
    const { server } = context;
    const ids = Array.from({ length: 7 }, (_, i) => `page-${i}`);
    for (const id of ids) await server.createClient(publicClient(id));
    const seen = [];
    let cursor;
    for (let turns = 0; turns < 50; turns += 1) {
      const query = new URLSearchParams({ limit: '3', ...(cursor ? { cursor } : {}) });
      const { items, next } = page(await server.admin('GET', `/admin/clients?${query}`));
      assert.ok(items.length <= 3);
      seen.push(...items.map((item) => item.client_id));
      cursor = next;
      if (!cursor) break;
    }
    assert.equal(cursor ?? null, null, 'the list ends');
    assert.equal(new Set(seen).size, seen.length);
    for (const id of ids) assert.ok(seen.includes(id), id);
    for (const query of [
      'limit=0',
      'limit=-1',
      'limit=abc',
      'limit=1000000000',
      'limit=',
      'cursor=forged',
      'cursor=%00',
    ]) {
      assertProblem(await server.admin('GET', `/admin/clients?${query}`), 400, /limit|cursor/);
    }
  });

  test('Idempotency-Key: the same request again gets the same answer, another one a conflict', async () => {
    const { server } = context;
    const headers = { 'idempotency-key': 'key-1' };
    const { client_id: _, ...unnamed } = publicClient('x', { token_endpoint_auth_method: 'client_secret_post' });
    const first = await server.admin('POST', '/admin/clients', { json: unnamed, headers });
    assert.equal(first.status, 201, first.describe());
    const again = await server.admin('POST', '/admin/clients', { json: unnamed, headers });
    assert.equal(again.status, 201, again.describe());
    assert.deepEqual(again.json, first.json);
    const other = await server.admin('POST', '/admin/clients', { json: { ...unnamed, client_name: 'Other' }, headers });
    assertProblem(other, other.status === 409 ? 409 : 422, /Idempotency-Key/i);
  });

  test('signing keys: list, and rotation that keeps what was signed verifiable', async () => {
    const { server } = context;
    const { items } = page(await server.admin('GET', '/admin/keys'));
    assert.deepEqual(items.map((key) => key.alg).sort(), ['ES256', 'ES256K', 'EdDSA', 'RS256']);
    assert.doesNotMatch(JSON.stringify(items), /"(d|p|q|dp|dq|qi|sealed\w*)":/);
    const before = items.find((key) => key.alg === 'RS256').kid;
    const rotated = await server.admin('POST', '/admin/keys/rotate', { json: { alg: 'RS256' } });
    assert.ok([200, 201].includes(rotated.status), rotated.describe());
    const kids = page(await server.admin('GET', '/admin/keys'))
      .items.filter((key) => key.alg === 'RS256')
      .map((key) => key.kid);
    assert.equal(kids.length, 2);
    assert.ok(kids.includes(before));
    const published = (await server.request('GET', '/api/auth/jwks')).json.keys.map((key) => key.kid);
    for (const kid of kids) assert.ok(published.includes(kid), 'both are published');
    for (const alg of ['none', 'HS256', 5, undefined]) {
      assertProblem(await server.admin('POST', '/admin/keys/rotate', { json: { alg } }), 400, /alg/);
    }
  });

  test('unknown admin paths and wrong methods', async () => {
    const { server } = context;
    assertProblem(await server.admin('GET', '/admin/nope'), 404);
    const wrong = await server.admin('PUT', '/admin/clients');
    assertProblem(wrong, 405);
    assert.match(wrong.headers.allow ?? '', /GET/);
    assert.match(wrong.headers.allow ?? '', /POST/);
  });

  test('metrics tell of the process, its queues, its keys and its tables', async () => {
    const { server } = context;
    const look = async () => (await server.admin('GET', '/metrics', { token: null })).text;
    const valueIn = (text, name) =>
      Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
    // One look may find a write of the upkeep, which waits for the commit before it.
    await until(async () => valueIn(await look(), 'db_queued{kind="write"}') === 0);
    const text = await look();
    const value = (name) => valueIn(text, name);
    assert.ok(value('process_resident_memory_bytes') > 1_000_000, text);
    assert.ok(value('process_open_fds') > 3, text);
    assert.ok(value('process_start_time_seconds') > 1_700_000_000, text);
    assert.ok(value('signing_keys_published') >= 4, text);
    assert.ok(value('db_table_bytes{table="used_keys"}') > 0, text);
    assert.ok(value('db_bytes') >= value('db_table_bytes{table="used_keys"}'), text);
    assert.match(text, /^sigma_build_info\{version="[^"]+"\} 1$/m);
  });

  test('the log level changes while the server runs', async () => {
    const { server } = context;
    assert.equal((await server.admin('GET', '/admin/log-level')).json.level, 'info');
    assert.equal((await server.admin('PUT', '/admin/log-level', { json: { level: 'error' } })).json.level, 'error');
    for (const body of [{}, { level: 'loud' }, { level: 'info', more: 1 }, { level: 5 }])
      assert.equal((await server.admin('PUT', '/admin/log-level', { json: body })).status, 400);
    assert.equal((await server.admin('GET', '/admin/log-level')).json.level, 'error');
    await server.admin('PUT', '/admin/log-level', { json: { level: 'info' } });
  });

  test('health and metrics need no token', async () => {
    const { server } = context;
    for (const target of ['/health/live', '/health/ready']) {
      const answer = await server.admin('GET', target, { token: null });
      assert.equal(answer.status, 200, answer.describe());
    }
    await server.request('GET', '/api/auth/ok');
    const metrics = await server.admin('GET', '/metrics', { token: null });
    assert.equal(metrics.status, 200, metrics.describe());
    assert.match(metrics.headers['content-type'], /^(text\/plain|application\/openmetrics-text)/);
    assert.match(metrics.text, /^# TYPE \w+ (counter|histogram|gauge|summary)$/m);
    assert.match(metrics.text, /^\w*http\w*\{[^}]*\} \d/m, 'requests are counted');
    for (const target of ['/health/live', '/health/ready', '/metrics']) {
      assert.equal((await server.request('GET', target)).status, 404, `${target} is not public`);
    }
  });

  test('SIGMA_CLIENTS_FILE is applied at every start, and only changes what it names', async () => {
    const { server, store } = context;
    const file = path.join(server.dataDir, 'clients.json');
    const key = new Key();
    await writeFile(file, JSON.stringify([sigmaClient('declared', key)]));
    const declared = await startServer({ store, env: { SIGMA_CLIENTS_FILE: file } });
    try {
      const person = await newPerson(declared);
      await exchange(declared, await getCode(declared, person, { client_id: 'declared' }), { key });
      await declared.createClient(publicClient('by-hand'));
      await writeFile(file, JSON.stringify([sigmaClient('declared', key, { client_name: 'New name' })]));
      await declared.restart();
      assert.equal((await declared.admin('GET', '/admin/clients/declared')).json.client_name, 'New name');
      assert.equal((await declared.admin('GET', '/admin/clients/by-hand')).status, 200);
    } finally {
      await declared.stop();
    }
    for (const text of ['{', '[{"client_id":"x","redirect_uris":["javascript:1"]}]', '[5]']) {
      await writeFile(file, text);
      await assert.rejects(startServer({ store, env: { SIGMA_CLIENTS_FILE: file } }), /clients/i);
    }
  });
});
