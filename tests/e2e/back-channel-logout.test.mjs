// Clients are told when a session ends (oidcc-modules.md §7, security case 49). The receivers are real.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertSignedIn, checkLogoutToken, endSession, longState, postLogout, startReceiver } from './support/logout.mjs';
import { claimsOf, exchange, getCode, publicClient } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';

const receiver = await startReceiver();
after(() => receiver.stop());

const listening = (id, more = {}) =>
  publicClient(id, {
    post_logout_redirect_uris: [postLogout],
    backchannel_logout_uri: `${receiver.origin}/${id}`,
    backchannel_logout_session_required: true,
    ...more,
  });
const algorithms = ['RS256', 'ES256', 'EdDSA', 'ES256K'];
const clients = [
  listening('rp'),
  listening('never-used'),
  publicClient('deaf'),
  ...algorithms.map((alg) => listening(alg.toLowerCase(), { id_token_signed_response_alg: alg })),
  ...['busy', 'moved', 'endless', 'hangs', 'refuses', 'empty'].map((id) => listening(id)),
];

// What the receivers answer, by client.
const answers = {
  '/busy': (_, respond) => {
    respond.statusCode = 503;
    respond.end();
  },
  '/moved': (_, respond) => {
    respond.writeHead(302, { location: `${receiver.origin}/rp` });
    respond.end();
  },
  '/refuses': (_, respond) => {
    respond.statusCode = 400;
    respond.end('{"error":"invalid_request"}');
  },
  '/empty': (_, respond) => {
    respond.statusCode = 204;
    respond.end();
  },
  '/hangs': () => {},
  '/endless': (notice, respond) => {
    notice.sent = 0;
    const megabyte = Buffer.alloc(1 << 20);
    const write = () => {
      notice.sent += 1;
      if (notice.sent > 10) respond.end();
      else if (respond.write(megabyte)) setImmediate(write);
      else respond.once('drain', write);
    };
    write();
  },
};
receiver.answer = (notice, respond) => (answers[notice.path] ?? ((_, response) => response.end()))(notice, respond);

