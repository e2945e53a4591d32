// FAPI 2.0 security profile: what must work, and the codes and requests that must not (oidcc-modules.md §9). The
// modules' names have the suite's prefix.
import { checkAuthorizationError } from '../lib/checks/authorization.mjs';
import { checkTokenResponse } from '../lib/checks/tokens.mjs';
import { randomText } from '../lib/relying-party.mjs';
import { newProofKey, SecureParty } from '../lib/secure-party.mjs';

export const prefix = 'fapi2-security-profile-final-';

export async function secureParty(tester, name = 'fapi') {
  const plain = await tester.relyingParty(name);
  return SecureParty.create(plain.context, plain.client, plain.common);
}

const succeeds = (name, overrides) => ({
  name: prefix + name,
  run: async (tester) => {
    const app = await secureParty(tester);
    await app.signInSecurely(tester.browser(), overrides);
  },
});

const requestErrors = [
  'invalid_request',
  'invalid_redirect_uri',
  'invalid_request_object',
  'request_uri_not_supported',
  'unsupported_response_type',
  'unauthorized_client',
  'invalid_scope',
];

/** A request that is refused when it is pushed, or at the latest in the browser; never with a code. */
export const refusedRequest = (name, overrides) => ({
  name: prefix + name,
  run: async (tester) => {
    const app = await secureParty(tester);
    const push = await app.push(typeof overrides === 'function' ? overrides(app) : overrides);
    if (push.answer.status !== 201) {
      app.checkRefused(push.answer, 'the push', requestErrors);
      return;
    }
    checkNoCode(tester, await app.visit(tester.browser(), push.answer.json.request_uri));
  },
});

function checkNoCode(tester, { arrived, page }) {
  const code = arrived?.parameters.get('code') ?? arrived?.fragment.get('code');
  const token = arrived?.fragment.get('access_token') ?? arrived?.fragment.get('id_token');
  tester.report.check(
    !code && !token,
    'a code or token was given for a request that must be refused',
    'FAPI 2.0 §5.3.2.2',
  );
  if (page) tester.report.note(`the person reads: ${page.describe()}`);
}

/** An exchange that is refused. `act(app, granted, tester)` answers what the token endpoint said. */
export const refusedExchange = (name, codes, act, more = {}) => ({
  name: prefix + name,
  ...more,
  run: async (tester) => {
    const app = await secureParty(tester);
    const granted = await app.getSecureCode(tester.browser());
    app.checkRefused(await act(app, granted, tester), 'the exchange', codes);
  },
});

/** Longest wait for the end of a code or a request_uri. */
const patienceSeconds = 20;
const invalidGrant = ['invalid_grant'];

/** A browser that comes with a request_uri which must not be taken. */
const refusedRequestUri = (name, act, more = {}) => ({
  name: prefix + name,
  ...more,
  run: async (tester) => {
    const app = await secureParty(tester);
    const browser = tester.browser();
    checkNoCode(tester, await act({ app, browser, pushed: await app.pushed(), tester }));
  },
});

const happy = [
  succeeds('happy-flow'),
  succeeds('ensure-authorization-request-without-state-success', { state: undefined }),
  succeeds('ensure-authorization-request-without-nonce-success', { nonce: undefined }),
  succeeds('test-64-character-nonce', { nonce: randomText(48) }),
  succeeds('test-alternate-scope-order', { scope: 'email openid' }),
  {
    name: `${prefix}user-rejects-authentication`,
    run: async (tester) => {
      const app = await secureParty(tester);
      const { sent, requestUri } = await app.pushed({ prompt: 'consent' });
      const browser = tester.browser();
      browser.memory.declines = true;
      checkAuthorizationError(tester, await app.visit(browser, requestUri), sent, ['access_denied']);
    },
  },
  {
    name: `${prefix}access-token-type-header-case-sensitivity`,
    run: async (tester) => {
      const app = await secureParty(tester);
      const { tokens } = await app.signInSecurely(tester.browser());
      for (const scheme of ['dpop', 'DPOP']) {
        const answer = await app.resource(tokens.access_token, { scheme });
        tester.report.check(
          answer.status === 200,
          `the scheme ${scheme} brought ${answer.describe()}`,
          'RFC 9110 §11.1',
        );
      }
    },
  },
];

