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
