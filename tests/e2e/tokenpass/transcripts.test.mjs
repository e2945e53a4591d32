// The recorded exchanges of the two shipped servers, replayed. Ours answers the same (more members are welcome, error
// texts are for people) except where the list below says otherwise, and why.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startTokenPass } from './support/server.mjs';
import { differences, exchangesOf, sealed } from './support/transcript.mjs';

const noWallet = { status: 417, body: { code: 1, success: false }, why: 'decision 11: without a wallet 417, with code 1' };
const textRoute = { why: 'unknown addresses answer with the error object, not with a page or nothing (contract 1)' };
const exists = { status: 500, body: { success: false }, why: 'decision 10: a second register leaves the wallet alone' };
const states = { why: 'one endpoint more than it had (contract 3)' };

const provider = { status: 200, why: 'TokenPass is a provider, with discovery at its root and a consent page (decision record 16)' };

const everywhere = {
  'sign-no-wallet': noWallet,
  'auth-no-wallet-nopw': noWallet,
  'auth-no-wallet-pw': noWallet,
  'login-no-wallet-plain': noWallet,
  'login-no-wallet-enc': noWallet,
  'sign-bad-encoding': { status: 400, why: 'decision 22: an unknown encoding is refused' },
  'sign-oldtoken-after-new': { status: 200, why: 'decision 23: several tokens of a host live side by side' },
  'decrypt-neither': { status: 400, why: 'the host form is accepted (3.10); this ciphertext is just not for the host' },
  'sign-aip': { status: 200, body: { aip: { algorithm: 'BITCOIN_ECDSA' } }, why: 'decision 16: the whole list as hex' },
  'profile-post-notoken': { status: 200, why: 'decision 9: a first-party caller needs no token' },
  'malformed-json': { status: 400, body: { success: false }, why: 'malformed JSON is the caller’s mistake (1)' },
  'route-state-get': { ...states, status: 401, body: { code: 2 } },
  'route-state-post': { ...states, status: 401, body: { code: 2 } },
  'route-state-delete': { ...states, status: 401, body: { code: 2 } },
  'route-fund': { ...states, status: 400 },
  'route-transfer': { ...states, status: 401, body: { code: 2 } },
  'route-import': { status: 403, body: { code: 7 }, why: 'password routes refuse foreign pages (1.3)' },
  'route-health': { ...states, status: 200 },
  'route-auth-get': { ...textRoute, status: 405, body: { success: false } },
  'route-status-post': { ...textRoute, status: 405, body: { success: false } },
  'route-ba-ok': { ...textRoute, status: 404, body: { success: false } },
  'route-ba-discovery': { ...textRoute, status: 404, body: { success: false } },
  'route-root-discovery': { ...provider, body: { issuer: /^http:\/\/localhost:\d+$/ } },
  'route-consent-page': provider,
  'route-icon': { status: 403, why: 'the security picture is for our own pages only (5)' },
  'route-legacy-sign': { status: 400, why: 'decision 21: the paths of 2023 answer again' },
  'get-status-origin': { status: 200, body: { seed: true, keys: [], states: [] }, why: '3.5: a page sees its own host only' },
};

const ofGeneration = {
  2: {
    'register-short-pw': { status: 400, why: '3.2: the rule about the password is told' },
    'register-again': exists,
    'decrypt-their': { status: 400, why: '3.10: what cannot be decrypted is the caller’s mistake' },
    'decrypt-their-2': { status: 400, why: '3.10' },
    'login-relogin': { status: 200, why: 'nothing was migrated, so the password still is what it was' },
    'sign-once-expired': { status: 401, body: { code: 5 }, why: 'the same: the wallet is open' },
    'sign-after-relogin': { status: 200, why: 'the same' },
    migrate: { status: 404, why: 'older wallets are taken over at login; there is nothing to migrate' },
    export: { status: 200, body: { success: true }, why: 'masked: no fixed value to compare with' },
    'options-sign': { status: 204, why: 'the same' },
  },
  3: {
    'login-wrong-plain': { status: 401, why: 'decision 1: plain bodies are accepted' },
    'register-missing-pw-plain': { status: 400, why: 'decision 12' },
    'register-short-pw-enc': { status: 400, why: '3.2: the rule about the password is told' },
    'register-plain': { status: 200, why: 'decision 1: plain bodies are accepted' },
    'register-enc': { ...exists, why: 'the plain one before has made the wallet already' },
    'register-again-enc': exists,
    'backups-create-fixed': {
      status: 200,
      body: { success: true, bapId: '3WumfJKFTvnNjn6xHiVGPwYPNfLh', currentPath: '~/.tokenpass/fixed.vault' },
      why: '11.1: our wallets lie in vaults of our own',
    },
    'backups-list': { status: 200, body: { currentPath: '~/.tokenpass/fixed.vault', isUnlocked: true }, why: '11.1' },
    settings: { status: 200, body: { currentBackupPath: '~/.tokenpass/fixed.vault' }, why: '11.1' },
    'profile-after-register': {
      status: 200,
      body: { host: 'global', bapID: '3WumfJKFTvnNjn6xHiVGPwYPNfLh' },
      why: 'the profile belongs to the wallet in use, not to an overwritten one',
    },
    'profile-get': { status: 200, body: { displayName: 'A2', customField: { x: 1 } }, why: 'decision 9: keys are kept' },
    'profile-locked': { status: 200, body: { displayName: 'A2' }, why: 'as above: another wallet, with its own id' },
    'auth-nopw-after-wrong-login': {
      status: 200,
      body: { bapId: '3WumfJKFTvnNjn6xHiVGPwYPNfLh' },
      why: '3.3: a failed login changes nothing',
    },
    'decrypt-their': { status: 200, body: { data: 'secret' }, why: 'decision 15: what was encrypted can be decrypted' },
    'decrypt-their-2': { status: 200, body: { data: 'secret' }, why: 'decision 15' },
    'export-plain': { status: 200, body: { mnemonic: /^abandon( \w+){11}$/ }, why: '3.6: words can be exported' },
    'export-enc': { status: 200, body: { mnemonic: /^abandon( \w+){11}$/ }, why: '3.6: words can be exported' },
    'route-ba-ok': { ...textRoute, status: 404 },
    'route-ba-discovery': { ...textRoute, status: 404 },
    'options-sign': { status: 204, why: 'a preflight has no body' },
  },
};