const requests = [
  refusedRequest('ensure-registered-redirect-uri', (app) => ({ redirect_uri: `${app.client.redirect_uris[0]}/x` })),
  refusedRequest('ensure-redirect-uri-in-authorization-request', { redirect_uri: undefined }),
  refusedRequest('ensure-response-type-token-fails', { response_type: 'token' }),
  refusedRequest('ensure-response-type-code-idtoken-fails', { response_type: 'code id_token' }),
  refusedRequest('par-ensure-pkce-required', { code_challenge: undefined, code_challenge_method: undefined }),
  refusedRequest('par-plain-pkce-rejected', { code_challenge_method: 'plain' }),
  refusedRequest('par-authorization-request-containing-request_uri', {
    request_uri: 'urn:ietf:params:oauth:request_uri:anything',
  }),
  {
    name: `${prefix}ensure-unsigned-request-without-pushing-fails`,
    run: async (tester) => {
      const app = await secureParty(tester);
      const { visit } = await app.authorize(tester.browser(), {
        code_challenge: randomText(32),
        code_challenge_method: 'S256',
      });
      checkNoCode(tester, visit);
    },
  },
  {
    name: `${prefix}par-attempt-invalid-http-method`,
    run: async (tester) => {
      await secureParty(tester);
      const answer = await tester.http.request('GET', tester.metadata.pushed_authorization_request_endpoint);
      const refused = answer.status >= 400 && answer.status < 500;
      tester.report.check(refused, `GET at the push endpoint brought ${answer.describe()}`, 'RFC 9126 §2.3');
    },
  },
];

const requestUris = [
  refusedRequestUri('par-attempt-reuse-request_uri', async ({ app, browser, pushed }) => {
    await app.visit(browser, pushed.requestUri);
    return app.visit(browser, pushed.requestUri);
  }),
  refusedRequestUri(
    'par-attempt-to-use-expired-request_uri',
    async ({ app, browser, pushed, tester }) => {
      if (pushed.expiresIn > patienceSeconds)
        tester.report.skip(`a request_uri lives ${pushed.expiresIn} s here, too long to wait`);
      await tester.sleep(pushed.expiresIn + 1);
      return app.visit(browser, pushed.requestUri);
    },
    { seconds: patienceSeconds },
  ),
  refusedRequestUri('par-attempt-to-use-request_uri-for-different-client', async ({ browser, pushed, tester }) => {
    const other = await secureParty(tester, 'fapi_second');
    return other.visit(browser, pushed.requestUri);
  }),
];

const codes = [
  refusedExchange('ensure-authorization-code-is-bound-to-client', invalidGrant, async (_, granted, tester) => {
    const other = await secureParty(tester, 'fapi_second');
    return other.exchangeSecurely(granted);
  }),
  refusedExchange(
    'attempt-reuse-authorization-code-after-one-second',
    invalidGrant,
    async (app, granted, tester) => {
      checkTokenResponse(tester, await app.exchangeSecurely(granted), { tokenType: 'dpop' });
      await tester.sleep(1);
      return app.exchangeSecurely(granted);
    },
    { seconds: 2 },
  ),
  refusedExchange(
    'ensure-token-endpoint-fails-with-expired-auth-code',
    invalidGrant,
    async (app, granted, tester) => {
      const seconds = app.client.code_lifetime_seconds ?? 60;
      if (seconds > patienceSeconds) tester.report.skip(`codes live ${seconds} s here, too long to wait`);
      await tester.sleep(seconds + 1);
      return app.exchangeSecurely(granted);
    },
    { seconds: patienceSeconds },
  ),
  refusedExchange('ensure-pkce-code-verifier-required', ['invalid_grant', 'invalid_request'], (app, granted) =>
    app.exchangeSecurely(granted, { code_verifier: undefined }),
  ),
  refusedExchange('incorrect-pkce-code-verifier-rejected', invalidGrant, (app, granted) =>
    app.exchangeSecurely(granted, { code_verifier: randomText(32) }),
  ),
  refusedExchange(
    'ensure-holder-of-key-required',
    ['invalid_dpop_proof', 'invalid_request', 'invalid_grant'],
    (app, granted) => app.exchangeSecurely(granted, {}, { makeProof: null }),
  ),
  {
    name: `${prefix}ensure-mismatched-dpop-jkt-fails`,
    run: async (tester) => {
      const app = await secureParty(tester);
      const granted = await app.getSecureCode(tester.browser(), { dpop_jkt: (await newProofKey()).thumbprint });
      const wrong = ['invalid_grant', 'invalid_dpop_proof', 'invalid_request'];
      app.checkRefused(await app.exchangeSecurely(granted), 'an exchange with another key than dpop_jkt', wrong);
    },
  },
];

export const fapi2Flows = [...happy, ...requests, ...requestUris, ...codes];
