// The examples for nginx, HAProxy and Caddy: accepted by the programs, and run in front of real servers with nothing but
// addresses and certificates changed.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { publicClient } from '../e2e/support/oauth.mjs';
import { startServer } from '../e2e/support/server.mjs';
import { certificate, read, run, scratch } from './support/files.mjs';
import { background, freePort, get, name, startComposeNginx, startHaproxy, startNginx, stop, untilAnswered } from './support/proxies.mjs';

/** Who asked for `agent`, by the servers' logs. */
const remotesOf = (servers, agent) => servers.flatMap((server) => server.logs).filter((line) => line.user_agent === agent).map((line) => line.remote);

async function untilLogged(servers, agent) {
  const deadline = Date.now() + 5000;
  while (Date.now() < deadline) {
    const remotes = remotesOf(servers, agent);
    if (remotes.length) return remotes;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  return [];
}

describe('proxies in front of two replicas', () => {
  const folder = scratch();
  const files = certificate(folder, name);
  const ca = readFileSync(files.cert);
  const servers = [];

  const startTwo = async (env) => {
    servers.push(await startServer({ env: { SIGMA_BASE_URL: `https://${name}`, SIGMA_TRUSTED_PROXIES: '127.0.0.1/32', ...env } }));
    servers.push(await startServer({ env: { SIGMA_BASE_URL: `https://${name}`, SIGMA_TRUSTED_PROXIES: '127.0.0.1/32', ...env }, peerOf: servers[0] }));
    return servers;
  };
  const stopBoth = async () => {
    for (const server of servers.splice(0).reverse()) await server.stop();
  };
  const forgeries = { 'x-forwarded-for': '198.51.100.66', forwarded: 'for=198.51.100.66;host=evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };

  /** Case 50 as a client behind the proxy tries it. */
  async function assertForgeryIsUseless(port, agent) {
    const answer = await get(port, '/api/auth/.well-known/openid-configuration', { ca, headers: { ...forgeries, 'user-agent': agent } });
    assert.equal(JSON.parse(answer.text).issuer, `https://${name}/api/auth`);
    assert.doesNotMatch(answer.text, /evil/);
    assert.deepEqual(await untilLogged(servers, agent), ['127.0.0.1'], 'the claimed address is thrown away');
    const stranger = await get(port, '/api/auth/ok', { ca, headers: { host: 'evil.example' } }).catch((error) => ({ status: error.code ?? 'closed' }));
    assert.ok(stranger.status !== 200 || stranger.text === '', 'another name gets nothing of ours');
  }

  /** The redirect carries what the request did, in its header. */
  async function assertLongRequestsPass(port, server) {
    await server.createClient(publicClient('long-winded', { redirect_uris: ['https://app.example.com/cb'] }));
    const query = new URLSearchParams({ client_id: 'long-winded', redirect_uri: 'https://app.example.com/cb', response_type: 'code', scope: 'openid', code_challenge: 'c'.repeat(43), code_challenge_method: 'S256', state: 's'.repeat(7_000) });
    const answer = await get(port, `/api/auth/oauth2/authorize?${query}`, { ca });
    assert.equal(answer.status, 302, answer.text);
    assert.ok(answer.headers.location.length > 7_000);
  }

  describe('nginx', () => {
    let proxy;
    let port;
    before(async () => {
      await startTwo();
      port = await freePort();
      proxy = startNginx({ folder, port, plain: await freePort(), servers, files });
      await untilAnswered(() => get(port, '/api/auth/ok', { ca }), proxy);
    });
    after(async () => {
      await stop(proxy);
      await stopBoth();
    });

    test('case 50: forged Forwarded fields through nginx change nothing', () => assertForgeryIsUseless(port, 'forger-nginx'));

    test('an authorization request of 7,000 characters is led to the sign-in page', () => assertLongRequestsPass(port, servers[0]));

    test('a request that finds one replica gone is answered by the other', async () => {
      await servers[1].kill();
      for (let i = 0; i < 20; i += 1) assert.equal((await get(port, '/api/auth/ok', { ca })).status, 200);
      await servers[1].start();
    });
  });

  describe('HAProxy', () => {
    let proxy;
    let port;
    before(async () => {
      await startTwo({ SIGMA_TLS_CERT: files.cert, SIGMA_TLS_KEY: files.key, SIGMA_PROXY_PROTOCOL: 'on', SIGMA_TRUSTED_PROXIES: '127.0.0.2/32' });
      port = await freePort();
      let text = read('deploy/haproxy/haproxy.cfg').replace('bind :443', `bind 127.0.0.1:${port}`);
      servers.forEach((server, i) => {
        const [, admin] = server.adminBase.split(/:(?=\d+$)/);
        text = text.replace(new RegExp(`server sigma-auth-${i + 1} \\S+`), `server sigma-auth-${i + 1} ${new URL(server.local).host} port ${admin}`);
      });
      // Here each server has a port of its own for health, and the proxy an address of its own.
      text = text.replace('check port 8788', 'source 127.0.0.2 check');
      proxy = startHaproxy({ folder, text });
      await untilAnswered(() => get(port, '/api/auth/ok', { ca }), proxy);
    });
    after(async () => {
      await stop(proxy);
      await stopBoth();
    });

    test('case 50: behind the PROXY protocol X-Forwarded-For is the client’s own word, and counts for nothing', async () => {
      await assertForgeryIsUseless(port, 'forger-haproxy');
    });

    test('a server that says that it is not ready gets no new connections, and none fails', async () => {
      const gone = servers[1].terminate();
      for (let i = 0; i < 40; i += 1) assert.equal((await get(port, '/api/auth/ok', { ca })).status, 200);
      await gone;
      await servers[1].start();
    });
  });

  test('HAProxy and Caddy accept their examples as they are', () => {
    run('haproxy', ['-c', '-f', 'deploy/haproxy/haproxy.cfg'], { cwd: path.resolve('../..') });
    run('caddy', ['validate', '--adapter', 'caddyfile', '--config', 'deploy/caddy/Caddyfile'], { cwd: path.resolve('../..'), env: { ...process.env, HOME: folder } });
  });

  describe('Caddy', () => {
    let proxy;
    let port;
    before(async () => {
      await startTwo();
      port = await freePort();
      const text = read('deploy/caddy/Caddyfile')
        .replace('id.example.com {', `https://id.example.com:${port} {\n\tbind 127.0.0.1\n\ttls ${files.cert} ${files.key}`)
        .replace('10.0.0.11:8787 10.0.0.12:8787', servers.map((server) => new URL(server.local).host).join(' '))
        // Here each server has a port of its own for health, and Caddy asks all at one.
        .replace(/^\s*health_(uri|port) .*\n/gm, '');
      writeFileSync(path.join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https off\n}\n${text}`);
      proxy = background('env', [`HOME=${folder}`, 'caddy', 'run', '--adapter', 'caddyfile', '--config', path.join(folder, 'Caddyfile')]);
      await untilAnswered(() => get(port, '/api/auth/ok', { ca }), proxy);
    });
    after(async () => {
      await stop(proxy);
      await stopBoth();
    });

    test('case 50: forged Forwarded fields through Caddy change nothing', () => assertForgeryIsUseless(port, 'forger-caddy'));
  });

  describe('Compose behind what ends TLS: deploy.md’s Caddy on the machine, nginx, two replicas', () => {
    let outer;
    let inner;
    let port;
    before(async () => {
      await startTwo({ SIGMA_TRUSTED_PROXIES: '127.0.0.1/32' });
      const plain = await freePort();
      inner = startComposeNginx({ folder, port: plain, servers });
      port = await freePort();
      const example = /^ {4}id\.example\.com \{\n(?: {4}.*\n)+? {4}\}$/m.exec(read('docs/how-to/deploy.md'))[0].replaceAll(/^ {4}/gm, '');
      const text = example
        .replace('id.example.com {', `https://id.example.com:${port} {\n\tbind 127.0.0.1\n\ttls ${files.cert} ${files.key}`)
        .replace('127.0.0.1:8080', `127.0.0.1:${plain}`);
      writeFileSync(path.join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https off\n}\n${text}\n`);
      outer = background('env', [`HOME=${folder}`, 'caddy', 'run', '--adapter', 'caddyfile', '--config', path.join(folder, 'Caddyfile')]);
      await untilAnswered(() => get(port, '/api/auth/ok', { ca }), outer);
    });
    after(async () => {
      await stop(outer);
      await stop(inner);
      await stopBoth();
    });

    test('case 50: behind what ends TLS before Compose everybody has a network of their own, and nobody can say another', async () => {
      for (const localAddress of ['127.0.0.7', '127.0.0.8']) {
        const agent = `from ${localAddress}`;
        await get(port, '/api/auth/ok', { ca, localAddress, headers: { ...forgeries, 'user-agent': agent } });
        assert.deepEqual(await untilLogged(servers, agent), [localAddress]);
      }
    });

    test('an authorization request of 7,000 characters is led to the sign-in page', () => assertLongRequestsPass(port, servers[0]));
  });
});
