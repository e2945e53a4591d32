import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Writes a new certificate of its own authority, for localhost, into `folder`; answers the paths {key, cert}. */
export function selfSigned(folder, { serial } = {}) {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  const options = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'.split(' ');
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', ...(serial ? ['-set_serial', serial] : [])];
  execFileSync('openssl', ['req', '-x509', ...options, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key, cert };
}
