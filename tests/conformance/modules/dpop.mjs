// FAPI 2.0 security profile: DPoP proofs that must not be taken at the userinfo endpoint (RFC 9449 §4.3).
import { exportJWK } from 'jose';
import { newProofKey } from '../lib/secure-party.mjs';
import { prefix, secureParty } from './fapi2.mjs';

const now = () => Math.floor(Date.now() / 1000);
const otherCase = (url) => String(url).replace(/^https?:\/\/[^/]+/i, (origin) => origin.toUpperCase());

/**
 * [what is wrong, how the proof is made]. `make(given)` answers options for SecureParty.proof, or {value} with the
 * header itself; given: {app, url, accessToken}.
 */
const bad = [
  ['no proof', () => ({ value: null })],
  ['two proofs', async ({ proof }) => ({ value: [await proof(), await proof()] })],
  ['no JWT', () => ({ value: 'proof' })],
  ['typ missing', () => ({ header: { typ: undefined } })],
  ['alg missing', () => ({ header: { alg: undefined } })],
  ['jwk missing', () => ({ header: { jwk: undefined } })],
  ['jti missing', () => ({ claims: { jti: undefined } })],
  ['htm missing', () => ({ claims: { htm: undefined } })],
  ['htu missing', () => ({ claims: { htu: undefined } })],
  ['iat missing', () => ({ claims: { iat: undefined } })],
  ['ath missing', () => ({ claims: { ath: undefined } })],
  ['another typ', () => ({ header: { typ: 'JWT' } })],
  ['alg none', () => ({ header: { alg: 'none' } })],
  ['alg HS256', () => ({ header: { alg: 'HS256' } })],
  ['a bad signature', async () => ({ signWith: (await newProofKey()).privateKey })],
  [
    'the private key inside',
    async () => {
      const key = await newProofKey();
      return { key, header: { jwk: { ...key.publicJwk, ...(await exportJWK(key.privateKey)) } } };
    },
  ],
  ['another method', () => ({ claims: { htm: 'POST' } })],
  ['another address', ({ url }) => ({ claims: { htu: `${url}x` } })],
  ['another host', () => ({ claims: { htu: 'https://other.example/' } })],
  ['iat an hour ago', () => ({ claims: { iat: now() - 3600 } })],
  ['iat in an hour', () => ({ claims: { iat: now() + 3600 } })],
  ['ath of another token', () => ({ accessToken: 'another' })],
  ['another key', async () => ({ key: await newProofKey() })],
];

const good = [
  ['iat 10 s ago', () => ({ claims: { iat: now() - 10 } })],
  ['iat in 10 s', () => ({ claims: { iat: now() + 10 } })],
  ['htu with query and fragment', ({ url }) => ({ claims: { htu: `${url}?a=b#c` } })],
  ['scheme and host in capitals', ({ url }) => ({ claims: { htu: otherCase(url) } })],
  ['claims that nobody knows', () => ({ claims: { foo: 'bar' } })],
  ['nothing unusual', () => ({})],
];

async function present(app, accessToken, make) {
  const url = app.context.metadata.userinfo_endpoint;
  const proof = (options = {}) => app.proof('GET', url, { accessToken, ...options });
  const makeProof = async () => {
    const { value, ...options } = await make({ app, url, accessToken, proof });
    return value === undefined ? proof(options) : value;
  };
  return app.resource(accessToken, { makeProof });
}

function checkProofRefused({ report }, answer, what) {
  const refused = [400, 401].includes(answer.status);
  report.check(refused, `${what}: a refusal expected, got ${answer.describe()}`, 'RFC 9449 §7.1');
}

export const dpop = [
  {
    name: `${prefix}dpop-negative-tests`,
    run: async (tester) => {
      const app = await secureParty(tester);
      const { tokens } = await app.signInSecurely(tester.browser());
      const token = tokens.access_token;
      for (const [what, make] of bad) checkProofRefused(tester, await present(app, token, make), what);

      let first;
      const once = async ({ proof }) => ({ value: (first ??= await proof()) });
      const used = await present(app, token, once);
      tester.report.check(used.status === 200, `a good proof brought ${used.describe()}`, 'RFC 9449 §4.3');
      checkProofRefused(tester, await present(app, token, once), 'the same proof twice');
      checkProofRefused(tester, await app.resource(token, { scheme: 'Bearer' }), 'Bearer instead of DPoP');
      checkProofRefused(
        tester,
        await app.resource(token, { scheme: 'Bearer', makeProof: null }),
        'a bound token as Bearer',
      );

      for (const [what, make] of good) {
        const answer = await present(app, token, make);
        tester.report.check(answer.status === 200, `${what}: must be taken, got ${answer.describe()}`, 'RFC 9449 §4.3');
      }
    },
  },
];
