// Databases for the tests: one per server, created in the cluster that SIGMA_TEST_POSTGRES_URL names and dropped after.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** The administrator's URL. Missing is a failure: a suite that silently skips a store proves nothing. */
export function adminUrl() {
  const url = process.env.SIGMA_TEST_POSTGRES_URL;
  if (!url) {
    throw new Error('SIGMA_TEST_POSTGRES_URL is not set: run ./dev test, or tests/support/postgres/run.sh COMMAND');
  }
  return url;
}

async function asAdmin(work) {
  const client = new pg.Client({ connectionString: adminUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates an empty database and returns its URL. */
export async function createDatabase() {
  const name = `sigma_e2e_${randomBytes(6).toString('hex')}`;
  await asAdmin((client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.toString();
}

export async function dropDatabase(url) {
  const name = new URL(url).pathname.slice(1);
  await asAdmin((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** Runs one statement in the database of `url`, past the server that uses it. */
export async function inDatabase(url, text, values) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** Makes all sign-ins of a person that much older. */
export async function ageSessions(url, userId, hours) {
  const { rowCount } = await inDatabase(url, 'UPDATE sessions SET auth_time = auth_time - $2::bigint WHERE user_id = $1', [userId, hours * 3_600_000]);
  if (rowCount === 0) throw new Error(`no session of ${userId}`);
}

/** False cuts every connection to the database of `url` and lets nobody in; true lets them in again. */
export async function setConnectable(url, connectable) {
  const name = new URL(url).pathname.slice(1);
  await asAdmin(async (client) => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${connectable}`);
    if (!connectable)
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  });
}
