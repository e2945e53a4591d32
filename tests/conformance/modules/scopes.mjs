// Basic OP: what scopes and the claims parameter bring.
import { scopeClaims } from '../lib/checks/claims.mjs';

function skipWithout(tester, scopes) {
  const offered = tester.metadata.scopes_supported ?? [];
  const missing = scopes.filter((scope) => !offered.includes(scope));
  if (missing.length > 0) tester.report.skip(`scopes_supported lacks ${missing.join(', ')}`);
}

/** Signs in with these scopes; userinfo must bring their claims (W). */
async function checkScopes(tester, scopes, { reverse = false } = {}) {
  const app = await tester.relyingParty();
  skipWithout(tester, scopes);
  const asked = scopes.flatMap((scope) => scopeClaims[scope]);
  const list = ['openid', ...scopes];
  if (reverse) list.reverse();
  const signIn = await app.signIn(tester.browser(), { scope: list.join(' ') }, { asked, reverse });
  for (const name of asked) {
    tester.report.recommend(name in signIn.userinfo, `userinfo lacks ${name}`, 'OIDC Core §5.4');
  }
  return signIn;
}

/** The code flow has userinfo for claims: they need not be in the ID token, and nobody asked for a name. */
async function checkEmail(tester, options) {
  const { idToken, userinfo } = await checkScopes(tester, ['email'], options);
  for (const name of scopeClaims.email) {
    tester.report.recommend(!(name in idToken.claims), `${name} is in the ID token as well`, 'OIDC Core §5.4');
  }
  for (const [where, claims] of Object.entries({ 'ID token': idToken.claims, userinfo })) {
    tester.report.recommend(
      !('name' in claims),
      `name is in the ${where} though nobody asked for it`,
      'OIDC Core §5.4',
    );
  }
}

export const scopes = [
  { name: 'oidcc-scope-profile', run: (tester) => checkScopes(tester, ['profile']) },
  { name: 'oidcc-scope-email', run: (tester) => checkEmail(tester) },
  { name: 'oidcc-scope-address', run: (tester) => checkScopes(tester, ['address']) },
  { name: 'oidcc-scope-phone', run: (tester) => checkScopes(tester, ['phone']) },
  { name: 'oidcc-scope-all', run: (tester) => checkScopes(tester, ['profile', 'email', 'address', 'phone']) },
  { name: 'oidcc-alternate-happy-flow', run: (tester) => checkEmail(tester, { reverse: true }) },
  {
    name: 'oidcc-claims-essential',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
      const { idToken, userinfo } = await app.signIn(tester.browser(), { claims });
      tester.report.recommend('name' in userinfo, 'userinfo lacks the name that was asked for', 'OIDC Core §5.5');
      tester.report.recommend(
        !('name' in idToken.claims),
        'the name is in the ID token, not asked for there',
        'OIDC Core §5.5',
      );
    },
  },
];
