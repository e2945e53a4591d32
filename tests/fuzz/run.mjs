// run.mjs TARGET[,TARGET…]|all SECONDS: libFuzzer, one target to a core, each for so many seconds of CPU time, which other
// work on the machine does not shorten. What was found stays in build/fuzz/corpus, crashes in build/fuzz/crash-*; the sums
// of all runs are in build/fuzz/figures.json and, as a table, at the end of the output.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const folder = 'build/fuzz';
const figuresFile = `${folder}/figures.json`;
const kTicksPerSecond = 100; // USER_HZ, in which Linux tells times to programs
const kInterrupted = 72; // libFuzzer's code after SIGINT: it ended its figures in order

const known = readdirSync('tests/fuzz/corpus');
const [wanted = 'all', seconds = '60'] = process.argv.slice(2);
const queue = wanted === 'all' ? [...known] : wanted.split(',');
for (const target of queue) {
  if (!known.includes(target)) throw new Error(`There is no target ${target}; there are ${known.join(', ')}.`);
}
if (!(Number(seconds) > 0)) throw new Error(`SECONDS must be a number above 0, not ${seconds}.`);

/** Sums of all runs. Another run may be adding to them at the same time. */
function figuresSoFar() {
  try {
    return JSON.parse(readFileSync(figuresFile, 'utf8'));
  } catch {
    return {}; // the first run
  }
}

function cpuSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / kTicksPerSecond;
  } catch {
    return 0; // ended between two looks
  }
}

let stopping = false;
const running = new Map();

function fuzz(target) {
  const own = `${folder}/corpus/${target}`;
  const log = `${folder}/${target}.log`;
  mkdirSync(own, { recursive: true });
  const output = openSync(log, 'w');
  const options = ['-timeout=10', '-rss_limit_mb=2048', '-print_final_stats=1', `-artifact_prefix=${folder}/crash-${target}-`];
  const child = spawn(`${folder}/bin/fuzz`, [...options, own, `tests/fuzz/corpus/${target}`], {
    env: { ...process.env, SIGMA_FUZZ_TARGET: target },
    stdio: ['ignore', output, output],
  });
  running.set(target, child);
  let used = 0;
  const watch = setInterval(() => {
    used = Math.max(used, cpuSeconds(child.pid));
    if (used >= Number(seconds)) child.kill('SIGINT');
  }, 500);
  return new Promise((done) => {
    child.once('exit', (code) => {
      clearInterval(watch);
      running.delete(target);
      const text = readFileSync(log, 'utf8');
      const executions = Number(/stat::number_of_executed_units:\s*(\d+)/.exec(text)?.[1] ?? 0);
      const covered = Number([...text.matchAll(/ cov: (\d+)/g)].at(-1)?.[1] ?? 0);
      const figures = figuresSoFar();
      const before = figures[target] ?? { seconds: 0, executions: 0 };
      figures[target] = { seconds: before.seconds + used, executions: before.executions + executions, covered };
      writeFileSync(figuresFile, JSON.stringify(figures, null, 1));
      const clean = code === 0 || code === kInterrupted;
      if (!clean) console.error(text.split('\n').slice(-60).join('\n'));
      console.log(`${target}: ${used.toFixed(0)} s, ${executions} executions, ${clean ? 'clean' : `FAILED; see ${log}`}`);
      done(clean ? [] : [target]);
    });
  });
}

async function worker() {
  const failed = [];
  while (queue.length > 0 && !stopping) failed.push(...(await fuzz(queue.shift())));
  return failed;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopping = true;
    for (const child of running.values()) child.kill('SIGINT');
  });
}

const failed = (await Promise.all(Array.from({ length: availableParallelism() }, worker))).flat();
console.log('\n| Target | CPU minutes | Executions | Edges |\n| --- | ---: | ---: | ---: |');
const figures = figuresSoFar();
for (const target of known.filter((name) => figures[name])) {
  const { seconds: spent, executions, covered } = figures[target];
  console.log(`| ${target} | ${(spent / 60).toFixed(1)} | ${executions.toLocaleString('en')} | ${covered} |`);
}
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 || stopping ? 1 : 0;
