// npm oidc-provider, certified for all the plans: the yardstick for the runner itself.
import https from 'node:https';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { metadataOf } from '../lib/clients.mjs';
import { Http } from '../lib/http.mjs';
import { randomText } from '../lib/relying-party.mjs';

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
export async function makeSigningKey(alg = 'RS256') {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: alg, use: 'sig', alg };
}

const isFapi = (client) => client?.tokenEndpointAuthMethod === 'private_key_jwt';
/** How long codes of FAPI clients live: short, so that a module can wait for the end of one. */
export const fapiCodeLifetimeSeconds = 10;

/** How it makes its own requests (back-channel logout): to this machine as well, with the run's authority. */
const localFetch =
  (http) =>
  async (url, { method, headers, body }) => {
    const answer = await http.request(method, url, { headers: Object.fromEntries(headers), body: String(body) });
    return new Response(answer.text, { status: answer.status, headers: { 'content-type': answer.mediaType } });
  };

export function makeProvider({ issuer, clients, signingKeys, fetch }) {
  const provider = new Provider(issuer, {
    clients: clients.map(metadataOf),
    claims,
    jwks: { keys: signingKeys },
    scopes: ['openid', 'offline_access'],
    acrValues: ['0', '1'],
    cookies: { keys: [randomText()], long: { sameSite: 'none' } },
    features: {
      devInteractions: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      fapi: { enabled: true, profile: (_, client) => (isFapi(client) ? '2.0' : undefined) },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...person }) }),
    enableHttpPostMethods: true,
    pkce: { required: (_, client) => isFapi(client) },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: (_, __, client) => (isFapi(client) ? fapiCodeLifetimeSeconds : 60),
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
  const signingKeys = [await makeSigningKey(), await makeSigningKey('ES256')];
  const provider = makeProvider({ issuer, clients: Object.values(clients), signingKeys, fetch: localFetch(http) });
  server.on('request', provider.callback());
  const close = () => {
    http.close();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { issuer, close };
}
