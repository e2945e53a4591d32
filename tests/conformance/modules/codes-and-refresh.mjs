// Basic OP: codes are for one use; refresh tokens are for their client.
import {
  checkInvalidGrant,
  checkNotStored,
  checkSecret,
  checkTokenResponse,
  checkTokenText,
} from '../lib/checks/tokens.mjs';
import { checkUserinfo } from '../lib/checks/userinfo.mjs';
import { decodeJwt } from '../lib/jose.mjs';

/** `scope` and `prompt` with which this server gives refresh tokens. */
function offlineRequest({ metadata }) {
  const offers = (metadata.scopes_supported ?? []).includes('offline_access');
  return offers ? { scope: 'openid offline_access', prompt: 'consent' } : {};
}

/** Signs in as one client and refreshes once; answers the newest refresh token. */
async function refreshOnce(tester, app, withScope) {
  const request = offlineRequest(tester);
  const signIn = await app.signIn(tester.browser(), request);
  const { report } = tester;
  if (signIn.tokens.refresh_token === undefined) report.skip('the server gave no refresh token');
  const offered = tester.metadata.grant_types_supported ?? ['authorization_code', 'implicit'];
  report.recommend(offered.includes('refresh_token'), 'grant_types_supported lacks refresh_token', 'OIDC Discovery §3');
  checkTokenText(tester, signIn.tokens.access_token, 'the access token');
  checkTokenText(tester, signIn.tokens.refresh_token, 'the refresh token');

  await tester.sleep(1.1); // a new ID token must have a later iat, which counts whole seconds
  const answer = await app.refresh(signIn.tokens.refresh_token, withScope ? { scope: signIn.sent.scope } : {});
  const tokens = checkTokenResponse(tester, answer, { idToken: false });
  checkNotStored(tester, answer);
  for (const [name, value] of [
    ['access token', tokens.access_token],
    ['refresh token', tokens.refresh_token],
  ]) {
    if (value === undefined) continue;
    checkTokenText(tester, value, `the new ${name}`);
    checkSecret(tester, value, `the new ${name}`);
  }
  if (tokens.id_token !== undefined) await checkNewIdToken(tester, app, signIn, tokens);
  checkUserinfo(tester, await app.userinfo(tokens.access_token), signIn.idToken);
  return tokens.refresh_token ?? signIn.tokens.refresh_token;
}

/** OIDC Core §12.2: the new one speaks of the same sign-in, and may leave the nonce out. */
async function checkNewIdToken(tester, app, signIn, tokens) {
  const source = 'OIDC Core §12.2';
  const before = signIn.idToken.claims;
  const nonce = decodeJwt(tokens.id_token)?.claims.nonce;
  const sent = nonce === undefined ? { ...signIn.sent, nonce: undefined } : signIn.sent;
  const details = { sent, accessToken: tokens.access_token, code: signIn.code };
  const { claims } = await app.checkIdToken(tokens.id_token, details);
  for (const name of ['iss', 'sub', 'auth_time', 'azp']) {
    tester.report.check(claims[name] === before[name], `${name} in the new ID token is another one`, source);
  }
  const audience = (value) => JSON.stringify([value].flat().sort());
  tester.report.check(audience(claims.aud) === audience(before.aud), 'aud in the new ID token is another one', source);
  tester.report.check(claims.iat > before.iat, 'iat in the new ID token is not later', source);
}

export const codesAndRefresh = [
  {
    name: 'oidcc-codereuse',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const { code } = await app.signIn(tester.browser());
      const second = await app.exchange(code);
      if (second.status === 200) {
        tester.report.recommend(false, 'a code was taken twice at once', 'RFC 6749 §4.1.2');
        return;
      }
      checkInvalidGrant(tester, second, 'a code used at once again');
    },
  },
  {
    name: 'oidcc-codereuse-30seconds',
    seconds: 31,
    run: async (tester) => {
      const app = await tester.relyingParty();
      const { code, tokens } = await app.signIn(tester.browser());
      await tester.sleep(30);
      checkInvalidGrant(tester, await app.exchange(code), 'a code used again after 30 s');
      const { status } = await app.userinfo(tokens.access_token);
      const dead = status >= 400 && status < 500;
      tester.report.recommend(
        dead,
        `the code's access token still works after the reuse (${status})`,
        'RFC 6749 §4.1.2',
      );
    },
  },
  {
    name: 'oidcc-refresh-token',
    seconds: 4,
    run: async (tester) => {
      const first = await tester.relyingParty('basic');
      const second = await tester.relyingParty('second');
      await refreshOnce(tester, first, true);
      const foreign = await refreshOnce(tester, second, false);
      checkInvalidGrant(tester, await first.refresh(foreign), "another client's refresh token");
    },
  },
];
