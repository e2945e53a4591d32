// better-auth with its OAuth provider on Postgres; its paths are ours already.
//   node better-auth.mjs PORT DATABASE_URL CLIENTS_FILE
// Prints, as one line of JSON, the clients as it has registered them: it chooses ids and secrets itself.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { deviceAuthorization, jwt } from 'better-auth/plugins';
import pg from 'pg';

const [port, databaseUrl, clientsFile] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`;
const auth = betterAuth({
  baseURL: base,
  secret: randomUUID() + randomUUID(),
  database: new pg.Pool({ connectionString: databaseUrl, max: 10 }),
  emailAndPassword: { enabled: true, password: { hash: async (password) => password, verify: async () => true } },
  rateLimit: { enabled: false },
  disabledPaths: ['/token'],
  telemetry: { enabled: false },
  plugins: [
    deviceAuthorization({ validateClient: () => true }),
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } }),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      clientPrivileges: () => true,
      scopes: ['openid', 'profile', 'email', 'offline_access', 'api'],
      rateLimit: { token: false, authorize: false, introspect: false, userinfo: false },
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

/** The headers of a new person's session. */
async function newSession() {
  const body = { name: 'A person', email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
  const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
  return headers.getSetCookie().find((cookie) => cookie.includes('session_token'));
}

const owner = new Headers({ cookie: (await newSession()).split(';')[0] });
const registered = {};
for (const client of JSON.parse(readFileSync(clientsFile, 'utf8'))) {
  const { client_id: name, id_token_signed_response_alg: _, ...body } = client;
  if (body.grant_types.includes('client_credentials')) body.client_credentials_scopes = ['api'];
  const made = await auth.api.adminCreateOAuthClient({ body, headers: owner });
  registered[name] = { id: made.client_id, secret: made.client_secret };
}
console.log(JSON.stringify(registered));

/** A new person with a session, as the driver's sign-in expects it. */
async function signIn(response) {
  response.setHeader('Set-Cookie', await newSession());
  response.setHeader('Content-Type', 'application/json');
  response.end('{}');
}

const answer = toNodeHandler(auth);
http
  .createServer((request, response) => {
    if (request.url === '/api/auth/sign-in/sigma') {
      request.resume();
      signIn(response).catch((error) => response.writeHead(500).end(String(error)));
    } else if (request.url === '/.well-known/openid-configuration') {
      request.url = '/api/auth/.well-known/openid-configuration';
      answer(request, response);
    } else {
      answer(request, response);
    }
  })
  .listen(Number(port), '127.0.0.1');
