// node dev/preview.mjs [PORT]: what `npm run build` made, with the headers of the real server and the API of mock-api.mjs.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { extname, join, resolve } from 'node:path';
import { mockApi } from './mock-api.mjs';

const web = resolve(import.meta.dirname, '..');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

/** The policy as the server sends it, from its source: the preview must forbid what the server forbids. */
function contentSecurityPolicy() {
  const source = readFileSync(join(web, '../src/assets.cpp'), 'utf8');
  const literal = /kContentSecurityPolicy =\s*((?:"[^"\n]*"\s*)+);/.exec(source)[1];
  return [...literal.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join('');
}

function fileOf(path) {
  if (path === '/') return 'index.html';
  return extname(path) === '' ? `${path.slice(1)}.html` : path.slice(1);
}

/** Starts on `port` (0: any free one); answers the node server. */
export function startPreview(port = 0) {
  const api = mockApi();
  const policy = contentSecurityPolicy();
  const server = http.createServer((request, response) =>
    api(request, response, () => {
      const file = fileOf(new URL(request.url, 'http://localhost').pathname);
      try {
        let bytes = readFileSync(join(web, 'dist', file.replaceAll('..', '')));
        if (file === 'error.html') {
          const texts = { language: 'en', title: 'Unknown application', description: 'The link that brought you here names an application that this server does not know.', reference: '7f3a9c21d4' };
          bytes = bytes.toString().replace(/\{\{(\w+)\}\}/g, (_, name) => texts[name]);
        }
        response.writeHead(200, { 'content-type': types[extname(file)], 'content-security-policy': policy, 'cache-control': 'no-store' }).end(bytes);
      } catch {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      }
    }),
  );
  return new Promise((ready) => server.listen(port, '127.0.0.1', () => ready(server)));
}

if (import.meta.filename === process.argv[1]) {
  const server = await startPreview(Number(process.argv[2] ?? 4173));
  console.log(`http://localhost:${server.address().port}/login`);
}
