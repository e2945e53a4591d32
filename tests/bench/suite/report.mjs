// What people see: one table a store, one for the libraries. Everything else is in the JSON files.
import { limits, microTargets, scenarios } from './plan.mjs';

const number = (value, digits = 0) =>
  value === undefined || value === null
    ? ''
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Columns as wide as their widest cell: the first to the left, the others to the right. */
function table(header, rows) {
  const all = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  return [line(all[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...all.slice(1).map(line)].join('\n');
}

/** "✓ 8,000" when the figure reaches the target, "✗ 8,000" when not, nothing when there is no target. */
function verdict(value, { min, max }) {
  if (min !== undefined) return `${value >= min ? '✓' : '✗'} ≥ ${number(min)}`;
  if (max !== undefined) return `${value <= max ? '✓' : '✗'} ≤ ${number(max)}`;
  return '';
}

const columns = [
  ...['', 'per second', '', 'target', 'p50 µs', 'p99', 'p99.9', 'server µs', 'target', 'switches'],
  ...['allocations', 'db tx', 'fsyncs', 'db µs', 'driver µs', 'errors'],
];

export function printStore(settings, { store, start, idleMib, loadedMib, bare, results }) {
  const latency = (m) => [number(m.p50_us), number(m.p99_us), number(m.p999_us)];
  const rows = [];
  const line = (label, report, scenario = {}) => {
    const m = report.median;
    rows.push([
      label,
      number(m.per_second),
      `±${number(report.spread_percent / 2)} %`,
      verdict(m.per_second, { min: scenario.perSecond }),
      ...latency(m),
      number(m.server_cpu_us, 1),
      verdict(m.server_cpu_us, { max: scenario.cpu }),
      number(m.context_switches, 2),
      number(report.allocations),
      number(report.transactions, 2),
      number(report.syncs, 3),
      number(report.databaseCpu, 1),
      number(m.driver_cpu_us, 1),
      number(m.errors),
    ]);
  };
  if (bare?.median) line('bare Beast', bare);
  const notes = [];
  for (const result of results) {
    const scenario = scenarios.find((each) => each.label === result.label);
    if (result.failed) {
      notes.push(`${result.label}: ${result.failed}`);
      continue;
    }
    line(result.label, result, scenario);
    if (result.openLoop?.median) line(`  at ${number(result.openLoop.rate)}/s`, result.openLoop);
    if (scenario.bareRatio && bare?.median) {
      const ratio = result.median.per_second / bare.median.per_second;
      const cpu = bare.median.server_cpu_us / result.median.server_cpu_us;
      const both = `${ratio.toFixed(2)} of bare Beast by rate, ${cpu.toFixed(2)} by CPU`;
      notes.push(`${result.label}: ${both} (target ≥ ${scenario.bareRatio})`);
    }
    if (result.first_error) notes.push(`${result.label}: first error: ${result.first_error}`);
  }
  const { connections, repeat, seconds } = settings;
  console.log(`\n== ${store}: ${connections} connections, ${repeat} × ${seconds} s, medians`);
  if (rows.length > 0) console.log(table(columns, rows));
  console.log(
    `start to first 200: ${number(start.warm)} ms ${verdict(start.warm, { max: limits.startMs })}, ` +
      `with a fresh store ${number(start.fresh)} ms; ` +
      `memory idle ${number(idleMib, 1)} MiB ${verdict(idleMib, { max: limits.idleMib })}, ` +
      `after load ${number(loadedMib, 1)} MiB ${verdict(loadedMib, { max: limits.loadedMib })}`,
  );
  for (const note of notes) console.log(note);
}

/** @param benchmarks what Google Benchmark wrote */
export function printMicro(benchmarks) {
  const rows = benchmarks
    .filter((each) => each.aggregate_name === 'median')
    .map((each) => {
      const perSecond = 1e9 / each.cpu_time;
      const target = verdict(perSecond, { min: microTargets[each.run_name] });
      return [each.run_name, number(each.cpu_time / 1000, 2), number(perSecond), target];
    });
  console.log('\n== micro: one thread, medians of CPU time');
  console.log(table(['', 'µs', 'per second and core', 'target'], rows));
  const leaks = benchmarks.filter((each) => each.aggregate_name === 'median' && each.welch_t !== undefined);
  for (const { run_name: name, welch_t: t, difference_ns: difference } of leaks) {
    const told = Math.abs(t) < 4.5 || Math.abs(difference) < 1 ? 'nothing to be seen' : 'THE TIME TELLS SOMETHING';
    console.log(`${name}: ${difference.toFixed(2)} ns between two kinds of wrong input, t = ${t.toFixed(2)}: ${told}`);
  }
}
