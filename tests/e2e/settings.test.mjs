// Settings that change what the server answers.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import pg from 'pg';
import { rowsOf } from './support/audit.mjs';
import { dropIdleConnections } from './support/http.mjs';
import {
  assertApiError,
  assertOAuthError,
  callback,
  exchange,
  exchangeForm,
  fullScope,
  getCode,
  headerOf,
  postToken,
  publicClient,
  refreshForm,
  sigmaClient,
} from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, sessionCookie, signInPath, tokenPath } from './support/person.mjs';
import { inDatabase } from './support/postgres.mjs';
import { rawRequest } from './support/raw.mjs';
import { startServer } from './support/server.mjs';
import { forEachStore } from './support/stores.mjs';
import { until } from './support/until.mjs';

const member = new Key();
const clients = [sigmaClient('my-app', member), publicClient('public-app')];

forEachStore('SIGMA_IMPLICIT_SIGN_UP=off', { clients, env: { SIGMA_IMPLICIT_SIGN_UP: 'off' } }, (context) => {
  test('an unknown key is 403 USER_NOT_FOUND, an unknown identity RESTORE_PROFILE_NOT_FOUND', async () => {
    const { server } = context;
    const person = new Person();
    assertApiError(await person.trySignIn(server), 403, 'USER_NOT_FOUND');
    const body = JSON.stringify({ bapId: person.bapId });
    assertApiError(await person.trySignIn(server, { body, signed: body }), 403, 'RESTORE_PROFILE_NOT_FOUND');
  });
});

const changed = {
  SIGMA_LEGACY_TOKEN_PATH: 'on',
  SIGMA_ID_TOKEN_ALG: 'ES256',
  SIGMA_ACCESS_TOKEN_LIFETIME: '15m',
  SIGMA_SESSION_LIFETIME: '2m',
  SIGMA_REFRESH_TOKEN_LIFETIME: '3h',
};
forEachStore('settings of tokens', { clients, env: changed }, (context) => {
  test('the 2025 path is accepted, and a token for it is used up for both', async () => {
    const { server } = context;
    const grant = await getCode(server, await newPerson(server), { client_id: 'my-app' });
    const body = new URLSearchParams(exchangeForm(grant)).toString();
    const token = member.token('/oauth2/token', { body, timestamp: distinctTime() });
    const answer = await postToken(server, body, { token });
    assert.equal(answer.status, 200, answer.describe());
    assertOAuthError(await postToken(server, body, { token }), 401, 'invalid_client', /already|replay|used/i);
    const current = await getCode(server, await newPerson(server), { client_id: 'my-app' });
    await exchange(server, current, { key: member });
    const elsewhere = new Key().token('/sign-in/sigma', { timestamp: distinctTime() });
    assert.equal((await new Person().trySignIn(server, { token: elsewhere })).status, 401, 'only this path');
  });

  test('algorithm and lifetime', async () => {
    const { server } = context;
    const tokens = await exchange(server, await getCode(server, await newPerson(server), { client_id: 'public-app' }));
    assert.equal(headerOf(tokens.id_token).alg, 'ES256');
    assert.equal(tokens.expires_in, 900);
  });

  test('a session lives as long as its cookie, and both as long as was set', async () => {
    const { server } = context;
    const person = new Person();
    const before = Date.now();
    const { cookies } = await person.signIn(server);
    assert.equal(cookies.get(sessionCookie).attributes['max-age'], '120');
    const { session } = await person.session(server);
    assert.equal(Date.parse(session.expiresAt) - Date.parse(session.createdAt), 120_000);
    assert.ok(Date.parse(session.createdAt) >= before - 1000, session.createdAt);
  });

  if (context.store === 'postgres') {
    test('a refresh token lives as long as was set, and so does its successor', async () => {
      const { server } = context;
      const grant = await getCode(server, await newPerson(server), { client_id: 'public-app', scope: fullScope });
      const { refresh_token: first } = await exchange(server, grant);
      assert.equal((await postToken(server, refreshForm(first, 'public-app'))).status, 200);
      const { rows } = await inDatabase(server.databaseUrl, "SELECT expires_at - created_at AS lifetime FROM refresh_tokens WHERE client_id = 'public-app'");
      assert.deepEqual(rows.map(({ lifetime }) => Number(lifetime)), [3 * 3_600_000, 3 * 3_600_000]);
    });
  }
});

