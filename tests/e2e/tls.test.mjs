// TLS on the public listener, and a new certificate on SIGHUP.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { selfSigned } from './support/certificate.mjs';
import { forEachStore } from './support/stores.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'sigma-tls-'));
const cert = path.join(folder, 'cert.pem');
const key = path.join(folder, 'key.pem');
after(() => rmSync(folder, { recursive: true }));

const newCertificate = (serial) => selfSigned(folder, { serial });

newCertificate('1001');
const env = { SIGMA_TLS_CERT: cert, SIGMA_TLS_KEY: key, SIGMA_BASE_URL: 'https://localhost:8443' };

forEachStore('TLS', { env }, (context) => {
  const get = (target) =>
    new Promise((resolve, reject) => {
      const url = new URL(target, context.server.local.replace('http:', 'https:'));
      const outgoing = https.get(url, { ca: readFileSync(cert), agent: false }, (incoming) => {
        const { serialNumber } = incoming.socket.getPeerCertificate();
        const protocol = incoming.socket.getProtocol();
        let text = '';
        incoming.on('data', (data) => {
          text += data;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode, text, serialNumber, protocol }));
      });
      outgoing.on('error', reject);
    });

  test('requests are served, by TLS 1.3', async () => {
    const answer = await get('/api/auth/ok');
    assert.equal(answer.status, 200);
    assert.equal(answer.protocol, 'TLSv1.3');
  });

  test('old protocols and plain text are refused, and the server lives on', async () => {
    const { port } = new URL(context.server.local);
    await assert.rejects(
      new Promise((resolve, reject) => {
        tls
          .connect(
            {
              port: Number(port),
              maxVersion: 'TLSv1.1',
              minVersion: 'TLSv1',
              rejectUnauthorized: false,
              ciphers: 'ALL:@SECLEVEL=0',
            },
            resolve,
          )
          .on('error', reject);
      }),
    );
    const plain = await context.server.request('GET', '/api/auth/ok').catch((error) => error);
    assert.ok(plain instanceof Error || plain.status === 400);
    assert.equal((await get('/api/auth/ok')).status, 200);
  });

  test('SIGHUP reads a new certificate without losing a request', async () => {
    const before = (await get('/api/auth/ok')).serialNumber;
    newCertificate(String(Date.now()));
    process.kill(context.server.pid, 'SIGHUP');
    const deadline = Date.now() + 5000;
    let now = before;
    while (now === before && Date.now() < deadline) {
      now = await get('/api/auth/ok').then(
        (answer) => answer.serialNumber,
        // Until the reload the server shows the old certificate, which the new file does not vouch for.
        (error) => (/self.signed/i.test(error.message) ? before : Promise.reject(error)),
      );
    }
    assert.notEqual(now, before);
  });
});
