// The public API's OpenAPI document is complete and true: every route of the table is in it, every call refuses strangers
// and hostile text as it says (security case 59), and those succeed as it says that no other suite of this folder drives. All
// other answers are held against it where they arise (support/openapi.mjs).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange, getCode, publicClient, userinfo } from './support/oauth.mjs';
import { assertPromised, callsOf, validatorsOf } from './support/openapi.mjs';
import { newPerson, Person } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const hostile = ["' OR '1'='1", '%', '\\', '$1', '../../etc/passwd', '\r\nX-Injected: 1', '\u0000', '\u202e\u{1F600}', '<script>alert(1)</script>', '-1', 'x'.repeat(3_000)];
const clients = [publicClient('my-app'), { client_id: 'secret-app', client_name: 'Backend', token_endpoint_auth_method: 'client_secret_basic', grant_types: ['client_credentials'] }];

forEachStore('public OpenAPI document', { clients }, (context) => {
  let document, calls, validator;
  const load = async () => {
    if (document) return;
    const answer = await context.server.request('GET', '/api/auth/openapi.json');
    assert.equal(answer.status, 200, answer.describe());
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    document = answer.json;
    calls = callsOf(document);
    validator = validatorsOf(document);
  };

  test('it is OpenAPI 3.1, every reference in it leads somewhere, every schema is used', async () => {
    await load();
    assert.match(document.openapi, /^3\.1\./);
    for (const { method, path, operation } of calls) {
      assert.ok(operation.summary, `${method} ${path}`);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      assert.deepEqual(declared.map((parameter) => parameter.name), inPath, path);
      for (const scheme of (operation.security ?? []).flatMap(Object.keys))
        assert.ok(document.components.securitySchemes[scheme], scheme);
    }
    const references = new Set([...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    for (const name of references) assert.ok(document.components.schemas[name], name);
    for (const name of Object.keys(document.components.schemas)) {
      assert.ok(references.has(name), `${name} is used`);
      assert.ok(validator(document.components.schemas[name]), name);
    }
  });

  test('every route that has metrics is in it, but pages and files', async () => {
    await load();
    const { server } = context;
    const { text } = await server.admin('GET', '/metrics', { token: null });
    const routes = new Set([...text.matchAll(/http_request_duration_seconds_count\{route="([^"]+)",server="public"\}/g)].map(([, route]) => route));
    for (const path of Object.keys(document.paths)) assert.ok(routes.has(path), path);
    const others = [...routes].filter((route) => /^\/(api|oauth2|\.well-known)\//.test(route) && !document.paths[route]);
    assert.deepEqual(others, [], 'describe them in services/sigma-auth/src/routes.cpp');
  });

  test('case 59: strangers and hostile text in every parameter and member get the refusal that is promised', async () => {
    await load();
    const { server } = context;
    const person = await newPerson(server);
    const counts = async () => (await server.admin('GET', '/admin/stats')).json.tables;
    const before = await counts();
    for (const call of calls.filter(({ path }) => !/sign-out|revoke-(other-)?sessions|delete-user|end-?session/.test(path))) {
      const method = call.method.toUpperCase();
      const parameters = (call.operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
      const body = Object.entries(call.operation.requestBody?.content ?? {})[0];
      const schema = body && document.components.schemas[body[1].schema.$ref.split('/').pop()];
      const path = call.path.replaceAll(/\{\w+\}/g, 'nobody');
      const send = (query, sent) => {
        const target = query ? `${path}?${new URLSearchParams(query)}` : path;
        const options = !body ? {} : body[0] === 'application/json' ? { json: sent ?? {} } : { form: new URLSearchParams(sent ?? {}) };
        return [server.request(method, target, options), person.request(server, method, target, options)];
      };
      const judge = async (answers) => {
        for (const answer of await Promise.all(answers)) {
          assert.ok(answer.status < 500 || answer.status === 501 || answer.json?.code === 'INDEXER_NOT_CONFIGURED', answer.describe());
          assert.equal(answer.headers['x-injected'], undefined);
          assertPromised(validator, call, answer);
        }
      };
      await judge(send());
      for (const text of hostile) {
        for (const { name } of parameters) await judge(send({ [name]: text }));
        for (const name of Object.keys(schema?.properties ?? {})) await judge(send(undefined, { [name]: text }));
      }
    }
    const after = await counts();
    // Not of backups: they are opaque, so any text of their owner is one.
    for (const table of ['users', 'clients', 'profiles', 'wallets']) assert.deepEqual(after[table], before[table], table);
  });

  // A form of another site can send any bytes as text/plain, with the cookie, and no browser asks before (security case 55).
  test('case 55: what takes JSON takes the same bytes as text/plain from nobody', async () => {
    await load();
    const { server } = context;
    const person = await newPerson(server);
    const json = calls.filter(({ operation }) => operation.requestBody?.content['application/json']);
    assert.ok(json.length > 15, String(json.length));
    for (const { method, path, operation } of json) {
      if (!operation.responses[200] && !operation.responses[201]) continue; // there is nothing that it would do
      const target = path.replaceAll(/\{\w+\}/g, 'nobody');
      for (const type of ['text/plain', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        if (operation.requestBody.content[type]) continue;
        const answer = await person.request(server, method.toUpperCase(), target, { body: '{"a":"b"}', headers: { 'content-type': type } });
        assert.equal(answer.status, 415, `${type}: ${answer.describe()}`);
      }
    }
    assert.equal((await person.session(server)).user.id, person.userId, 'nothing was done');
  });

  test('calls that only real clients or nobody else makes succeed as promised', async () => {
    await load();
    const { server } = context;
    const person = await newPerson(server);
    const again = new Person(person.privateKey);
    await again.signIn(server);
    const ok = async (method, target, json) => {
      const answer = await person.request(server, method, target, json ? { json } : {});
      assert.equal(answer.status, 200, answer.describe());
      return answer.json;
    };
    const sessions = await ok('GET', '/api/auth/list-sessions');
    assert.equal(sessions.length, 2);
    const other = sessions.find(({ token }) => token !== person.sessionToken);
    await ok('POST', '/api/auth/revoke-session', { token: other.token });
    await ok('POST', '/api/auth/revoke-other-sessions', {});
    for (const path of ['list-invitations', 'list-user-invitations', 'get-full-organization', 'get-active-member', 'list']) await ok('GET', `/api/auth/organization/${path}`);
    for (const path of ['', '/api/auth/oauth2/userinfo']) await ok('GET', `/.well-known/oauth-protected-resource${path}`);
    const { access_token } = await exchange(server, await getCode(server, person));
    assert.equal((await userinfo(server, access_token)).status, 200);
    const secret = (await server.admin('POST', '/admin/clients/secret-app/rotate-secret', { json: {} })).json.client_secret;
    const authorization = `Basic ${Buffer.from(`secret-app:${secret}`).toString('base64')}`;
    const issued = await server.request('POST', '/api/auth/oauth2/token', { form: { grant_type: 'client_credentials' }, headers: { authorization } });
    assert.equal(issued.status, 200, issued.describe());
    for (const [token, active] of [[issued.json.access_token, true], ['nothing', false]]) {
      const answer = await server.request('POST', '/api/auth/oauth2/introspect', { form: { token }, headers: { authorization } });
      assert.equal(answer.json.active, active, answer.describe());
    }
    await ok('GET', '/api/auth/get-session');
    await ok('POST', '/api/auth/revoke-sessions', {});
    assert.equal(await ok('GET', '/api/auth/get-session'), null);
  });
});
