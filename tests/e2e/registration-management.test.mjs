// A client that has registered itself reads, replaces and removes its registration (RFC 7592).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Key } from './support/person.mjs';
import { assertRegistrationError, bearer, path, publicWeb, registrar } from './support/registration.mjs';
import { forEachStore } from './support/stores.mjs';

const localPath = (answer) => new URL(answer.json.registration_client_uri).pathname;

forEachStore('a registration', { env: { SIGMA_DYNAMIC_REGISTRATION: 'open' } }, (context) => {
  const { registered } = registrar(context);

  test('a client reads, replaces and removes itself, with its token only', async () => {
    const { server } = context;
    const first = await registered(publicWeb);
    const other = await registered(publicWeb);
    const { registration_access_token: token, client_id } = first.json;
    const own = localPath(first);
    for (const [target, headers] of [
      [own, {}],
      [own, bearer('wrong')],
      [own, bearer(other.json.registration_access_token)],
      [localPath(other), bearer(token)],
      [`${path}/nobody`, bearer(token)],
    ]) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await server.request(method, target, {
          headers: { ...headers },
          ...(method === 'PUT' ? { json: { ...publicWeb, client_id } } : {}),
        });
        assert.equal(answer.status, 401, answer.describe());
        assert.equal(answer.json.error, 'invalid_token');
        assert.match(answer.headers['www-authenticate'], /^Bearer/);
      }
    }
    const read = await server.request('GET', own, { headers: bearer(token) });
    assert.equal(read.status, 200, read.describe());
    assert.deepEqual(read.json, first.json);

    const put = (json) => server.request('PUT', own, { json, headers: { ...bearer(token) } });
    const { registration_access_token: _, registration_client_uri: __, client_id_issued_at: ___, ...metadata } = read.json;
    const changed = await put({ ...metadata, client_name: 'Renamed', scope: undefined, logo_uri: null });
    assert.equal(changed.status, 200, changed.describe());
    assert.equal(changed.json.client_name, 'Renamed');
    assert.equal(changed.json.scope, undefined, 'what is left out is gone');
    for (const [json, words] of [
      [{ ...metadata, client_id: other.json.client_id }, /client_id/],
      [{ ...metadata, client_id: undefined }, /client_id/],
      [{ ...metadata, client_secret: 'chosen' }, /client_secret/],
      [{ ...metadata, skip_consent: true }, /skip_consent/],
      [{ ...metadata, owner_bap_id: new Key().bapId }, /owner_bap_id/],
      [{ ...metadata, member_pubkeys: [new Key().pubkey], token_endpoint_auth_method: 'x_auth_token' }, /prove/],
    ]) {
      assertRegistrationError(await put(json), 'invalid_client_metadata', words);
    }
    assertRegistrationError(await put({ ...metadata, redirect_uris: ['http://x.example/cb'] }), 'invalid_redirect_uri');

    const secret = await put({ ...metadata, token_endpoint_auth_method: 'client_secret_post' });
    assert.ok(secret.json.client_secret, 'a method with a secret makes one');
    const repeated = await put({ ...metadata, ...secret.json, registration_access_token: undefined, registration_client_uri: undefined });
    assert.equal(repeated.status, 200, repeated.describe());
    assert.equal(repeated.json.client_secret, undefined);

    const gone = await server.request('DELETE', own, { headers: bearer(token) });
    assert.equal(gone.status, 204, gone.describe());
    assert.equal((await server.request('GET', own, { headers: bearer(token) })).status, 401);
    assert.equal((await server.admin('GET', `/admin/clients/${client_id}`)).status, 404);
    await server.logWritten();
    assert.ok(!server.output.includes(token));
  });

  test('what the operator switched off stays off', async () => {
    const { server } = context;
    const first = await registered(publicWeb);
    await server.admin('PATCH', `/admin/clients/${first.json.client_id}`, { json: { disabled: true, skip_consent: true } });
    const own = localPath(first);
    const headers = bearer(first.json.registration_access_token);
    const put = await server.request('PUT', own, { json: { ...publicWeb, client_id: first.json.client_id }, headers });
    assert.equal(put.status, 403, put.describe());
    await server.admin('PATCH', `/admin/clients/${first.json.client_id}`, { json: { disabled: false } });
    const again = await server.request('PUT', own, { json: { ...publicWeb, client_id: first.json.client_id }, headers });
    assert.equal(again.status, 200, again.describe());
    assert.equal(again.json.skip_consent, undefined);
    const kept = await server.admin('GET', `/admin/clients/${first.json.client_id}`);
    assert.equal(kept.json.skip_consent, true, 'a decision of the operator survives the client’s own changes');
  });
});
