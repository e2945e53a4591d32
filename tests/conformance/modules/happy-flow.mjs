// Basic OP: requests that must succeed.
import { checkSecret } from '../lib/checks/tokens.mjs';
import { checkUserinfo } from '../lib/checks/userinfo.mjs';
import { newPkce } from '../lib/relying-party.mjs';

/** A sign-in with a code that is long and random enough, and an announced lifetime. */
async function checkServer(tester, clientName) {
  const app = await tester.relyingParty(clientName);
  const { code, tokens } = await app.signIn(tester.browser());
  checkSecret(tester, code, 'the code');
  tester.report.recommend(tokens.expires_in !== undefined, 'the token answer has no expires_in', 'RFC 6749 §5.1');
}

/** A module in which one further parameter must do no harm. */
const tolerates = (name, parameters) => ({
  name,
  run: async (tester) => {
    const app = await tester.relyingParty();
    await app.signIn(tester.browser(), typeof parameters === 'function' ? parameters(tester) : parameters);
  },
});

/** A module that asks userinfo once more, in another way. */
const userinfo = (name, options) => ({
  name,
  run: async (tester) => {
    const app = await tester.relyingParty();
    const { tokens, idToken } = await app.signIn(tester.browser());
    const answer = await app.userinfo(tokens.access_token, options);
    if (options.inBody && answer.status >= 400) {
      tester.report.recommend(
        false,
        `userinfo does not take the token from the body: ${answer.describe()}`,
        'RFC 6750 §2.2',
      );
      return;
    }
    checkUserinfo(tester, answer, idToken);
  },
});

export const happyFlow = [
  { name: 'oidcc-server', run: (tester) => checkServer(tester, 'basic') },
  { name: 'oidcc-server-client-secret-post', run: (tester) => checkServer(tester, 'post') },
  {
    name: 'oidcc-idtoken-signature',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const { idToken } = await app.signIn(tester.browser());
      tester.report.check(typeof idToken.header.kid === 'string', 'the ID token has no kid', 'OIDC Core §10.1');
      const wanted = app.client.id_token_signed_response_alg ?? 'RS256';
      tester.report.check(idToken.header.alg === wanted, `the ID token has alg ${idToken.header.alg}`, 'OIDC Core §2');
    },
  },
  {
    name: 'oidcc-idtoken-unsigned',
    run: async (tester) => {
      const { metadata, report } = await tester.discover();
      const offered = metadata.id_token_signing_alg_values_supported ?? [];
      if (!offered.includes('none')) report.skip('unsigned ID tokens are not on offer, which is well');
      report.recommend(false, 'unsigned ID tokens are on offer', 'OIDC Core §2');
    },
  },
  userinfo('oidcc-userinfo-get', { method: 'GET' }),
  userinfo('oidcc-userinfo-post-header', { method: 'POST' }),
  userinfo('oidcc-userinfo-post-body', { method: 'POST', inBody: true }),
  tolerates('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', { nonce: undefined }),
  tolerates('oidcc-display-page', { display: 'page' }),
  tolerates('oidcc-display-popup', { display: 'popup' }),
  tolerates('oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }),
  tolerates('oidcc-login-hint', ({ issuer }) => ({ login_hint: `buffy@${new URL(issuer).hostname}` })),
  tolerates('oidcc-ui-locales', { ui_locales: 'se' }),
  tolerates('oidcc-claims-locales', { claims_locales: 'se' }),
  {
    name: 'oidcc-ensure-request-with-acr-values-succeeds',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const values = tester.metadata.acr_values_supported ?? ['1', '2'];
      const { idToken } = await app.signIn(tester.browser(), { acr_values: values.join(' ') });
      const { acr } = idToken.claims;
      tester.report.recommend(values.includes(acr), `acr is ${acr}, none of those asked for`, 'OIDC Core §5.5.1.1');
    },
  },
  {
    name: 'oidcc-ensure-post-request-succeeds',
    run: async (tester) => {
      const app = await tester.relyingParty();
      await app.signIn(tester.browser(), {}, { method: 'POST' });
    },
  },
  {
    name: 'oidcc-ensure-request-with-valid-pkce-succeeds',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const { verifier, challenge } = newPkce();
      const request = { code_challenge: challenge, code_challenge_method: 'S256' };
      await app.signIn(tester.browser(), request, { verifier });
    },
  },
];
