// The reference provider: better-auth with the npm package's own sigmaProvider and oauthProvider, on Postgres, in this
// process. It shows how the wire looks; how safe it is, it does not (docs/reference/security-cases.md).
import http from 'node:http';
import { oauthProvider } from '@better-auth/oauth-provider';
import { sigmaProvider } from '@sigma-auth/better-auth-plugin/provider';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db';
import { toNodeHandler } from 'better-auth/node';
import { bearer, deviceAuthorization, jwt, organization } from 'better-auth/plugins';
import pg from 'pg';
import { createDatabase, dropDatabase } from '../../e2e/support/postgres.mjs';

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

function options(base, pool) {
  return {
    baseURL: base,
    secret: 'a secret of the comparison, of no use to anybody',
    database: pool,
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    disabledPaths: ['/token'],
    plugins: [
      jwt(),
      bearer(),
      organization(),
      deviceAuthorization({ verificationUri: '/device' }),
      sigmaProvider({ enableSubscription: true }),
      oauthProvider({
        loginPage: '/login',
        consentPage: '/consent',
        silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
      }),
    ],
  };
}

/** The reference registers Sigma's clients by hand, as the cloud does. */
async function addClient(pool, { client_id, client_name, redirect_uris, scope, skip_consent, member_pubkey }) {
  await pool.query(
    `INSERT INTO "oauthClient" (id, "clientId", name, "redirectUris", "memberPubkey", "ownerBapId", public, "skipConsent",
       scopes, "grantTypes", "responseTypes", "tokenEndpointAuthMethod")
     VALUES ($1, $1, $2, $3, $4, 'none', true, $5, $6, $7, $8, 'none')`,
    [
      client_id,
      client_name,
      JSON.stringify(redirect_uris),
      member_pubkey ?? null,
      skip_consent,
      JSON.stringify(scope.split(' ')),
      JSON.stringify(['authorization_code', 'refresh_token']),
      JSON.stringify(['code']),
    ],
  );
}

/** What it throws at bad input it also prints; here that is expected and no news (see explained.json, status 500). */
function withoutItsComplaints(server) {
  const { error } = console;
  console.error = (...words) => {
    if (!String(words[0]).startsWith('# SERVER_ERROR')) error(...words);
  };
  server.on('close', () => {
    console.error = error;
  });
}

/** Starts it with `clients`; answers {base, url of its database, stop}. */
export async function startOracle(clients) {
  const url = await createDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => {}); // its connections end with its database
  const server = http.createServer();
  withoutItsComplaints(server);
  await listen(server);
  const base = `http://127.0.0.1:${server.address().port}`;
  const configured = options(base, pool);
  const { runMigrations } = await getMigrations(configured);
  await runMigrations();
  await pool.query('ALTER TABLE "user" ALTER COLUMN email DROP NOT NULL'); // people who sign in with a key have none
  for (const client of clients) await addClient(pool, client);
  server.on('request', toNodeHandler(betterAuth(configured)));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await pool.end();
    await dropDatabase(url);
  };
  return { base, url, stop };
}
