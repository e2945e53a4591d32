// Settings that change what the server answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertApiError,
  assertOAuthError,
  exchange,
  exchangeForm,
  getCode,
  headerOf,
  postToken,
  publicClient,
  sigmaClient,
} from './support/oauth.mjs';
import { distinctTime, Key, newPerson, Person, signInPath, tokenPath } from './support/person.mjs';
import { dropIdleConnections } from './support/http.mjs';
import { rawRequest } from './support/raw.mjs';
import { forEachStore } from './support/stores.mjs';

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

const changed = { SIGMA_LEGACY_TOKEN_PATH: 'on', SIGMA_ID_TOKEN_ALG: 'ES256', SIGMA_ACCESS_TOKEN_LIFETIME: '15m' };
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
});

const short = {
  SIGMA_HEADER_TIMEOUT: '1s',
  SIGMA_BODY_TIMEOUT: '1s',
  SIGMA_IDLE_TIMEOUT: '1s',
  SIGMA_HEADER_LIMIT: '4k',
  SIGMA_BODY_LIMIT: '8k',
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
    const fits = await server.request('GET', '/api/auth/ok', { headers: { 'x-pad': 'x'.repeat(3 * 1024) } });
    assert.equal(fits.status, 200, fits.describe());
  });
});