// Which of the tokens handed out so far the recording meant.
const tokenOf = { 'sign-oldtoken-after-new': 'auth-pw', 'profile-post': 'auth-write-profile', 'sign-once-expired': 'auth-once' };

for (const generation of [2, 3]) {
  test(`generation ${generation}`, { timeout: 300_000 }, async (t) => {
    const server = await startTokenPass(t, {
      env: { TOKENPASS_ALLOW_CLI: '1', TOKENPASS_ORIGIN_WHITELIST: 'https://example.com' },
    });
    const listed = { ...everywhere, ...ofGeneration[generation] };
    const tokens = {};
    let ciphertext;
    let onceExpires = 0;
    const exchanges = await exchangesOf(`http-gen${generation}-observed.json`);
    // Guessing blocks every password here (14), so the guesses come last.
    const guesses = exchanges.filter(({ name }) => name.startsWith('ratelimit-'));
    const rest = exchanges.filter((exchange) => !guesses.includes(exchange));
    for (const exchange of [...rest, ...guesses.slice(0, 5)]) {
      const { name, request } = exchange;
      if (name === 'sign-once-expired') await new Promise((done) => setTimeout(done, Math.max(0, onceExpires - Date.now() + 50)));
      const token = tokens[tokenOf[name]] ?? tokens['auth-nopw-expiry-array'] ?? tokens['auth-pw'] ?? 'none';
      const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, value.replace('<token>', token)]));
      let body = request.body?.ciphertext ? { ...request.body, ciphertext } : request.body;
      if (request.encrypted) body = await sealed(server, body);
      if (body !== undefined && typeof body !== 'string') body = JSON.stringify(body);
      const answer = await server.request(request.method, request.path, { headers, body });

      if (answer.json?.accessToken) tokens[name] = answer.json.accessToken;
      if (name === 'auth-once') onceExpires = answer.json.expireTime;
      if (name.startsWith('encrypt') && answer.json?.ciphertext) ciphertext = answer.json.ciphertext;
      await t.test(name, () => compare(exchange.response, answer, listed[name]));
    }
    await t.test('every difference in the list belongs to a recorded exchange', () => {
      const names = new Set(exchanges.map(({ name }) => name));
      const unknown = Object.keys(ofGeneration[generation]).filter((name) => !names.has(name));
      assert.deepEqual(unknown, []);
    });
  });
}

function compare(observed, answer, difference) {
  if (difference) {
    assert.equal(answer.status, difference.status, `${answer.describe()}\nbecause ${difference.why}`);
    for (const [key, value] of Object.entries(difference.body ?? {})) {
      if (value instanceof RegExp) assert.match(answer.json[key], value);
      else assert.deepEqual(differences(value, answer.json[key]), [], answer.describe());
    }
    return;
  }
  if (observed.body === '<html page>') {
    assert.equal(answer.status, observed.status, answer.describe());
    assert.match(answer.headers['content-type'] ?? '', /text\/html/);
    return;
  }
  assert.equal(answer.status, observed.status, answer.describe());
  if (observed.body === '' || observed.body === null) return;
  assert.deepEqual(differences(comparable(observed.body), comparable(answer.json ?? answer.text)), [], answer.describe());
  if (answer.status >= 400) assert.ok(answer.json.error, 'an error says why');
}

/** Without error texts, and lists of hosts in one order. */
function comparable(body) {
  if (body === null || typeof body !== 'object') return body;
  const { error: _, ...rest } = body;
  for (const list of ['keys', 'states']) {
    if (Array.isArray(rest[list])) rest[list] = [...rest[list]].sort((a, b) => (a.host < b.host ? -1 : 1));
  }
  return rest;
}
