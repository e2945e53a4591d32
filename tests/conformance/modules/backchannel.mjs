// Back-Channel Logout OP (OpenID Connect Back-Channel Logout 1.0).
import { checkHttps } from '../lib/checks/provider.mjs';
import { decodeJwt, verifyJwt } from '../lib/jose.mjs';
import { checkReturned, everything, logOut } from './rp-logout.mjs';

const specification = 'Back-Channel Logout 1.0';
const event = 'http://schemas.openid.net/event/backchannel-logout';
const patienceSeconds = 10;

async function checkLogoutToken({ report, metadata, jwks }, jwt, { app, signIn }) {
  const decoded = decodeJwt(jwt);
  report.require(decoded, 'the logout token is no JWT', `${specification} §2.4`);
  const { claims } = decoded;
  try {
    await verifyJwt(jwt, jwks);
  } catch (error) {
    report.check(false, `the logout token's signature does not verify: ${error.message}`, `${specification} §2.6`);
  }
  const now = Date.now() / 1000;
  const check = (ok, message) => report.check(ok, message, `${specification} §2.4`);
  check(claims.iss === metadata.issuer, `iss in the logout token is ${claims.iss}`);
  check([claims.aud].flat().includes(app.client.client_id), 'aud in the logout token lacks the client');
  const timely = typeof claims.iat === 'number' && claims.iat < now + 300 && claims.iat > now - 86_400;
  check(timely, 'iat in the logout token is missing, in the future or older than a day');
  check(typeof claims.jti === 'string' && claims.jti !== '', 'the logout token has no jti');
  const events = Object.entries(claims.events ?? {});
  const fits = events.length === 1 && events[0][0] === event && JSON.stringify(events[0][1]) === '{}';
  check(fits, `events in the logout token is ${JSON.stringify(claims.events)}`);
  check(!('nonce' in claims), 'the logout token has a nonce');
  check(claims.sub !== undefined || claims.sid !== undefined, 'the logout token has neither sub nor sid');
  for (const name of ['sub', 'sid']) {
    const same = claims[name] === undefined || claims[name] === signIn.idToken.claims[name];
    check(same, `${name} in the logout token is not the one of the ID token`);
  }
  const sessionRequired = app.client.backchannel_logout_session_required === true;
  check(!sessionRequired || claims.sid !== undefined, 'the logout token lacks the sid that the client requires');
}

function checkDelivery({ report }, delivery) {
  report.check(delivery.method === 'POST', `the logout token came by ${delivery.method}`, `${specification} §2.5`);
  const form = delivery.mediaType === 'application/x-www-form-urlencoded';
  report.require(form, `the logout token came as ${delivery.mediaType}`, `${specification} §2.5`);
  const names = [...delivery.form.keys()];
  report.require(
    delivery.form.getAll('logout_token').length === 1,
    'there is not one logout_token',
    `${specification} §2.5`,
  );
  report.recommend(names.length === 1, `further parameters came along: ${names.join(', ')}`, `${specification} §2.5`);
  if (!delivery.protocol) {
    report.note('the listener is plain http: no TLS to judge');
    return;
  }
  const forwardSecret =
    delivery.protocol === 'TLSv1.3' || (delivery.protocol === 'TLSv1.2' && /^ECDHE-/.test(delivery.cipher));
  report.recommend(forwardSecret, `the call came by ${delivery.protocol} with ${delivery.cipher}`, 'RFC 9325 §4.2');
}

export const backchannel = [
  {
    name: 'oidcc-backchannel-logout-discovery-endpoint-verification',
    run: async (tester) => {
      const { report, metadata } = await tester.discover();
      for (const name of ['backchannel_logout_supported', 'backchannel_logout_session_supported']) {
        report.check(metadata[name] === true, `${name} is not true`, `${specification} §2.1`);
      }
      checkHttps(tester, metadata.end_session_endpoint, 'end_session_endpoint');
    },
  },
  {
    name: 'oidcc-backchannel-rp-initiated-logout',
    run: async (tester) => {
      const { report } = tester;
      report.require(tester.backchannel, 'the run has no listener for logout tokens (--config)');
      const done = await logOut(tester, everything, { clientName: 'backchannel' });
      const { sub } = done.signIn.idToken.claims;
      // Other modules of the run may have the same person: the token of this session is the one with its sid.
      const { sid } = done.signIn.idToken.claims;
      const isOurs = (delivery) => {
        const claims = decodeJwt(delivery.form.get('logout_token') ?? '')?.claims;
        return claims === undefined || claims.sid === sid || claims.sub === sub;
      };
      const delivery = await tester.backchannel.receive(isOurs, patienceSeconds);
      report.require(delivery, `no logout token came within ${patienceSeconds} s`, `${specification} §2.5`);
      checkDelivery(tester, delivery);
      await checkLogoutToken(tester, delivery.form.get('logout_token'), done);
      await checkReturned(tester, done);
    },
  },
];
