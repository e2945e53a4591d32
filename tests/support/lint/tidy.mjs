// clang-tidy over what was changed, or over everything: `node tidy.mjs [all | FILE…]`. Needs build/release.
//
// Most of the time of a run goes into the headers of Boost, JSON and the standard library, which every file brings along.
// So files of one library that are compiled with the same flags are looked at together, in batches that include them one
// after the other: files that have no name of their own in common, as far as a glance tells; where a batch does not
// compile all the same, it is halved. What was found clean is remembered in build/lint by the content of all files that
// went into it, and is not looked at again.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const build = path.join(root, 'build/release');
const kept = path.join(root, 'build/lint');
const tidy = 'clang-tidy-19';
const batchSize = 10;

const command = (program, args) => execFileSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
const hash = (...parts) => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(String(part)).update('\0');
  return sum.digest('hex');
};

/** Every file of libs and services with how it is compiled: {file, flags}. */
function units() {
  return JSON.parse(readFileSync(path.join(build, 'compile_commands.json'), 'utf8'))
    .filter(({ file }) => /^(libs|services)\/.*\.cpp$/.test(path.relative(root, file)))
    .map(({ file, command: line }) => {
      // Of shadows in a batch of files, only the compiler's word counts, which sees them alone.
      // Without the compiler, its launcher, the names of the files, and the precompiled header, which is another
      // compiler's word for the same text.
      const words = line.split(/ +/).filter((word) => word !== '').map((word) => word.replaceAll('\\"', '"')); // no shell sees them
      const flags = words.slice(words.findIndex((word) => /clang\+\+/.test(word)) + 1);
      for (const [name, count] of [['-o', 2], ['-c', 2]]) flags.splice(flags.indexOf(name), count);
      return { file: path.relative(root, file), flags: [...flags, '-Wno-shadow'].join(' ') };
    });
}

/** The files of this repository that each file includes, as ninja knows them from the last build. */
function dependencies() {
  const all = new Map();
  let current;
  for (const line of command('ninja', ['-C', build, '-t', 'deps']).split('\n')) {
    const target = /^(\S+): #deps/.exec(line);
    if (target) {
      current = [];
      continue;
    }
    const file = path.relative(root, path.resolve(build, line.trim()));
    if (!line.startsWith(' ') || file.startsWith('..') || file.startsWith('build/')) continue;
    current.push(file);
    if (current.length === 1) all.set(file, current);
  }
  return all;
}

/** What differs from the main branch: files as they are in the working tree. */
function changedFiles() {
  const bases = [['merge-base', 'HEAD', 'origin/main'], ['rev-parse', 'HEAD~1'], ['rev-parse', 'HEAD']];
  const base = bases.map((args) => {
    try {
      return command('git', args).trim();
    } catch {
      return '';
    }
  }).find(Boolean);
  return command('git', ['diff', '--name-only', '--diff-filter=d', base]).split('\n').filter(Boolean);
}

/** Of `all`: the changed ones, and for each changed header one that includes it. */
function touched(all, includes, changed) {
  const chosen = new Set(all.filter(({ file }) => changed.includes(file)));
  for (const header of changed.filter((file) => file.endsWith('.hpp'))) {
    const users = all.filter(({ file }) => includes.get(file)?.includes(header));
    const own = users.find(({ file }) => path.basename(file, '.cpp') === path.basename(header, '.hpp'));
    if (users.length && !users.some((unit) => chosen.has(unit))) chosen.add(own ?? users[0]);
  }
  return [...chosen];
}

/** What a file calls its own: functions, constants and types in unnamed namespaces. */
function ownNames(file) {
  const own = readFileSync(path.join(root, file), 'utf8').matchAll(/^namespace \{$(.*?)^\}  \/\/ namespace$/gms);
  return new Set([...own].flatMap(([, text]) => [...text.matchAll(/^(?! |\/\/|using |namespace ).*?\b(\w+) ?(?:\(|=|\{|;|\[)/gm)].map(([, name]) => name)));
}

/** Batches of files that are compiled alike and do not get into each other's way. */
function batches(chosen) {
  const made = [];
  for (const unit of chosen) {
    const names = ownNames(unit.file);
    const kind = `${unit.file.split('/').slice(0, 2).join('/')} ${unit.flags}`;
    const fits = made.find((one) => one.kind === kind && one.units.length < batchSize && [...names].every((name) => !one.names.has(name)));
    if (fits) fits.units.push(unit);
    else made.push({ kind, units: [unit], names: new Set() });
    for (const name of names) (fits ?? made.at(-1)).names.add(name);
  }
  return made.map(({ units }) => units);
}

/** Looks at a batch; answers what clang-tidy has to say, '' when nothing. */
async function look(batch) {
  const name = hash(...batch.map(({ file }) => file)).slice(0, 16);
  const together = path.join(kept, `${name}.cpp`);
  writeFileSync(together, batch.map(({ file }) => `#include "${path.join(root, file)}"  // NOLINT(bugprone-suspicious-include)\n`).join(''));
  const flags = batch[0].flags.split(' ');
  const { failed, said } = await new Promise((resolve) => {
    execFile(tidy, ['--quiet', `--config-file=${path.join(root, '.clang-tidy')}`, together, '--', ...flags], { cwd: build, maxBuffer: 2 ** 28 }, (error, out, err) =>
      resolve({ failed: Boolean(error), said: out + (error && !out ? err : '') }));
  });
  if (!failed) return '';
  if (!/clang-diagnostic-error/.test(said) || batch.length === 1) return said;
  const middle = batch.length >> 1;
  return (await look(batch.slice(0, middle))) + (await look(batch.slice(middle)));
}

mkdirSync(kept, { recursive: true });
const wanted = process.argv.slice(2);
const all = units();
const includes = dependencies();
const chosen = wanted[0] === 'all' ? all
  : wanted.length ? all.filter(({ file }) => wanted.some((one) => file.startsWith(path.relative(root, path.resolve(one)))))
  : touched(all, includes, changedFiles());

const rules = hash(command(tidy, ['--version']), readFileSync(path.join(root, '.clang-tidy')), readFileSync(path.join(root, 'cmake/pch.hpp')));
const contents = new Map();
const contentOf = (file) => {
  if (!contents.has(file)) contents.set(file, existsSync(path.join(root, file)) ? hash(readFileSync(path.join(root, file))) : '');
  return contents.get(file);
};
const stampOf = ({ file, flags }) => path.join(kept, hash(rules, flags, ...(includes.get(file) ?? [file]).map(contentOf)));
const open = chosen.filter((unit) => !existsSync(stampOf(unit)));
console.error(`clang-tidy: ${open.length} files to look at, ${chosen.length - open.length} known to be clean`);

const waiting = batches(open);
let bad = false;
async function work() {
  for (let batch; (batch = waiting.shift()); ) {
    const said = await look(batch);
    if (said) {
      bad = true;
      console.log(said);
    } else {
      for (const unit of batch) writeFileSync(stampOf(unit), '');
    }
    console.error(`clang-tidy: ${batch[0].file}${batch.length > 1 ? ` and ${batch.length - 1} more` : ''}: ${said ? 'see above' : 'clean'}`);
  }
}
await Promise.all(Array.from({ length: Number(process.env.SIGMA_LINT_JOBS ?? availableParallelism()) }, work));
process.exit(bad ? 1 : 0);
