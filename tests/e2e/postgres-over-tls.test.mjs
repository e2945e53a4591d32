// A database behind TLS whose records are larger than those of Postgres 15: proxies that end TLS, and Postgres from 17 on, send
// up to 16 KB in one. What libpq has no room for waits inside of OpenSSL, and no socket tells of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';
import pg from 'pg';
import { selfSigned } from './support/certificate.mjs';
import { newPerson } from './support/person.mjs';
import { createDatabase, dropDatabase } from './support/postgres.mjs';
import { binary, startServer } from './support/server.mjs';

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Ends TLS before the database of `url`; answers {url, stop()}. */
async function startTlsProxy(url) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sigma-tls-proxy-'));
  const { key, cert } = selfSigned(folder);
  const secureContext = tls.createSecureContext({ key: readFileSync(key), cert: readFileSync(cert) });
  const target = new URL(url);
  const open = new Set();
  const proxy = net.createServer((socket) => {
    socket.once('data', (hello) => {
      assert.deepEqual(hello, sslRequest);
      socket.write('S');
      const near = new tls.TLSSocket(socket, { isServer: true, secureContext });
      const far = net.connect(Number(target.port), target.hostname);
      for (const [one, other] of [[near, far], [far, near]]) {
        open.add(one);
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
      }
      near.pipe(far);
      // A small record and then full ones: what libpq has of the first takes room from the others.
      let gathered = [];
      far.on('data', (chunk) => {
        gathered.push(chunk);
        if (gathered.length > 1) return;
        setTimeout(() => {
          const answer = Buffer.concat(gathered);
          near.write(answer.subarray(0, 100));
          near.write(answer.subarray(100));
          gathered = [];
        }, 5);
      });
    });
    socket.on('error', () => {});
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const secured = new URL(url);
  secured.hostname = '127.0.0.1';
  secured.port = String(proxy.address().port);
  secured.searchParams.set('sslmode', 'require');
  return {
    url: secured.toString(),
    stop: () => {
      for (const socket of open) socket.destroy();
      proxy.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describe('a database behind TLS with large records', () => {
  let database, proxy, server;
  before(async () => {
    database = await createDatabase();
    proxy = await startTlsProxy(database);
    await promisify(execFile)(binary, ['migrate'], { env: { PATH: process.env.PATH, SIGMA_DATABASE_URL: proxy.url } });
    server = await startServer({ env: { SIGMA_DATABASE_URL: proxy.url } });
  });
  after(async () => {
    await server?.stop();
    proxy?.stop();
    await dropDatabase(database);
  });

  test('answers of every size arrive', async () => {
    const person = await newPerson(server);
    const direct = new pg.Client({ connectionString: database });
    await direct.connect();
    try {
      // At one of these the row just fits into the 16 KB that libpq begins with, and what ends the answer does not.
      const around16K = Array.from({ length: 125 }, (_, i) => 15_400 + 8 * i);
      for (const size of [1_000, ...around16K, 40_000, 128_000]) {
        const image = `data:image/png;base64,${'A'.repeat(size)}`;
        await direct.query('UPDATE users SET image = $1', [image]);
        const answer = await server.request('GET', '/api/auth/get-session', {
          headers: { authorization: `Bearer ${person.sessionToken}` },
        });
        assert.equal(answer.status, 200, `${size}: ${answer.describe().slice(0, 500)}`);
        assert.equal(answer.json.user.image, image);
      }
    } finally {
      await direct.end();
    }
  });
});
