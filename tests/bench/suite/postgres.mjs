// What Postgres has counted so far.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

// A read outside a transaction block is a transaction too. Backends report once a second, so differences are a few
// percent off.
const query =
  'SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()), (SELECT wal_sync FROM pg_stat_wal)';

/** {transactions, syncs} of the database and cluster; undefined without a database. */
export async function postgresCounters(url) {
  if (!url) return undefined;
  const { stdout } = await promisify(execFile)('psql', ['-X', '-A', '-t', '-F', ' ', '-c', query, url]);
  const [transactions, syncs] = stdout.trim().split(' ').map(Number);
  return { transactions, syncs };
}
