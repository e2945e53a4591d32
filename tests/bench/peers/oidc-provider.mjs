// npm's oidc-provider on Postgres, under our paths, so that the same driver can ask it.
//   node oidc-provider.mjs PORT DATABASE_URL CLIENTS_FILE
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import pg from 'pg';

const [port, databaseUrl, clientsFile] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

await pool.query(`CREATE TABLE IF NOT EXISTS peer_models (
  model text NOT NULL, id text NOT NULL, payload jsonb NOT NULL, grant_id text, uid text, user_code text,
  expires_at timestamptz, consumed_at timestamptz, PRIMARY KEY (model, id));
  CREATE INDEX IF NOT EXISTS peer_models_grant ON peer_models (grant_id);
  CREATE INDEX IF NOT EXISTS peer_models_uid ON peer_models (uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS peer_models_user_code ON peer_models (user_code) WHERE user_code IS NOT NULL`);

/** One table for all models, as the provider's example for databases does it. */
class Adapter {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload, expiresIn) {
    await pool.query({
      name: 'upsert',
      text: `INSERT INTO peer_models (model, id, payload, grant_id, uid, user_code, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second')
        ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`,
      values: [this.model, id, payload, payload.grantId, payload.uid, payload.userCode, expiresIn],
    });
  }

  async #find(name, column, value) {
    const { rows } = await pool.query({
      name,
      text: `SELECT payload, consumed_at FROM peer_models WHERE model = $1 AND ${column} = $2 AND expires_at > now()`,
      values: [this.model, value],
    });
    return rows[0] && { ...rows[0].payload, ...(rows[0].consumed_at ? { consumed: true } : undefined) };
  }

  find(id) {
    return this.#find('find', 'id', id);
  }

  findByUid(uid) {
    return this.#find('find-uid', 'uid', uid);
  }

  findByUserCode(userCode) {
    return this.#find('find-user-code', 'user_code', userCode);
  }

  async consume(id) {
    await pool.query({
      name: 'consume',
      text: 'UPDATE peer_models SET consumed_at = now() WHERE model = $1 AND id = $2',
      values: [this.model, id],
    });
  }

  async destroy(id) {
    await pool.query({
      name: 'destroy',
      text: 'DELETE FROM peer_models WHERE model = $1 AND id = $2',
      values: [this.model, id],
    });
  }

  async revokeByGrantId(grantId) {
    await pool.query({ name: 'revoke', text: 'DELETE FROM peer_models WHERE grant_id = $1', values: [grantId] });
  }
}

async function makeKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: alg, use: 'sig', alg };
}

const base = `http://127.0.0.1:${port}`;
const provider = new Provider(base, {
  adapter: Adapter,
  clients: JSON.parse(readFileSync(clientsFile, 'utf8')),
  jwks: { keys: [await makeKey('ES256'), await makeKey('RS256')] },
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  routes: {
    authorization: '/api/auth/oauth2/authorize',
    token: '/api/auth/oauth2/token',
    userinfo: '/api/auth/oauth2/userinfo',
    introspection: '/api/auth/oauth2/introspect',
    jwks: '/api/auth/jwks',
    device_authorization: '/api/auth/device/code',
  },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
  },
  ttl: { AccessToken: 3600, AuthorizationCode: 300, IdToken: 3600, RefreshToken: 2_592_000, Session: 604_800, Grant: 2_592_000, ClientCredentials: 3600, DeviceCode: 900 },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'A person' }) }),
  // As skip_consent does with ours: everybody has agreed to everything.
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    const known = session.grantIdFor(client.clientId);
    if (known) return provider.Grant.find(known);
    const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
    grant.addOIDCScope('openid profile email offline_access');
    await grant.save(2_592_000);
    return grant;
  },
  rotateRefreshToken: true,
  issueRefreshToken: (_ctx, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
});
provider.proxy = true;

/** A new person with a session, as the driver's sign-in expects it. */
async function signIn(response) {
  const session = new provider.Session();
  session.loginAccount({ accountId: randomUUID() });
  await session.save(604_800);
  response.setHeader('Set-Cookie', `${provider.cookieName('session')}=${session.id}; Path=/; HttpOnly`);
  response.setHeader('Content-Type', 'application/json');
  response.end('{}');
}

const answer = provider.callback();
http
  .createServer((request, response) => {
    if (request.url === '/api/auth/sign-in/sigma') {
      request.resume();
      signIn(response).catch((error) => response.writeHead(500).end(String(error)));
    } else {
      answer(request, response);
    }
  })
  .listen(Number(port), '127.0.0.1');