const short = {
  SIGMA_HEADER_TIMEOUT: '1s',
  SIGMA_BODY_TIMEOUT: '1s',
  SIGMA_IDLE_TIMEOUT: '1s',
  SIGMA_HEADER_LIMIT: '4k',
  SIGMA_BODY_LIMIT: '8k',
  SIGMA_BACKUP_LIMIT: '1k',
};
forEachStore('time-outs and limits', { env: short }, (context) => {
  test('case 53: slow clients are cut off, others do not notice', { timeout: 20_000 }, async () => {
    const { server } = context;
    const host = `Host: ${new URL(server.base).host}\r\n`;
    const form = `${host}Content-Type: application/x-www-form-urlencoded\r\n`;
    const slow = {
      nothing: '',
      'half a request line': 'GET /api/au',
      'half the headers': `GET /api/auth/ok HTTP/1.1\r\n${host}X-A`,
      'half the body': `POST ${tokenPath} HTTP/1.1\r\n${form}Content-Length: 100\r\n\r\ngrant_type=x`,
      'half a chunk': `POST ${tokenPath} HTTP/1.1\r\n${form}Transfer-Encoding: chunked\r\n\r\nff\r\ngrant`,
    };
    const cut = Object.entries(slow).map(async ([name, bytes]) => {
      const { status, closed } = await rawRequest(server.local, bytes, { limitMs: 8000 });
      assert.ok(closed, `${name}: closed by the server`);
      assert.ok(status === undefined || status === 408, `${name}: ${status}`);
    });
    await newPerson(server);
    await Promise.all(cut);
    dropIdleConnections();
    await newPerson(server);
  });

  test('the limits are the settings', async () => {
    const { server } = context;
    dropIdleConnections();
    const big = await server.request('POST', signInPath, { json: { pad: 'x'.repeat(8 * 1024) } });
    assert.equal(big.status, 413, big.describe());
    const long = await server.request('GET', '/api/auth/ok', { headers: { 'x-pad': 'x'.repeat(5 * 1024) } });
    assert.equal(long.status, 431, long.describe());
    const fits = await server.request('GET', '/api/auth/ok', { agent: false, headers: { 'x-pad': 'x'.repeat(3 * 1024) } });
    assert.equal(fits.status, 200, fits.describe());

    const [key, path] = [new Key(), '/api/backup/sync'];
    const keep = (size) => {
      const body = JSON.stringify({ bapId: key.bapId, encryptedBackup: randomBytes(size / 2).toString('hex') });
      const authorization = `Bitcoin-Auth ${key.token(path, { body, timestamp: distinctTime() })}`;
      return server.request('POST', path, { agent: false, body, headers: { 'content-type': 'application/json', authorization } });
    };
    assert.equal((await keep(800)).status, 200);
    assert.equal((await keep(1100)).status, 413);
  });
});

forEachStore('SIGMA_REQUEST_TIMEOUT', { env: { SIGMA_REQUEST_TIMEOUT: '1s' } }, (context) => {
  // One sign-in may meet a disk that takes a second for a commit.
  const signsIn = () => until(async () => (await new Person().trySignIn(context.server)).status === 200);

  if (context.store === 'postgres') {
    test('who waits for a locked table gets 503 when the time is over, and not when the lock is', async () => {
      const { server } = context;
      const locker = new pg.Client({ connectionString: server.databaseUrl });
      await locker.connect();
      try {
        await locker.query('BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE');
        const answer = await new Person().trySignIn(server);
        assert.equal(answer.status, 503, answer.describe());
        assert.ok(Number(answer.headers['retry-after']) >= 1, answer.describe());
      } finally {
        await locker.end();
      }
      await signsIn();
    });
  }

  test('a healthy request is done long before', signsIn);
});

describe('SIGMA_AUDIT_RETENTION', () => {
  test('rows of the audit log go when they are older than that, at the next start at the latest', async () => {
    const server = await startServer({ store: 'postgres', env: { SIGMA_AUDIT_RETENTION: '3h' } });
    try {
      const person = await newPerson(server);
      const query = { type: 'sign_in', actor: `user:${person.userId}` };
      await rowsOf(server, query);
      await server.terminate();
      const restartAged = async (hours) => {
        await inDatabase(server.databaseUrl, 'UPDATE audit_log SET at = at - $1::bigint', [hours * 3_600_000]);
        await server.start();
      };
      await restartAged(2);
      // What is written after the first look at old rows is there: the look is over.
      await rowsOf(server, { type: 'sign_in', actor: `user:${(await newPerson(server)).userId}` });
      assert.equal((await rowsOf(server, query)).length, 1, 'not yet');
      await server.terminate();
      await restartAged(2);
      await until(async () => (await rowsOf(server, query, 0)).length === 0);
    } finally {
      await server.stop();
    }
  });
});

forEachStore('secrets in files', {}, (context) => {
  const inFile = async (name, text) => {
    const file = path.join(context.server.dataDir, name);
    await writeFile(file, `${text}\n`, { mode: 0o600 });
    return file;
  };

  test('SIGMA_REGISTRATION_TOKEN_FILE holds the token that opens registration', async () => {
    const { server } = context;
    const token = randomBytes(24).toString('hex');
    Object.assign(server.env, { SIGMA_DYNAMIC_REGISTRATION: 'token', SIGMA_REGISTRATION_TOKEN_FILE: await inFile('registration', token) });
    await server.restart();
    const register = (authorization) =>
      server.request('POST', '/api/auth/oauth2/register', { json: { redirect_uris: [callback], token_endpoint_auth_method: 'none' }, headers: { authorization } });
    assert.equal((await register(`Bearer ${token}x`)).status, 401);
    assert.equal((await register(`Bearer ${token}`)).status, 201);
  });

  test('SIGMA_REDIS_CA_FILE is read: what is no certificate stops the start', async () => {
    const { server } = context;
    await server.terminate();
    const settings = { SIGMA_REDIS_URL: 'rediss://127.0.0.1:1', SIGMA_REDIS_CA_FILE: await inFile('ca.pem', 'no certificate') };
    const { code, stdout, stderr } = await server.cli(['serve'], { env: settings, check: false });
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /certificate authorities cannot be used: .*ca\.pem/);
    await server.start();
  });
});
