// Certificates for servers of this machine: an authority of one run, made with openssl.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const openssl = (...options) => execFileSync('openssl', options, { stdio: 'ignore' });

/** Makes an authority and one certificate for localhost and 127.0.0.1; `files` are their paths, until close(). */
export function makeCertificates() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sigma-conformance-'));
  const file = (name) => path.join(folder, name);
  const files = { ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') };
  const subject = (name) => ['-subj', `/CN=${name}`];
  openssl(
    'req',
    '-x509',
    ...ecKey,
    '-days',
    '2',
    ...subject('Conformance'),
    '-keyout',
    file('ca.key'),
    '-out',
    files.ca,
  );
  openssl('req', ...ecKey, ...subject('localhost'), '-keyout', files.key, '-out', file('request.pem'));
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const authority = ['-CA', files.ca, '-CAkey', file('ca.key'), '-set_serial', String(Date.now()), '-days', '2'];
  openssl('x509', '-req', '-in', file('request.pem'), ...authority, '-extfile', file('names'), '-out', files.cert);
  const [ca, cert, key] = [files.ca, files.cert, files.key].map((name) => readFileSync(name, 'utf8'));
  return { ca, cert, key, files, close: () => rmSync(folder, { recursive: true }) };
}
