// RP-Initiated Logout OP (OpenID Connect RP-Initiated Logout 1.0).
import { generateKeyPair, SignJWT } from 'jose';
import { checkHttps } from '../lib/checks/provider.mjs';
import { unsignedJwt } from '../lib/jose.mjs';
import { randomText } from '../lib/relying-party.mjs';
import { checkEndpoints } from './discovery.mjs';

const specification = 'RP-Initiated Logout 1.0';

/** Signs in, asks for logout and goes through the pages; answers what the checks need. */
export async function logOut(tester, parameters, { clientName = 'basic' } = {}) {
  const app = await tester.relyingParty(clientName);
  const { report, metadata } = tester;
  const uri = metadata.end_session_endpoint;
  report.require(typeof uri === 'string', 'discovery has no end_session_endpoint', `${specification} §2.1`);
  const [registered] = app.client.post_logout_redirect_uris ?? [];
  report.require(registered, `the client “${clientName}” of the configuration has no post_logout_redirect_uris`);
  const browser = tester.browser();
  const signIn = await app.signIn(browser);
  const sent = await parameters({ signIn, registered, state: randomText(96) });
  const endpoint = new URL(uri);
  for (const [name, value] of Object.entries(sent)) endpoint.searchParams.append(name, value);
  return { app, browser, signIn, sent, visit: await browser.visit(endpoint) };
}

/** Back at the application with the state and nothing else, and nobody is signed in. */
export async function checkReturned({ report }, { app, browser, sent, visit }) {
  const { arrived, page } = visit;
  report.require(
    arrived,
    `no way back to the application; the visit ended at ${page?.describe()}`,
    `${specification} §3`,
  );
  const address = `${arrived.url.origin}${arrived.url.pathname}`;
  report.check(address === sent.post_logout_redirect_uri, `the way back led to ${address}`, `${specification} §3`);
  const state = arrived.parameters.get('state');
  report.check(state === (sent.state ?? null), 'state did not come back as it was sent', `${specification} §3`);
  const others = [...new Set(arrived.parameters.keys())].filter((name) => name !== 'state');
  report.recommend(
    others.length === 0,
    `the way back has further parameters: ${others.join(', ')}`,
    `${specification} §3`,
  );
  await app.checkSignedOut(browser);
}

/** No redirect to the application: a page explains, or asks first. */
function checkNoReturn({ report }, { visit }) {
  const { arrived, page } = visit;
  if (!report.check(!arrived, `the browser was sent to ${arrived?.url.href.split('?')[0]}`, `${specification} §3`))
    return;
  report.note(`the person reads: ${page.describe()}`);
}

/** A page says that the person is signed out, perhaps after asking. */
async function checkSignedOutPage(tester, done) {
  checkNoReturn(tester, done);
  const { report } = tester;
  if (done.visit.page)
    report.check(done.visit.page.status < 400, `the page is ${done.visit.page.describe()}`, `${specification} §2`);
  await done.app.checkSignedOut(done.browser);
}

const returns = (name, parameters) => ({
  name,
  run: async (tester) => checkReturned(tester, await logOut(tester, parameters)),
});
const refuses = (name, parameters) => ({
  name,
  run: async (tester) => checkNoReturn(tester, await logOut(tester, parameters)),
});
const endsAtPage = (name, parameters) => ({
  name,
  run: async (tester) => checkSignedOutPage(tester, await logOut(tester, parameters)),
});

const hint = ({ signIn }) => ({ id_token_hint: signIn.idToken.jwt });
export const everything = (given) => ({
  ...hint(given),
  post_logout_redirect_uri: given.registered,
  state: given.state,
});

async function selfSigned({ header, claims }) {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: header.kid }).sign(privateKey);
}

/** Longest time for which the module of expired hints waits. */
const patienceSeconds = 20;

export const rpLogout = [
  {
    name: 'oidcc-rp-initiated-logout-discovery-endpoint-verification',
    run: async (tester) => {
      const { metadata } = await tester.discover();
      checkEndpoints(tester);
      checkHttps(tester, metadata.end_session_endpoint, 'end_session_endpoint');
    },
  },
  returns('oidcc-rp-initiated-logout', everything),
  returns('oidcc-rp-initiated-logout-no-state', (given) => ({
    ...hint(given),
    post_logout_redirect_uri: given.registered,
  })),
  refuses('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', (given) => ({
    ...everything(given),
    post_logout_redirect_uri: `${given.registered}/${randomText(8)}`,
  })),
  refuses('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', (given) => ({
    ...everything(given),
    post_logout_redirect_uri: `${given.registered}?foo=bar`,
  })),
  refuses('oidcc-rp-initiated-logout-modified-id-token-hint', (given) => ({
    ...everything(given),
    id_token_hint: unsignedJwt(given.signIn.idToken.claims),
  })),
  refuses('oidcc-rp-initiated-logout-bad-id-token-hint', async (given) => ({
    ...everything(given),
    id_token_hint: await selfSigned(given.signIn.idToken),
  })),
  refuses('oidcc-rp-initiated-logout-no-id-token-hint', ({ registered, state }) => ({
    post_logout_redirect_uri: registered,
    state,
  })),
  endsAtPage('oidcc-rp-initiated-logout-no-params', () => ({})),
  endsAtPage('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', hint),
  endsAtPage('oidcc-rp-initiated-logout-only-state', ({ state }) => ({ state })),
  {
    // Not in the suite: the specification wants genuine hints to count after their time (§2, §4).
    name: 'extra-rp-initiated-logout-expired-id-token-hint',
    seconds: patienceSeconds,
    run: async (tester) => {
      const done = await logOut(tester, async (given) => {
        const seconds = given.signIn.idToken.claims.exp + 1 - Date.now() / 1000;
        if (seconds > patienceSeconds) {
          tester.report.skip(`ID tokens live ${Math.round(seconds)} s here, too long to wait for the end of one`);
        }
        await tester.sleep(Math.max(0, seconds));
        return everything(given);
      });
      await checkReturned(tester, done);
    },
  },
];
