// npm oidc-provider, certified for all the plans: the yardstick for the runner itself.
import https from 'node:https';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { Http } from '../lib/http.mjs';

const person = {
  name: 'Alice Liddell',
  given_name: 'Alice',
  family_name: 'Liddell',
  middle_name: 'Pleasance',
  nickname: 'Al',
  preferred_username: 'alice',
  profile: 'https://alice.example/',
  picture: 'https://alice.example/picture.png',
  website: 'https://alice.example/',
  gender: 'female',
  birthdate: '1852-05-04',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  updated_at: 1_700_000_000,
  email: 'alice@alice.example',
  email_verified: true,
  address: { street_address: 'Deanery', locality: 'Oxford', country: 'UK' },
  phone_number: '+44 1865 000000',
  phone_number_verified: false,
};

const claims = {
  openid: ['sub'],
  profile: Object.keys(person).filter((name) => !/^(email|address|phone)/.test(name)),
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

/** A signing key as the provider wants it. */
export async function makeSigningKey() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: 'first', use: 'sig', alg: 'RS256' };
}

/** How it makes its own requests (back-channel logout): to this machine as well, with the run's authority. */
const localFetch = (http) => async (url, { method, headers, body }) => {
  const answer = await http.request(method, url, { headers: Object.fromEntries(headers), body: String(body) });
  return new Response(answer.text, { status: answer.status, headers: { 'content-type': answer.mediaType } });
};

export function makeProvider({ issuer, clients, signingKey, fetch }) {
  const provider = new Provider(issuer, {
    clients,
    claims,
    jwks: { keys: [signingKey] },
    scopes: ['openid', 'offline_access'],
    acrValues: ['0', '1'],
    cookies: { keys: [signingKey.n.slice(0, 32)], long: { sameSite: 'none' } },
    features: {
      devInteractions: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...person }) }),
    enableHttpPostMethods: true,
    pkce: { required: () => false },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 10, // short, so that a module can wait for the end of one
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
    fetch,
  });
  provider.proxy = true;
  return provider;
}

/** Starts it behind https; answers {issuer, signingKey, close}. */
export async function startOidcProvider({ clients, certificates }) {
  const server = https.createServer({ cert: certificates.cert, key: certificates.key });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `https://127.0.0.1:${server.address().port}`;
  const http = new Http({ ca: certificates.ca });
  const signingKey = await makeSigningKey();
  const provider = makeProvider({ issuer, clients: Object.values(clients), signingKey, fetch: localFetch(http) });
  server.on('request', provider.callback());
  const close = () => {
    http.close();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { issuer, close };
}
