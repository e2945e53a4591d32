// node tools/embed.mjs DIST OUT: packs what Vite built into OUT/web_assets.bin and writes OUT/web_assets.cpp, the table
// that tells where in it each file begins. Text is kept thrice (as it is, gzip, brotli) when that saves something, so the
// server compresses nothing at run time.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [dist, out] = process.argv.slice(2);

const contentTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What the server fills and sends itself: no address leads there. */
const templates = ['error.html', 'sign-out.html', 'signed-out.html'];

/** /login.html answers at /login; templates have no address. */
function addressOf(file) {
  if (file === 'index.html') return '/';
  if (templates.includes(file)) return file;
  return `/${file.replace(/\.html$/, '')}`;
}

/** The smaller form, or nothing when it saves less than a tenth. */
const worth = (bytes, packed) => (packed.length < bytes.length * 0.9 ? packed : Buffer.alloc(0));

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  .map((entry) => relative(dist, join(entry.parentPath, entry.name)));

const chunks = [];
let offset = 0;
const place = (bytes) => {
  const at = `{${offset}, ${bytes.length}}`;
  chunks.push(bytes);
  offset += bytes.length;
  return at;
};

const rows = files
  .map((file) => ({ file, address: addressOf(file) }))
  .sort((a, b) => (a.address < b.address ? -1 : 1))
  .map(({ file, address }) => {
    const type = contentTypes[extname(file)];
    if (type === undefined) throw new Error(`embed: no content type known for ${file}`);
    const bytes = readFileSync(join(dist, file));
    const tag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    const gzip = worth(bytes, gzipSync(bytes, { level: 9 }));
    const brotli = worth(bytes, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    const immutable = file.startsWith('assets/');
    return `    {${JSON.stringify(address)}, ${JSON.stringify(type)}, "${tag}", ${immutable}, ${place(bytes)}, ${place(gzip)}, ${place(brotli)}},`;
  });

writeFileSync(join(out, 'web_assets.bin'), Buffer.concat(chunks));
writeFileSync(
  join(out, 'web_assets.cpp'),
  `// Written by web/tools/embed.mjs; sorted by address.
#include "assets_table.hpp"

namespace sigma::web {

std::span<const EmbeddedFile> embedded_files() {
  static constexpr EmbeddedFile kFiles[] = {
${rows.join('\n')}
  };
  return kFiles;
}

}  // namespace sigma::web
`,
);