const signInto = async (server, person, ...ids) => {
  const tokens = [];
  for (const id of ids) tokens.push(await exchange(server, await getCode(server, person, { client_id: id })));
  return tokens;
};
const signOut = async (server, person) => {
  const answer = await person.request(server, 'POST', '/api/auth/sign-out', { json: {} });
  assert.equal(answer.status, 200, answer.describe());
};
/** The log lines of a kind about a client, once there are `count`. */
async function logged(server, msg, client, count = 1) {
  for (let i = 0; i < 300; ++i) {
    const lines = server.logs.filter((line) => (line.msg ?? line.event) === msg && line.client === client);
    if (lines.length >= count) return lines;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no ${count} × ${msg} about ${client}:\n${server.output.slice(-3000)}`);
}

forEachStore('back-channel logout', { clients, env: { SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow' } }, (context) => {
  test('oidcc-backchannel-rp-initiated-logout', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const [tokens] = await signInto(server, person, 'rp');
    const answer = await endSession(server, person, { id_token_hint: tokens.id_token, post_logout_redirect_uri: postLogout, state: longState });
    assert.equal(new URL(answer.location).searchParams.get('state'), longState, answer.describe());
    const [notice] = await receiver.wait(person, '/rp');
    const claims = await checkLogoutToken(server, notice, 'rp');
    const idToken = claimsOf(tokens.id_token);
    assert.equal(claims.sub, idToken.sub);
    assert.equal(claims.sid, idToken.sid);
    await assertSignedIn(server, person, false, 'rp');
  });

  test('each client of the session hears once, with the signature it asked for; nobody else does', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const ids = algorithms.map((alg) => alg.toLowerCase());
    await signInto(server, person, 'rp', 'rp', 'deaf', 'empty', ...ids);
    await signOut(server, person);
    const sids = new Set();
    for (const [i, id] of ids.entries()) {
      const [notice] = await receiver.wait(person, `/${id}`);
      sids.add((await checkLogoutToken(server, notice, id, algorithms[i])).sid);
    }
    assert.equal(sids.size, ids.length, 'two clients cannot tell that it is one session');
    await receiver.wait(person, '/rp');
    await receiver.wait(person, '/empty');
    const clients = new Set((await logged(server, 'logout_delivered', 'empty')).map(({ client }) => client));
    assert.deepEqual([...clients], ['empty'], '204 is as good as 200');
    const all = receiver.notices.filter(({ token }) => claimsOf(token).sub === person.userId);
    assert.equal(all.length, ids.length + 2);
    assert.equal(new Set(all.map(({ token }) => claimsOf(token).jti)).size, all.length);
    await server.logWritten();
    for (const { token } of all) assert.ok(!server.output.includes(token), 'no token in the log');
  });

  test('however a session ends', async () => {
    const { server } = context;
    const person = await newPerson(server);
    const [first] = await signInto(server, person, 'rp');
    const old = { ...(await person.session(server)).session, tokens: first };
    await person.signIn(server);
    await signInto(server, person, 'rp');
    const one = await person.request(server, 'POST', '/api/auth/revoke-session', { json: { token: old.id } });
    assert.equal(one.status, 200, one.describe());
    const [notice] = await receiver.wait(person, '/rp', 1);
    assert.equal(claimsOf(notice.token).sid, claimsOf(first.id_token).sid);

    await person.signIn(server);
    await signInto(server, person, 'rp');
    const others = await person.request(server, 'POST', '/api/auth/revoke-other-sessions', { json: {} });
    assert.equal(others.status, 200, others.describe());
    await receiver.wait(person, '/rp', 2);

    await person.signIn(server);
    await signInto(server, person, 'rp', 'es256');
    const every = await person.request(server, 'POST', '/api/auth/revoke-sessions', { json: {} });
    assert.equal(every.status, 200, every.describe());
    const notices = await receiver.wait(person, '/rp', 4);
    assert.equal(new Set(notices.map(({ token }) => claimsOf(token).sid)).size, 4);
    assert.equal((await receiver.wait(person, '/es256')).length, 1);
  });

  test('a client that fails is asked again, also after a restart of the server', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await signInto(server, person, 'busy');
    await signOut(server, person);
    await receiver.wait(person, '/busy');
    const [line] = await logged(server, 'logout_not_delivered', 'busy');
    assert.equal(line.will_retry, true);
    assert.match(line.reason, /503/);
    await server.restart();
    const notices = await receiver.wait(person, '/busy', 2);
    await checkLogoutToken(server, notices[1], 'busy');
    assert.notEqual(notices[0].token, notices[1].token, 'a token lives two minutes: each attempt has its own');
  });

  test('a client that says no is not asked again', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await signInto(server, person, 'refuses');
    await signOut(server, person);
    await receiver.wait(person, '/refuses');
    const [line] = await logged(server, 'logout_not_delivered', 'refuses');
    assert.equal(line.will_retry, false);
  });

  test('case 49: a redirect is not followed', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await signInto(server, person, 'moved');
    await signOut(server, person);
    await receiver.wait(person, '/moved');
    const [line] = await logged(server, 'logout_not_delivered', 'moved');
    assert.match(line.reason, /302/);
    assert.equal(receiver.about(person, '/rp').length, 0);
  });

  test('case 49: an answer of 10 MB is not read', async () => {
    const { server } = context;
    const person = await newPerson(server);
    await signInto(server, person, 'endless');
    await signOut(server, person);
    const [notice] = await receiver.wait(person, '/endless');
    const [line] = await logged(server, 'logout_not_delivered', 'endless');
    assert.equal(line.will_retry, true);
    assert.ok(notice.sent < 10, `the connection was closed after ${notice.sent} MB`);
  });

  test('case 49: a receiver that hangs delays neither logout nor the other clients', async () => {
    const { server } = context;
    const others = [];
    // More than are sent at a time. Nothing of it is ever answered, so nothing can have waited for it.
    for (let i = 0; i < 24; ++i) {
      const person = await newPerson(server);
      await signInto(server, person, 'hangs');
      await signOut(server, person);
      others.push(person);
    }
    const person = await newPerson(server);
    await signInto(server, person, 'rp', 'hangs');
    await signOut(server, person);
    await receiver.wait(person, '/rp');
    const lines = await logged(server, 'logout_not_delivered', 'hangs', 16);
    assert.match(lines[0].reason, /too long/);
    assert.equal(lines[0].will_retry, true);
    // `after` ends the server while deliveries hang: it must leave in order.
  });
});

// The default: nobody may make this server knock at doors that only it can reach.
test('case 49: private addresses are never connected to', async (t) => {
  let connections = 0;
  const door = net.createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise((resolve) => door.listen(0, '::', resolve));
  t.after(() => door.close());
  const { port } = door.address();
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '127.1', '2130706433'];
  const urls = [...hosts.map((host) => `https://${host}:${port}/logout`), 'https://169.254.169.254/latest/', 'https://10.0.0.1/', `http://127.0.0.1:${port}/`];
  const server = await startServer();
  t.after(() => server.stop());
  const person = await newPerson(server);
  const ids = [];
  for (const [i, url] of urls.entries()) {
    const answer = await server.admin('POST', '/admin/clients', { json: publicClient(`door-${i}`, { backchannel_logout_uri: url }) });
    if (answer.status === 400) continue; // refused at once is as good
    ids.push(`door-${i}`);
  }
  assert.ok(ids.length >= 5);
  await signInto(server, person, ...ids);
  await signOut(server, person);
  for (const id of ids) {
    const [line] = await logged(server, 'logout_not_delivered', id);
    assert.match(line.reason, /not on the public Internet|Only https/, id);
  }
  assert.equal(connections, 0);
});

test('receivers with certificates of an own authority', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sigma-receiver-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  );
  const secure = await startReceiver({ tls: { key: readFileSync(key), cert: readFileSync(cert) } });
  t.after(() => secure.stop());
  const client = publicClient('rp', { backchannel_logout_uri: `${secure.origin}/rp` });
  const env = { SIGMA_OUTBOUND_PRIVATE_ADDRESSES: 'allow' };
  const trusting = await startServer({ clients: [client], env: { ...env, SIGMA_OUTBOUND_CA_FILE: cert } });
  t.after(() => trusting.stop());
  const doubting = await startServer({ clients: [client], env });
  t.after(() => doubting.stop());
  for (const server of [doubting, trusting]) {
    const person = await newPerson(server);
    await signInto(server, person, 'rp');
    await signOut(server, person);
    if (server === trusting) await checkLogoutToken(server, (await secure.wait(person, '/rp'))[0], 'rp');
    else assert.match((await logged(server, 'logout_not_delivered', 'rp'))[0].reason, /identity cannot be verified/);
  }
  assert.equal(secure.notices.length, 1);
});
