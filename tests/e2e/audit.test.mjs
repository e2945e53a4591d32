// The audit log (docs/how-to/audit.md): what happened, told once, without secrets, in rows that nobody changes unseen.
// What an attacker with the database can do is tried on both stores in tests/contract/store/audit_log_test.cpp.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { rowsOf } from './support/audit.mjs';
import {
  authorize,
  exchange,
  exchangeForm,
  getCode,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
} from './support/oauth.mjs';
import { Key, newPerson, Person } from './support/person.mjs';
import { inDatabase } from './support/postgres.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const memberKey = new Key();
const clients = () => [
  publicClient('my-app'),
  sigmaClient('signed-app', memberKey),
  publicClient('asking-app', { skip_consent: false }),
];

const verify = async (server, options) => {
  const done = await server.cli(['audit', 'verify', '--json'], { check: false, ...options });
  return { code: done.code, ...(done.stdout ? JSON.parse(done.stdout) : { stderr: done.stderr }) };
};

forEachStore('audit log', () => ({ clients: clients() }), (context) => {
  test('a sign-in, what follows from it, and its end', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const grant = await getCode(server, person, { scope: 'openid offline_access' });
    const tokens = await exchange(server, grant);
    const refreshed = await postToken(server, refreshForm(tokens.refresh_token));
    assert.equal(refreshed.status, 200, refreshed.describe());
    const revoked = await server.request('POST', '/api/auth/oauth2/revoke', {
      form: { token: refreshed.json.refresh_token, client_id: 'my-app' },
    });
    assert.equal(revoked.status, 200, revoked.describe());
    await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });

    const rows = (await rowsOf(server, { user_id: person.userId }, 6)).reverse();
    assert.deepEqual(
      rows.map((row) => [row.type, row.outcome, row.actor.split(':')[0], row.client_id]),
      [
        ['sign_in', 'ok', 'user', null],
        ['code_issued', 'ok', 'user', 'my-app'],
        ['token_issued', 'ok', 'client', 'my-app'],
        ['token_refreshed', 'ok', 'client', 'my-app'],
        ['token_revoked', 'ok', 'client', 'my-app'],
        ['sign_out', 'ok', 'user', null],
      ],
    );
    const [signIn, , issued, , , signOut] = rows;
    assert.equal(signIn.session_id, signOut.session_id);
    assert.equal(signIn.bap_id, person.bapId);
    assert.equal(signIn.network, '127.0.0.1');
    assert.equal(issued.detail.grant_type, 'authorization_code');
    assert.deepEqual(issued.detail.scopes, ['openid', 'offline_access']);
    assert.equal(issued.session_id, signIn.session_id);
    assert.ok(rows.every((row) => row.request_id));
  });

  test('refusals, and a code used twice', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const bad = await person.trySignIn(server, { token: new Person().token('/api/elsewhere') });
    assert.equal(bad.status, 401, bad.describe());
    const [refused] = await rowsOf(server, { type: 'sign_in', outcome: 'refused' });
    assert.equal(refused.actor, 'stranger');
    assert.equal(refused.request_id, bad.headers['x-request-id']);
    assert.equal(refused.detail.error, bad.json.code);

    const wrongKey = await getCode(server, person, { client_id: 'signed-app' });
    await postToken(server, exchangeForm(wrongKey), { key: new Key() });
    const [token] = await rowsOf(server, { type: 'token_issued', outcome: 'refused', client_id: 'signed-app' });
    assert.deepEqual([token.actor, token.detail.error], ['stranger', 'invalid_client']);

    const grant = await getCode(server, person);
    await exchange(server, grant);
    await postToken(server, exchangeForm(grant));
    const [reuse] = await rowsOf(server, { type: 'reuse_detected', user_id: person.userId });
    assert.deepEqual([reuse.outcome, reuse.client_id, reuse.detail.error], ['refused', 'my-app', 'invalid_grant']);
    const [issued] = await rowsOf(server, { type: 'token_issued', user_id: person.userId });
    assert.equal(reuse.detail.grant, issued.detail.grant);
  });

  test('a consent, given and withdrawn', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const asked = await authorize(server, person, { client_id: 'asking-app', code_challenge: randomBytes(32).toString('base64url') });
    const oauthQuery = new URL(asked.location, server.base).search;
    const answer = (accept) =>
      person.request(server, 'POST', '/api/auth/oauth2/consent', { json: { accept, oauth_query: oauthQuery } });
    assert.equal((await answer(false)).status, 200);
    assert.equal((await answer(true)).status, 200);
    const consents = (await person.request(server, 'GET', '/api/auth/oauth2/get-consents')).json;
    await person.request(server, 'POST', '/api/auth/oauth2/delete-consent', { json: { id: consents[0].id } });
    const rows = (await rowsOf(server, { user_id: person.userId }, 5)).reverse();
    assert.deepEqual(
      rows.map((row) => [row.type, row.outcome]),
      [
        ['sign_in', 'ok'],
        ['consent_given', 'refused'],
        ['consent_given', 'ok'],
        ['code_issued', 'ok'],
        ['consent_withdrawn', 'ok'],
      ],
    );
    assert.equal(rows[2].client_id, 'asking-app');
  });

  test('what people do to their own account', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const call = (path, json) => person.request(server, 'POST', `/api/auth/${path}`, { json });
    assert.equal((await call('update-user', { name: 'Zoë' })).status, 200);
    const wallet = new Key();
    const authToken = wallet.token('/api/wallet/connect', { scheme: 'bsm' });
    assert.equal((await call('wallet/connect', { bapId: person.bapId, authToken })).status, 200);
    assert.ok((await call('wallet/connect', { bapId: new Key().bapId, authToken })).status >= 400);
    const primary = { bapId: person.bapId, walletAddress: wallet.address };
    assert.equal((await call('wallet/set-primary', primary)).status, 200);
    assert.equal((await call('wallet/set-primary', { ...primary, walletAddress: new Key().address })).status, 404);
    assert.equal((await call('delete-user', {})).status, 200);
    const rows = (await rowsOf(server, { user_id: person.userId }, 7)).reverse();
    assert.deepEqual(
      rows.map((row) => [row.type, row.outcome, row.actor, row.detail.what]),
      [
        ['sign_in', 'ok', `user:${person.userId}`, undefined],
        ['identity_changed', 'ok', `user:${person.userId}`, 'account'],
        ['identity_changed', 'ok', `user:${person.userId}`, 'wallet_connected'],
        ['identity_changed', 'refused', `user:${person.userId}`, 'wallet_connected'],
        ['identity_changed', 'ok', `user:${person.userId}`, 'wallet_made_primary'],
        ['identity_changed', 'refused', `user:${person.userId}`, 'wallet_made_primary'],
        ['user_deleted', 'ok', `user:${person.userId}`, undefined],
      ],
    );
    assert.ok(!JSON.stringify(rows).includes('Zoë') && !JSON.stringify(rows).includes(wallet.address));
  });

  test('what operators do, by token and by command', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await server.admin('PATCH', `/admin/users/${person.userId}`, { json: { disabled: true } });
    await server.cli(['user', 'enable', person.userId]);
    await server.admin('DELETE', `/admin/users/${person.userId}`);
    const rows = (await rowsOf(server, { user_id: person.userId }, 4)).reverse();
    assert.deepEqual(
      rows.map((row) => [row.type, row.actor]),
      [
        ['sign_in', `user:${person.userId}`],
        ['user_disabled', 'operator'],
        ['user_enabled', 'command-line'],
        ['user_deleted', 'operator'],
      ],
    );
    await server.createClient(publicClient('audited'));
    await server.admin('PATCH', '/admin/clients/audited', { json: { client_name: 'Other' } });
    await server.cli(['client', 'add-key', 'signed-app', new Key().pubkey]);
    await server.cli(['client', 'delete', 'audited']);
    assert.deepEqual(
      (await rowsOf(server, { client_id: 'audited' }, 3)).map((row) => row.type),
      ['client_deleted', 'client_changed', 'client_created'],
    );
    const [renamed] = await rowsOf(server, { client_id: 'audited', type: 'client_changed' });
    assert.deepEqual(renamed.detail, { changed: ['client_name'] });
    await rowsOf(server, { type: 'client_key_added', client_id: 'signed-app' });
    await server.cli(['key', 'rotate', '--alg', 'ES256']);
    const [rotated] = await rowsOf(server, { type: 'key_rotated' });
    assert.deepEqual([rotated.actor, rotated.detail], ['command-line', { alg: 'ES256', at_once: false }]);
    await server.admin('GET', '/admin/users', { token: 'wrong' });
    await server.admin('GET', '/admin/users', { token: 'wrong' });
    const strangers = await rowsOf(server, { type: 'admin_access' });
    assert.deepEqual([strangers.length, strangers[0].outcome], [1, 'refused'], 'once a minute');
  });

  test('a changed client: which members, and where people and tokens went before and go now', async () => {
    const { server } = context;
    const elsewhere = 'https://other.example.com/cb';
    const client = publicClient('moved');
    await server.createClient(client);
    await server.admin('PATCH', '/admin/clients/moved', { json: { redirect_uris: [elsewhere], client_name: 'Other', skip_consent: false, verified: false } });
    await server.cli(['client', 'update', 'moved', '--backchannel-logout-uri', elsewhere, '--disable']);
    const [byCommand, byOperator] = await rowsOf(server, { type: 'client_changed', client_id: 'moved' }, 2);
    assert.deepEqual(byOperator.detail, {
      changed: ['client_name', 'redirect_uris', 'skip_consent', 'verified'],
      redirect_uris: { from: client.redirect_uris, to: [elsewhere] },
      skip_consent: { from: true, to: false },
      verified: { from: true, to: false },
    });
    assert.deepEqual(byCommand.detail, {
      changed: ['backchannel_logout_uri', 'disabled'].sort((a, b) => byCommand.detail.changed.indexOf(a) - byCommand.detail.changed.indexOf(b)),
      disabled: { from: false, to: true },
      backchannel_logout_uri: { from: null, to: elsewhere },
    });
    const person = await newPerson(server);
    const own = await person.request(server, 'POST', '/api/auth/oauth2/create-client', { json: { client_name: 'Mine', redirect_uris: [elsewhere] } });
    const { client_id } = own.json;
    const update = { redirect_uris: client.redirect_uris, token_endpoint_auth_method: 'none' };
    await person.request(server, 'POST', '/api/auth/oauth2/update-client', { json: { client_id, update } });
    const [byOwner] = await rowsOf(server, { type: 'client_changed', client_id });
    assert.deepEqual(byOwner.detail, {
      changed: ['redirect_uris', 'token_endpoint_auth_method'],
      redirect_uris: { from: [elsewhere], to: client.redirect_uris },
    });
  });

  test('case 60: the list has filters and pages, and refuses what it does not know', async () => {
    const { server } = context;
    for (let i = 0; i < 2; i += 1) {
      const { userId } = await newPerson(server);
      await rowsOf(server, { type: 'sign_in', outcome: 'ok', user_id: userId });
    }
    const all = (await server.admin('GET', '/admin/audit?type=sign_in&outcome=ok&limit=200')).json.items;
    const seen = [];
    let cursor;
    do {
      const query = new URLSearchParams({ type: 'sign_in', outcome: 'ok', limit: '1', ...(cursor ? { cursor } : {}) });
      const { items, next_cursor: next } = (await server.admin('GET', `/admin/audit?${query}`)).json;
      seen.push(...items);
      cursor = next;
    } while (cursor);
    assert.deepEqual(seen, all);
    const [newest, older] = all;
    const between = await server.admin('GET', `/admin/audit?${new URLSearchParams({ since: older.at, until: newest.at })}`);
    assert.ok(between.json.items.some((row) => row.hash === older.hash));
    assert.ok(between.json.items.every((row) => row.at >= older.at && row.at < newest.at));
    for (const filter of ['type', 'outcome', 'actor', 'client_id', 'user_id']) {
      for (const text of ['%', '_', "' OR 1=1 --"]) {
        const none = await server.admin('GET', `/admin/audit?${new URLSearchParams({ [filter]: text })}`);
        assert.deepEqual(none.json?.items, [], `${filter} ${text}: ${none.describe()}`);
      }
    }
    const users = (await server.admin('GET', '/admin/users?limit=1')).json.next_cursor;
    const forged = Buffer.from('audit:1|x|y').toString('base64url');
    for (const query of ['since=yesterday', 'until=2026-01-31', `cursor=${users}`, `cursor=${forged}`, 'seek=1']) {
      const refused = await server.admin('GET', `/admin/audit?${query}`);
      assert.equal(refused.status, 400, refused.describe());
    }
    for (const token of [null, 'wrong']) assert.equal((await server.admin('GET', '/admin/audit', { token })).status, 401);
    for (const method of ['POST', 'DELETE', 'PATCH', 'PUT'])
      assert.equal((await server.admin(method, '/admin/audit', { json: {} })).status, 405, 'nothing can be changed');
  });

  test('case 57: no secret and nothing of a person but ids is in it', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const grant = await getCode(server, person, { scope: 'openid offline_access' });
    const tokens = await exchange(server, grant);
    const [cookie] = person.jar.header().split(';');
    await rowsOf(server, { user_id: person.userId }, 3);
    const { stdout } = await server.cli(['audit', 'export']);
    const secrets = {
      session: person.sessionToken,
      cookie: cookie.split('=')[1],
      code: grant.code,
      verifier: grant.verifier,
      access: tokens.access_token,
      refresh: tokens.refresh_token,
      id_token: tokens.id_token,
      admin: server.adminToken,
      key: person.wif,
      address: person.address,
      pubkey: person.pubkey,
    };
    for (const [name, secret] of Object.entries(secrets)) assert.ok(!stdout.includes(secret), name);
  });

  test('export: JSON lines in the order of writing, and verify while the server runs', async () => {
    const { server } = context;
    await newPerson(server);
    await rowsOf(server, { type: 'sign_in' });
    const { stdout } = await server.cli(['audit', 'export']);
    const rows = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
    const streams = new Map();
    for (const row of rows) {
      const before = streams.get(row.stream);
      assert.equal(row.sequence, (before?.sequence ?? 0) + 1);
      assert.equal(row.previous_hash, before?.hash ?? '0'.repeat(64));
      streams.set(row.stream, row);
    }
    assert.ok([...streams.values()].every((row) => row.signature), 'every stream ends in a signature');
    const listed = JSON.parse((await server.cli(['audit', 'list', '--type', 'sign_in', '--limit', '2', '--json'])).stdout);
    assert.ok(listed.every((row) => row.type === 'sign_in') && listed.length === 2);
    assert.match((await server.cli(['audit', 'list'])).stdout, /sign_in +ok +user:/);
    const report = await verify(server);
    assert.deepEqual([report.code, report.findings], [0, []], JSON.stringify(report));
    assert.ok(report.rows >= rows.length);
    assert.match((await server.cli(['audit', 'verify'])).stdout, /nothing was changed/);
    const bad = await server.cli(['audit', 'list', '--since', 'yesterday'], { check: false });
    assert.deepEqual([bad.code, bad.stdout], [2, '']);
  });

  test('an orderly end closes the stream; a killed process leaves it open, and the log still holds', async () => {
    const { store } = context;
    const server = await startServer({ store });
    try {
      await newPerson(server);
      await server.restart();
      const afterStop = await verify(server);
      assert.deepEqual([afterStop.findings, afterStop.open_streams.length], [[], 1], 'the running one');
      const [closed] = await rowsOf(server, { type: 'log_closed' });
      const [opened] = await rowsOf(server, { type: 'log_opened' });
      assert.deepEqual(opened.detail.heads, [{ stream: closed.stream, sequence: closed.sequence, hash: closed.hash }]);
      const person = await newPerson(server);
      await rowsOf(server, { user_id: person.userId });
      await server.kill();
      await server.start();
      const afterKill = await verify(server);
      assert.deepEqual([afterKill.findings, afterKill.open_streams.length], [[], 2]);
      await rowsOf(server, { user_id: person.userId });
    } finally {
      await server.stop();
    }
  });

  test('two replicas write streams of their own', async () => {
    const { server } = context;
    const peer = await startServer({ peerOf: server });
    try {
      const [here, there] = [await newPerson(server), await newPerson(peer)];
      const [first] = await rowsOf(peer, { user_id: here.userId });
      const [second] = await rowsOf(server, { user_id: there.userId });
      assert.notEqual(first.stream, second.stream);
      assert.deepEqual((await verify(server)).findings, []);
    } finally {
      await peer.stop();
    }
  });

  test('attack: rows changed past the server are named by verify, and another secret verifies nothing', async () => {
    if (context.store !== 'postgres') return; // the embedded database has no client here: the contract test attacks it
    const { server } = context;
    const person = await newPerson(server);
    const [row] = await rowsOf(server, { user_id: person.userId });
    await inDatabase(server.databaseUrl, 'UPDATE audit_log SET user_id = $1 WHERE stream = $2 AND sequence = $3', [
      'somebody-else',
      row.stream,
      row.sequence,
    ]);
    const report = await verify(server);
    assert.equal(report.code, 1);
    assert.deepEqual(
      report.findings.map((finding) => [finding.what, finding.stream, finding.sequence]),
      [['changed', row.stream, row.sequence]],
    );
    const words = await server.cli(['audit', 'verify'], { check: false });
    assert.match(words.stdout, new RegExp(`${row.stream} ${row.sequence}: .*changed`));
    const other = await verify(server, { env: { SIGMA_SECRET: randomBytes(32).toString('hex') } });
    assert.equal(other.code, 1, JSON.stringify(other));
    assert.equal(other.findings, undefined);
  });
});

forEachStore('audit log under limits', () => ({ env: { SIGMA_RATE_LIMITS: 'on', SIGMA_RATE_LIMIT_PER_MINUTE: 'sign_in=2' }, clients: [] }), (context) => {
  test('who exceeds a limit is on record, once a minute', async () => {
    const { server } = context;
    for (let i = 0; i < 6; i += 1) await new Person().trySignIn(server);
    const rows = await rowsOf(server, { type: 'rate_limited' });
    assert.deepEqual(
      rows.map((row) => [row.outcome, row.network, row.detail.limit]),
      [['refused', '127.0.0.1', 'sign_in']],
    );
  });
});
