// Basic OP: one browser, two requests; prompt, max_age and id_token_hint.
import { interactionErrors, randomText } from '../lib/relying-party.mjs';

const longState = () => randomText(96); // 128 characters

function checkLoginShown(tester, visit) {
  tester.report.check(visit.shown.includes('login'), 'no sign-in page was shown', 'OIDC Core §3.1.2.1');
}

function checkSilent(tester, visit) {
  const shown = visit.shown.join(', ');
  tester.report.check(shown === '', `the person was asked for something: ${shown}`, 'OIDC Core §3.1.2.1');
}

function checkSameSignIn(tester, first, second) {
  const [a, b] = [first.idToken.claims, second.idToken.claims];
  tester.report.check(a.sub === b.sub, 'sub differs between the two ID tokens', 'OIDC Core §2');
  const bothTold = a.auth_time !== undefined && b.auth_time !== undefined;
  tester.report.check(
    !bothTold || a.auth_time === b.auth_time,
    'auth_time differs without a new sign-in',
    'OIDC Core §2',
  );
}

function checkLaterSignIn(tester, first, second) {
  const [a, b] = [first.idToken.claims.auth_time, second.idToken.claims.auth_time];
  if (a === undefined || b === undefined) return;
  tester.report.check(b > a, 'auth_time is not later after a new sign-in', 'OIDC Core §2');
}

function requireAuthTime(tester, { idToken }, which) {
  const told = idToken.claims.auth_time !== undefined;
  tester.report.require(told, `the ${which} ID token lacks auth_time although max_age was sent`, 'OIDC Core §2');
}

export const sessions = [
  {
    name: 'oidcc-prompt-login',
    seconds: 2,
    run: async (tester) => {
      const app = await tester.relyingParty();
      const browser = tester.browser();
      const first = await app.signIn(browser);
      await tester.sleep(1.1);
      const second = await app.signIn(browser, { prompt: 'login' });
      checkLoginShown(tester, second.visit);
      checkLaterSignIn(tester, first, second);
    },
  },
  {
    name: 'oidcc-prompt-none-not-logged-in',
    run: async (tester) => {
      const app = await tester.relyingParty();
      await app.getError(tester.browser(), { prompt: 'none', state: longState() }, interactionErrors);
    },
  },
  {
    name: 'oidcc-prompt-none-logged-in',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const browser = tester.browser();
      const first = await app.signIn(browser);
      const second = await app.signIn(browser, { prompt: 'none' });
      checkSilent(tester, second.visit);
      checkSameSignIn(tester, first, second);
    },
  },
  {
    name: 'oidcc-max-age-1',
    seconds: 3,
    run: async (tester) => {
      const app = await tester.relyingParty();
      const browser = tester.browser();
      const first = await app.signIn(browser);
      await tester.sleep(2.1);
      const second = await app.signIn(browser, { max_age: '1' });
      checkLoginShown(tester, second.visit);
      requireAuthTime(tester, second, 'second');
      checkLaterSignIn(tester, first, second);
      const age = Date.now() / 1000 - second.idToken.claims.auth_time;
      tester.report.check(age < 300, `auth_time is ${Math.round(age)} s ago, right after a sign-in`, 'OIDC Core §2');
    },
  },
  {
    name: 'oidcc-max-age-10000',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const browser = tester.browser();
      const first = await app.signIn(browser, { max_age: '15000' });
      requireAuthTime(tester, first, 'first');
      const second = await app.signIn(browser, { max_age: '10000' });
      requireAuthTime(tester, second, 'second');
      checkSilent(tester, second.visit);
      checkSameSignIn(tester, first, second);
    },
  },
  {
    name: 'oidcc-id-token-hint',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const browser = tester.browser();
      const first = await app.signIn(browser);
      const second = await app.signIn(browser, { prompt: 'none', id_token_hint: first.idToken.jwt });
      checkSilent(tester, second.visit);
      checkSameSignIn(tester, first, second);
    },
  },
];
