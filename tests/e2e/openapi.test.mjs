// The admin API's OpenAPI document is true: every call it names exists and answers as its schemas say, and hostile text
// in every field of every call breaks nothing and changes nothing (security cases 59 and 60).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange, getCode, publicClient, sigmaClient } from './support/oauth.mjs';
import { assertPromised, callsOf, validatorsOf } from './support/openapi.mjs';
import { getConsentedCode } from './support/pages.mjs';
import { Key, newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

const fill = (path, values) => path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));

const hostile = [
  "'",
  '"',
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  '%',
  '_',
  '\\',
  '$1',
  '{}',
  '../../etc/passwd',
  '\r\nX-Injected: 1',
  '\u0000',
  '\u202e\u{1F600}',
  '<script>alert(1)</script>',
  '-1',
  'x'.repeat(5_000),
];

/** Hostile text where a schema has text, alone or in a list, and values of another kind. */
function wrongValues(schema) {
  if (schema.type === 'string') return [...hostile, 5, null, {}, []];
  return [...hostile, ...hostile.map((text) => [text]), -1, 1e12, null, {}, [[]]];
}

forEachStore('OpenAPI document', () => ({ clients: [publicClient('my-app'), publicClient('asking', { skip_consent: false }), sigmaClient('keyed', new Key())] }), (context) => {
  let document;
  let calls;
  let validator;
  const load = async () => {
    const answer = await context.server.admin('GET', '/admin/openapi.json');
    assert.equal(answer.status, 200, answer.describe());
    document = answer.json;
    calls = callsOf(document);
    validator = validatorsOf(document);
  };
  /** What the admin API shows of all that it keeps. */
  async function state() {
    const { server } = context;
    const shown = {};
    for (const list of ['/admin/clients', '/admin/users', '/admin/sessions', '/admin/keys']) {
      const { json } = await server.admin('GET', `${list}${list.endsWith('keys') ? '' : '?limit=200'}`);
      shown[list] = json.items;
    }
    shown.level = (await server.admin('GET', '/admin/log-level')).json;
    return shown;
  }

  test('it is OpenAPI 3.1, and every reference in it leads somewhere', async () => {
    await load();
    assert.match(document.openapi, /^3\.1\./);
    assert.ok(document.info.title && document.info.version);
    for (const { method, path, operation } of calls) {
      assert.ok(operation.summary, `${method} ${path}`);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      assert.deepEqual(declared.map((parameter) => parameter.name), inPath, path);
    }
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    for (const name of references) assert.ok(document.components.schemas[name], name);
    for (const name of Object.keys(document.components.schemas)) {
      assert.ok(references.includes(name) || name === 'Text', `${name} is used`);
      assert.ok(validator(document.components.schemas[name]), name);
    }
  });

  test('every call exists, wants the token unless it is open, and answers as promised', async () => {
    await load();
    const { server } = context;
    const person = await newPerson(server);
    await exchange(server, await getCode(server, person));
    await getConsentedCode(server, person, { client_id: 'asking' });
    const fresh = () => newPerson(server);
    const key = new Key();
    const values = {
      'PATCH /admin/users/{id}': { body: { disabled: false } },
      'DELETE /admin/users/{id}': { id: (await fresh()).userId },
      'DELETE /admin/users/{id}/consents/{client_id}': { client_id: 'asking' },
      'DELETE /admin/sessions/{id}': { id: (await server.admin('GET', `/admin/users/${(await fresh()).userId}/sessions`)).json.items[0].id },
      'POST /admin/clients': { body: publicClient('made', { token_endpoint_auth_method: 'client_secret_basic' }) },
      'PATCH /admin/clients/{id}': { body: { client_name: 'Other' } },
      'POST /admin/clients/{id}/member-keys': { id: 'keyed', body: { pubkey: key.pubkey } },
      'DELETE /admin/clients/{id}/member-keys/{pubkey}': { id: 'keyed', pubkey: key.pubkey },
      'POST /admin/clients/{id}/rotate-secret': { id: 'made' },
      'DELETE /admin/clients/{id}': { id: 'made' },
      'POST /admin/keys/rotate': { body: { alg: 'ES256' } },
      'PUT /admin/log-level': { body: { level: 'info' } },
    };
    const last = (call) => (call.method === 'delete' ? 1 : 0);
    for (const call of [...calls].sort((a, b) => last(a) - last(b))) {
      const name = `${call.method.toUpperCase()} ${call.path}`;
      const { body, ...given } = values[name] ?? {};
      const target = fill(call.path, { id: call.path.startsWith('/admin/users/') ? person.userId : 'my-app', ...given });
      const send = (options) =>
        server.admin(call.method.toUpperCase(), target, { ...(body ? { json: body } : {}), ...options });
      const open = call.operation.security?.length === 0;
      const stranger = await send({ token: null });
      assert.equal(stranger.status === 401, !open, stranger.describe());
      if (!open) assertPromised(validator, call, stranger);
      const answer = await send();
      assert.ok(answer.status < 300, answer.describe());
      assertPromised(validator, call, answer);
    }
    const routed = await server.admin('GET', '/admin/audit?limit=200');
    assert.ok(routed.json.items.length > 0);
  });

  test('cases 59 and 60: hostile text in every parameter and member: no failure of ours, and nothing changes', async () => {
    await load();
    const { server } = context;
    await newPerson(server);
    const before = await state();
    const judge = (call, answer, what) => {
      assert.ok(answer.status < 500, `${call.method} ${call.path}, ${what}: ${answer.describe()}`);
      assert.equal(answer.headers['x-injected'], undefined);
      assertPromised(validator, call, answer);
      return answer;
    };
    for (const call of calls) {
      const method = call.method.toUpperCase();
      const { operation } = call;
      const named = Object.fromEntries((operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => [p.name, 'keyed']));
      const schema = document.components.schemas[operation.requestBody?.content['application/json'].schema.$ref.split('/').pop()];
      // In the path: nobody has such an id.
      for (const name of Object.keys(named)) {
        for (const text of hostile) {
          const answer = await server.admin(method, fill(call.path, { ...named, [name]: text }), schema ? { json: validBody(schema) } : {});
          assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${call.path} ${text}: ${answer.describe()}`);
        }
      }
      // In the query: refused, or an empty list.
      for (const parameter of (operation.parameters ?? []).filter((p) => p.in === 'query')) {
        for (const text of hostile) {
          const query = new URLSearchParams({ [parameter.name]: text });
          const answer = judge(call, await server.admin(method, `${call.path}?${query}`), `${parameter.name}=${text}`);
          if (answer.status === 200) assert.deepEqual(answer.json.items, [], `${parameter.name}=${text}`);
        }
      }
      if (!schema) continue;
      // In the body: each member alone wrong, members that nobody may set, and what is no object.
      const target = fill(call.path, named);
      const bodies = Object.entries(schema.properties).flatMap(([name, member]) =>
        wrongValues(member).map((value) => [`${name}=${JSON.stringify(value)?.slice(0, 40)}`, { [name]: value }]),
      );
      for (const name of ['role', 'roles', 'owner', 'createdAt', 'created_at', 'id', '__proto__', 'constructor'])
        bodies.push([name, JSON.parse(`{"${name}": "admin"}`)]);
      for (const body of ['[]', '"x"', 'null', '5', '{', '', '{"a":1,"a":2}']) bodies.push([body, body]);
      for (const [what, body] of bodies) {
        if (isMeant(call, body)) continue;
        const options = typeof body === 'string' ? { body, headers: { 'content-type': 'application/json' } } : { json: body };
        judge(call, await server.admin(method, target, options), what);
      }
    }
    const after = await state();
    for (const [i, client] of after['/admin/clients'].entries()) {
      const known = before['/admin/clients'].find(({ client_id: id }) => id === client.client_id);
      assert.ok(known, `client ${client.client_id} came out of nothing`);
      // Text is text: a name may be anything, and a scope that no client can ask for harms none.
      for (const name of textMembers) {
        const shown = [known[name], ...hostile].map((text) => JSON.stringify(text));
        for (const text of [client[name] ?? known[name]].flat())
          assert.ok(shown.includes(JSON.stringify(text)), `${name} of ${client.client_id}`);
        if (name in known) client[name] = known[name];
        else delete client[name];
      }
      after['/admin/clients'][i] = client;
    }
    assert.deepEqual(after, before);
  });
});

/** Members of a client that the operator may set to any text. */
const textMembers = ['client_name', 'contacts', 'scope'];

/** A body that a schema takes. */
function validBody(schema) {
  const values = { disabled: true, alg: 'ES256', level: 'debug', pubkey: new Key().pubkey };
  return Object.fromEntries((schema.required ?? []).map((name) => [name, values[name]]));
}

/** A body that means what it says: null takes a member of a client away (RFC 7396), and a secret needs no words. */
function isMeant({ path, method }, body) {
  if (path.endsWith('/rotate-secret')) return body === '' || (typeof body === 'object' && Object.keys(body).length === 0);
  return method === 'patch' && path === '/admin/clients/{id}' && Object.values(body).includes(null);
}
