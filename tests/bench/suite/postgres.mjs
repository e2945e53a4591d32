// What Postgres has counted so far, and the kernel for it.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

// A read outside a transaction block is a transaction too. Backends report once a second, so differences are a few
// percent off.
const query =
  'SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()), ' +
  "(SELECT wal_sync FROM pg_stat_wal), (SELECT string_agg(pid::text, ',') FROM pg_stat_activity)";

let ticksPerSecond;

/** CPU time of a process of this machine in µs, user and system; 0 when it is gone. */
function cpuOf(pid) {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
  } catch {
    return 0;
  }
}

/** {transactions, syncs, databaseCpu} of the database and cluster; undefined without a database. */
export async function postgresCounters(url) {
  if (!url) return undefined;
  const { stdout } = await promisify(execFile)('psql', ['-X', '-A', '-t', '-F', ' ', '-c', query, url]);
  const [transactions, syncs, pids] = stdout.trim().split(' ');
  const databaseCpu = pids.split(',').reduce((sum, pid) => sum + cpuOf(pid), 0);
  return { transactions: Number(transactions), syncs: Number(syncs), databaseCpu };
}
