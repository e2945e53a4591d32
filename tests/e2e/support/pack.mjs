// Makes one JavaScript module of several, TypeScript included, as a bundler of an application does.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const nameOf = (id) => `__${id.replaceAll(/\W/g, '_')}.ts`;

/** Packs `entry` with modules that are given as texts by their id; what they import comes from the tests' own packages. */
export async function pack(entry, texts, options = {}) {
  const virtual = {
    name: 'texts',
    resolveId: (id) => (id in texts ? path.join(folder, nameOf(id)) : undefined),
    load: (id) => texts[Object.keys(texts).find((name) => path.basename(id) === nameOf(name))],
  };
  const bundle = await rolldown({ input: entry, platform: 'node', logLevel: 'silent', plugins: [virtual], ...options });
  const { output } = await bundle.generate({ format: 'es' });
  return output[0].code;
}

/** The exports of a packed module. */
export const importCode = (code) => import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
