// What is measured, in order, and the targets beside it (docs/performance.md says where they come from).

export const redirectUri = 'https://app.example.com/auth/sigma/callback';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** Registrations by client id. `pubkey` is the member key of the clients that sign. */
export function clients(pubkey) {
  const common = {
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid profile email offline_access',
    skip_consent: true,
  };
  const open = { ...common, token_endpoint_auth_method: 'none' };
  const signed = { ...common, token_endpoint_auth_method: 'x_auth_token', member_pubkeys: [pubkey] };
  return [
    {
      ...common,
      client_id: 'secret',
      client_name: 'Client secret',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [...common.grant_types, 'client_credentials', deviceGrant],
      id_token_signed_response_alg: 'ES256',
    },
    { ...open, client_id: 'open-rs256', client_name: 'Public, RS256', id_token_signed_response_alg: 'RS256' },
    { ...open, client_id: 'open-es256', client_name: 'Public, ES256', id_token_signed_response_alg: 'ES256' },
    { ...signed, client_id: 'key-rs256', client_name: 'Member key, RS256', id_token_signed_response_alg: 'RS256' },
    { ...signed, client_id: 'key-es256', client_name: 'Member key, ES256', id_token_signed_response_alg: 'ES256' },
  ];
}

/** The fastest and the reference peer on this machine, per second, as recorded in design/performance.md. */
const peers = {
  flow: { betterAuth: 118, fastest: 824 },
  authorize: { betterAuth: 438, fastest: 2962 },
  refresh: { betterAuth: 297, fastest: 1807 },
  userinfo: { betterAuth: 600, fastest: 8170 },
  introspect: { betterAuth: 467, fastest: 7459 },
  'client-credentials': { betterAuth: 562, fastest: 8258 },
  'device-code': { betterAuth: 365, fastest: 2869 },
  discovery: { glewlwyd: 47_482 },
  jwks: { glewlwyd: 50_441 },
};

const atLeast = (name, betterAuth, fastest) =>
  Math.max(betterAuth * peers[name].betterAuth, fastest * peers[name].fastest);

/**
 * One line of the table each. `args` are sigma_load's; `perSecond` and `cpu` (µs of the server per operation, at most)
 * are targets; `openLoop` is the share of the closed loop's throughput at which latency is measured.
 */
const open = ['--client-id', 'open-es256'];
const secret = ['--client-id', 'secret'];
const signed = (alg, scheme) => ['flow', '--client-id', `key-${alg}`, '--scheme', scheme];

export const scenarios = [
  { name: 'discovery', args: ['discovery'], perSecond: 1.5 * peers.discovery.glewlwyd, bareRatio: 0.6 },
  { name: 'jwks', args: ['jwks'], perSecond: 1.5 * peers.jwks.glewlwyd, bareRatio: 0.6 },
  {
    name: 'userinfo',
    args: ['userinfo', ...open],
    perSecond: atLeast('userinfo', 60, 5),
    cpu: 25,
    openLoop: 0.5,
  },
  { name: 'introspect', args: ['introspect', ...secret], secret: true, perSecond: atLeast('introspect', 60, 5) },
  { name: 'authorize', args: ['authorize', ...open], perSecond: atLeast('authorize', 20, 3.5) },
  { name: 'refresh', args: ['refresh', ...open], perSecond: atLeast('refresh', 30, 5) },
  {
    name: 'client-credentials',
    args: ['client-credentials', ...secret],
    secret: true,
    perSecond: atLeast('client-credentials', 2, 2),
  },
  { name: 'device-code', args: ['device-code', ...secret], secret: true, perSecond: atLeast('device-code', 30, 5) },
  { name: 'sign-in', args: ['sign-in'] },
  {
    name: 'flow',
    label: 'flow ES256',
    args: ['flow', ...open],
    perSecond: atLeast('flow', 30, 4.5),
    cpu: 250,
    openLoop: 0.5,
  },
  {
    name: 'flow',
    label: 'flow RS256',
    args: ['flow', '--client-id', 'open-rs256'],
    perSecond: atLeast('flow', 30, 2.5),
    cpu: 550,
  },
  { name: 'flow', label: 'flow ES256, bsm', args: signed('es256', 'bsm'), signs: true },
  { name: 'flow', label: 'flow ES256, brc77', args: signed('es256', 'brc77'), signs: true },
  { name: 'flow', label: 'flow RS256, brc77', args: signed('rs256', 'brc77'), signs: true },
].map((scenario) => ({ label: scenario.name, ...scenario }));

export const limits = { idleMib: 25, loadedMib: 60, startMs: 100 };

/** Items per second on one core, by benchmark name of sigma_micro. */
export const microTargets = { 'verify_auth_token/bsm': 27_000, 'verify_auth_token/brc77': 9_500 };
