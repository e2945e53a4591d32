// Whatever a request holds, the log has one line for it, and nobody writes a line of their own into it. Security case 58.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, callback, newPkce, publicClient } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { rawRequest } from './support/raw.mjs';
import { forEachStore } from './support/stores.mjs';

/** Bytes of a header's value, and what the log says of them; undefined: no such header gets in. */
const agents = [
  ['quotes " and \\ and a {"level":"error"}', 'quotes " and \\ and a {"level":"error"}'],
  ['tab\there', 'tab\there'],
  ['\xff\xfe\xc0\xaf no UTF-8', '\xff\xfe\xc0\xaf no UTF-8'],
  ['\xc2\x9b31m CSI, \xc2\x85 NEL, \xe2\x80\xa8 line separator, \xe2\x80\xae override', '\x9b31m CSI, \x85 NEL, \u2028 line separator, \u202e override'],
  ['${jndi:ldap://x} %n %s %0a', '${jndi:ldap://x} %n %s %0a'],
  ['\x1b[31mred'],
  ['a\x01b'],
  ['a\x7fb'],
  ['a\0b'],
  ['a\r{"level":"error"}'],
];

forEachStore('log injection', { env: { SIGMA_DYNAMIC_REGISTRATION: 'open' } }, (context) => {
  const linesOf = (text) => context.server.output.split('\n').filter((line) => line.includes(text));

  test('case 58: hostile bytes in a user agent: one escaped line for each request', async () => {
    const { server } = context;
    for (const [i, [bytes, logged]] of agents.entries()) {
      const marker = `agent-${i}-${process.pid}`;
      const head = `GET /api/auth/ok HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: ${marker} ${bytes}\r\n\r\n`;
      const { status, text } = await rawRequest(server.local, head);
      assert.equal(status, logged === undefined ? 400 : 200, `${JSON.stringify(bytes)}: ${text}`);
      const id = /^x-request-id: *(\S+)\r$/im.exec(text)[1];
      await server.logWritten();
      const lines = linesOf(id);
      assert.equal(lines.length, 1, `${JSON.stringify(bytes)}: ${lines.join('\n')}`);
      assert.match(lines[0], /^[ -~]+$/, 'printable ASCII, so no terminal and no collector sees anything else in it');
      const entry = JSON.parse(lines[0]);
      assert.deepEqual([entry.event, entry.request_id, entry.status], ['request', id, status]);
      assert.equal(entry.user_agent, logged && `${marker} ${logged}`);
      assert.equal(linesOf(marker).length, logged ? 1 : 0);
    }
  });

  test('case 58: a user agent of 15 KB: one line, and not all of it', async () => {
    const { server } = context;
    const marker = `long-agent-${process.pid}`;
    const answer = await server.request('GET', '/api/auth/ok', { headers: { 'user-agent': `${marker} ${'x'.repeat(15_000)}` } });
    assert.equal(answer.status, 200, answer.describe());
    await server.logWritten();
    const [line, ...more] = linesOf(marker);
    assert.deepEqual(more, []);
    assert.ok(line.length < 1000, line);
  });

  test('case 58: names of clients: 1 MB is refused, as is all that acts; the rest stays in its line', async () => {
    const { server } = context;
    const register = (client_name) =>
      server.request('POST', '/api/auth/oauth2/register', { json: { client_name, redirect_uris: [callback], token_endpoint_auth_method: 'none' } });
    const create = (client_name) => server.admin('POST', '/admin/clients', { json: publicClient(`named-${client_name.length}`, { client_name }) });
    for (const make of [register, create]) {
      assert.equal((await make('n'.repeat(1 << 20))).status, 413);
      for (const name of ['n'.repeat(201), 'a\u0085b', 'a\nb', 'a\r\n{"level":"error"}', '\x1b[31mred', 'a\0b', 'a\u202eb'])
        assert.equal((await make(name)).status, 400, JSON.stringify(name));
    }
    const marker = `hostile-${process.pid}`;
    const name = `${marker} "q" \\ {"level":"error"} <b> %n ${'é'.repeat(40)}`;
    for (const make of [register, create]) {
      const made = await make(name);
      assert.equal(made.status, 201, made.describe());
      assert.equal(made.json.client_name, name);
      await authorize(server, await newPerson(server), { client_id: made.json.client_id, code_challenge: newPkce().challenge });
    }
    const { stdout } = await server.cli(['client', 'list']);
    assert.equal(stdout.split('\n').filter((line) => line.includes(marker)).length, 2, stdout);
    await server.logWritten();
    for (const line of linesOf(marker)) assert.equal(typeof JSON.parse(line), 'object');
    assert.deepEqual(server.logs.filter((entry) => entry.line && !entry.line.startsWith('sigma-auth')), [], 'every line is JSON');
  });
});
