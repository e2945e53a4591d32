// SIGTERM: what was begun is finished, then the process leaves with 0.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { publicClient } from './support/oauth.mjs';
import { newPerson } from './support/person.mjs';
import { forEachStore } from './support/stores.mjs';

/** A connection that has sent `bytes`; `finish(rest)` sends more and answers what came until the server closed. */
async function halfRequest(base, bytes) {
  const { hostname, port } = new URL(base);
  const socket = net.connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (data) => {
    text += data;
  });
  const closed = new Promise((resolve) => {
    socket.on('error', resolve);
    socket.on('close', resolve);
  });
  await new Promise((resolve) => {
    socket.on('connect', resolve);
  });
  socket.write(bytes);
  return {
    finish: async (rest) => {
      socket.write(rest);
      await closed;
      return text;
    },
  };
}

/** The signal has arrived when the server says that it is not ready, or takes no more connections. */
async function untilUnready(server) {
  for (;;) {
    const ready = await server.admin('GET', '/health/ready', { token: null }).catch(() => undefined);
    if (ready?.status !== 200) return;
  }
}

forEachStore('shutdown', { clients: [publicClient('my-app')] }, (context) => {
  test('a request on its way is answered, idle connections do not hold the process', async () => {
    const { server } = context;
    await newPerson(server); // leaves an idle keep-alive connection behind
    const body = 'grant_type=refresh_token&client_id=my-app&refresh_token=x';
    const head = `POST /api/auth/oauth2/token HTTP/1.1\r\nHost: ${new URL(server.local).host}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
    const half = await halfRequest(server.local, `${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`);
    // An answered request on another connection: by now the server has read the half one.
    await server.request('GET', '/api/auth/ok');

    const ended = server.terminate();
    await untilUnready(server);
    const text = await half.finish(body.slice(20));
    const how = await ended;
    assert.match(text, /^HTTP\/1\.1 400 /, text);
    assert.match(text, /invalid_grant/);
    assert.match(text, /\r\nconnection: close\r\n/i);
    assert.deepEqual(how, { code: 0, signal: null });
  });

  test('it starts again on the same store', async () => {
    await context.server.start();
    await newPerson(context.server);
  });

  test('who reads the log may leave: the server stays', async () => {
    const { server } = context;
    server.closeLog();
    for (let i = 0; i < 20; i += 1) {
      assert.equal((await server.request('GET', '/api/auth/ok')).status, 200);
      await new Promise((resolve) => setTimeout(resolve, 20)); // lines leave 20 ms after they were added
    }
    assert.deepEqual(await server.terminate(), { code: 0, signal: null });
  });
});
