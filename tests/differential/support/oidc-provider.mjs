// npm oidc-provider, in this process, set up as near to ours as its configuration goes.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import Provider, { interactionPolicy } from 'oidc-provider';
import { CookieJar } from '../../e2e/support/http.mjs';
import { newSigner } from '../../e2e/support/jws.mjs';
import { newPkce } from '../../e2e/support/oauth.mjs';
import { clients, personal } from './clients.mjs';
import { Side } from './side.mjs';

const signingKeys = ['RS256', 'ES256'].map((alg) => {
  const { privateKey, kid } = newSigner(alg);
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
});

/** A native client's sign-in may be silent, as ours is: without this one it always shows a page. */
function policy() {
  const prompts = interactionPolicy.base();
  prompts.get('consent').checks.remove('native_client_prompt');
  return prompts;
}

function configuration(secrets) {
  return {
    clients: clients.map((client) => ({
      ...client,
      ...(secrets[client.client_id] && { client_secret: secrets[client.client_id] }),
    })),
    scopes: [...personal.split(' '), 'reports'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    jwks: { keys: signingKeys },
    cookies: { keys: [randomBytes(24).toString('hex')], long: { sameSite: 'none' } },
    enableHttpPostMethods: true,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Somebody' }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}`, policy: policy() },
    pkce: { required: (_, client) => client.clientAuthMethod === 'none' },
    clientBasedCORS: () => true,
    rotateRefreshToken: true,
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    async loadExistingGrant({ oidc }) {
      if (oidc.client.clientId === 'asking') return undefined;
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(personal);
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_, client, token) => client.clientAuthMethod !== 'none' && token.clientId === client.clientId,
      },
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 300,
      IdToken: 3600,
      RefreshToken: 86_400,
      DeviceCode: 900,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 600,
      ClientCredentials: 3600,
    },
  };
}

/** Starts it with the same clients and secrets, and signs somebody in. */
export async function startOidcProvider(secrets) {
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(base, configuration(secrets));
  const handle = provider.callback();
  server.on('request', (request, response) => {
    // The one page there is: whoever comes with this header has typed the right password.
    const accountId = request.headers['x-login'];
    if (!request.url.startsWith('/interaction/')) return handle(request, response);
    if (!accountId) return response.writeHead(200, { 'content-type': 'text/html' }).end('who are you?');
    return provider.interactionFinished(request, response, { login: { accountId } });
  });
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  const side = new Side({ name: 'oidc-provider', base, issuer: base, secrets, stop, newBrowser: () => signIn(side) });
  await side.discover();
  side.jar = await side.newBrowser();
  return side;
}

/** A browser that has signed in, which begins with some authorization request. */
async function signIn(side) {
  const jar = new CookieJar();
  const { challenge } = newPkce();
  let answer = jar.absorb(await side.authorize({ code_challenge: challenge }, { jar }));
  while (answer.location && new URL(answer.location, side.base).origin === side.base) {
    const path = answer.location.replace(side.base, '');
    answer = jar.absorb(await side.request('GET', path, { headers: { cookie: jar.header(), 'x-login': 'somebody' } }));
  }
  if (!/[?&]code=/.test(answer.location ?? '')) throw new Error(`oidc-provider: no sign-in: ${answer.describe()}`);
  return jar;
}
