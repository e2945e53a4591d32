// What the code and the pages refer to is there: sections of the contracts in docs/spec, records of decisions, files.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folders = ['libs', 'services', 'tests', 'docs', 'deploy', 'docker', 'migrations', 'cmake'];
const notOurs = new Set(['node_modules', 'dist', 'corpus', '.svelte-kit']);
const isText = /\.(cpp|hpp|cmake|mjs|ts|svelte|sql|sh|md|json|ya?ml)$/;

async function* filesIn(folder) {
  for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory() && !notOurs.has(entry.name)) yield* filesIn(file);
    else if (entry.isFile() && isText.test(entry.name) && !entry.name.startsWith('.')) yield file;
  }
}

async function texts() {
  const found = [];
  const above = (await readdir(root)).filter((name) => name.endsWith('.md'));
  for (const file of above) found.push([file, await readFile(path.join(root, file), 'utf8')]);
  for (const folder of folders) {
    for await (const file of filesIn(folder)) found.push([file, await readFile(path.join(root, file), 'utf8')]);
  }
  return found;
}

/** Numbers that may be cited: headings, items of a numbered list and rows of a numbered table below one. */
async function sectionsOf(name) {
  const text = await readFile(path.join(root, 'docs/spec', name), 'utf8');
  const sections = new Set();
  let chapter = '';
  for (const line of text.split('\n')) {
    const heading = /^#{2,3} (\d+[a-z]?(?:\.\d+)?)\.? /.exec(line);
    if (heading) sections.add((chapter = heading[1]));
    const item = /^(?:(\d+)\. |\| (\d+) \| )/.exec(line);
    if (item && chapter) sections.add(`${chapter}.${item[1] ?? item[2]}`);
  }
  return sections;
}

const contracts = {
  sigma: ['sigma-contract.md', await sectionsOf('sigma-contract.md')],
  tokenpass: ['tokenpass-contract.md', await sectionsOf('tokenpass-contract.md')],
  oidcc: ['oidcc-modules.md', await sectionsOf('oidcc-modules.md')],
};

const number = String.raw`§(\d+[a-z]?(?:\.\d+)?)`;
const citation = new RegExp(
  String.raw`(?:(tokenpass|oidcc|sigma)[ -])?(?:contract|modules)(?:\.md)?,? (?:introduction and )?` +
    String.raw`(${number}(?:(?:, | and | to |–)${number})*)`,
  'gi',
);

const all = await texts();

describe('citations', () => {
  test('every cited section of a contract is in docs/spec', () => {
    const missing = [];
    let seen = 0;
    for (const [file, text] of all) {
      for (const [words, whose, list] of text.matchAll(citation)) {
        const [name, sections] = contracts[(whose ?? 'sigma').toLowerCase()];
        for (const [, section] of list.matchAll(new RegExp(number, 'g'))) {
          seen += 1;
          if (!sections.has(section)) missing.push(`${file}: "${words}", but docs/spec/${name} has no §${section}`);
        }
      }
    }
    assert.deepEqual(missing, []);
    assert.ok(seen > 300, `${seen} citations were found`);
  });

  test('every link of a page leads to a file', () => {
    const missing = [];
    for (const [file, text] of all) {
      if (!file.endsWith('.md')) continue;
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|mailto:|#)/.test(target)) continue;
        const there = path.join(root, path.dirname(file), decodeURI(target.split('#')[0]));
        if (!existsSync(there)) missing.push(`${file}: ${target}`);
      }
    }
    assert.deepEqual(missing, []);
  });

  test('every decision is in the table of decisions, and every cited one exists', async () => {
    const names = (await readdir(path.join(root, 'docs/decisions'))).filter((name) => /^\d{4}-/.test(name)).sort();
    const index = await readFile(path.join(root, 'docs/decisions/README.md'), 'utf8');
    const listed = [...index.matchAll(/^\| \[\d{4}\]\((\d{4}-[\w-]+\.md)\)/gm)].map(([, name]) => name);
    assert.deepEqual(listed, names, 'docs/decisions/README.md lists the records in order');
    const numbers = new Set(names.map((name) => Number(name.slice(0, 4))));
    const missing = [];
    for (const [file, text] of all) {
      for (const [words, cited] of text.matchAll(/docs\/decisions\/(\d{4})|\bdecisions? (\d{4}|\d\d?)\b/g)) {
        const wanted = Number(cited ?? words.match(/\d+/)[0]);
        if (!numbers.has(wanted)) missing.push(`${file}: ${words}`);
      }
    }
    assert.deepEqual(missing, []);
  });
});
