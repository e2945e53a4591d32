// nginx and HAProxy as processes of their own, in front of servers under test.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { freePorts } from '../../e2e/support/server.mjs';
import { read, run } from './files.mjs';

/** The name that the examples have. */
export const name = 'id.example.com';

export const freePort = async () => (await freePorts(1))[0];

/** Runs a program until stop(). */
export function background(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const proxy = { child, said: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { proxy.said += text; });
  return proxy;
}

export const stop = (proxy) => new Promise((resolve) => {
  if (!proxy || proxy.child.exitCode !== null) return resolve();
  proxy.child.on('exit', resolve);
  proxy.child.kill('SIGTERM');
});

/** A request by https to `port`, where the server's name is ours. */
export function get(port, target, { ca, headers = {}, servername = name, localAddress } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = https.get({ host: '127.0.0.1', port, path: target, ca, servername, localAddress, agent: false, headers: { host: name, ...headers } }, (incoming) => {
      let text = '';
      incoming.on('data', (part) => { text += part; });
      incoming.on('end', () => resolve({ status: incoming.statusCode, headers: incoming.headers, text }));
    });
    outgoing.on('error', reject);
  });
}

export async function untilAnswered(ask, proxy) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await ask().catch((error) => error);
    if (answer.status === 200) return answer;
    if (Date.now() > deadline || proxy.child.exitCode !== null) throw new Error(`no answer: ${answer.message ?? answer.status} ${proxy.said}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

/** deploy/nginx/sigma-auth.conf with nothing changed but addresses and `files` ({cert, key}), in front of two servers. */
export function startNginx({ folder, port, plain, servers, files }) {
  const site = read('deploy/nginx/sigma-auth.conf')
    .replace(/^\s*listen \[::\].*\n/gm, '')
    .replace('listen 443 ssl http2', `listen 127.0.0.1:${port} ssl http2`)
    .replace('listen 80', `listen 127.0.0.1:${plain}`)
    .replace('127.0.0.1:8787', new URL(servers[0].local).host)
    .replace('127.0.0.1:8797', new URL(servers[1].local).host)
    .replace('/etc/ssl/id.example.com/fullchain.pem', files.cert)
    .replace('/etc/ssl/id.example.com/privkey.pem', files.key);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  writeFileSync(path.join(folder, 'nginx.conf'), `daemon off; pid ${folder}/nginx.pid; error_log stderr warn; events {} http { access_log off; ${paths}\n${site}\n}`);
  run('nginx', ['-t', '-p', folder, '-c', path.join(folder, 'nginx.conf')]);
  return background('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')]);
}

/** docker/nginx/nginx.conf with nothing changed but addresses and folders: plain http on `port`, in front of `servers`. */
export function startComposeNginx({ folder, port, servers }) {
  const text = servers.reduce((all, server, i) => all.replace(`sigma-auth-${i + 1}:8787`, new URL(server.local).host), read('docker/nginx/nginx.conf'))
    .replaceAll('/tmp/', `${folder}/`)
    .replace('listen 8080', `listen 127.0.0.1:${port}`);
  writeFileSync(path.join(folder, 'nginx.conf'), `daemon off;\n${text}`);
  run('nginx', ['-t', '-p', folder, '-c', path.join(folder, 'nginx.conf')]);
  return background('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')]);
}

/** HAProxy with a configuration of its own, checked first. */
export function startHaproxy({ folder, text }) {
  writeFileSync(path.join(folder, 'haproxy.cfg'), text);
  run('haproxy', ['-c', '-f', path.join(folder, 'haproxy.cfg')]);
  return background('haproxy', ['-db', '-f', path.join(folder, 'haproxy.cfg')]);
}
