// Basic OP: requests with something wrong, and those that a server may refuse.
import { checkAuthorizationError, checkAuthorizationResponse } from '../lib/checks/authorization.mjs';
import { checkTokenResponse } from '../lib/checks/tokens.mjs';
import { unsignedJwt } from '../lib/jose.mjs';
import { randomText } from '../lib/relying-party.mjs';

/** The visit must end at a page of the provider's own, never at the application. */
function checkOwnPage(tester, { arrived, page }) {
  const address = arrived && `${arrived.url.origin}${arrived.url.pathname}`;
  if (!tester.report.check(!arrived, `the browser was sent to ${address}`, 'RFC 6749 §4.1.2.1')) return;
  tester.report.note(`the person reads: ${page.describe()}`);
}

function skipUnlessUnsignedObjects(tester) {
  const offered = tester.metadata.request_object_signing_alg_values_supported ?? [];
  if (!offered.includes('none')) {
    tester.report.skip('request_object_signing_alg_values_supported does not list none, which is well');
  }
}

/** The claims of a request object: everything but what must stand outside as well. */
function requestObject(app, more = {}) {
  const request = app.authorizationRequest(more);
  return { iss: app.client.client_id, aud: app.context.metadata.issuer, ...request };
}

/** state and nonce are inside only: a server that ignores the object gives itself away. */
async function checkUnsignedObject(tester, { refusal, reference }) {
  const app = await tester.relyingParty();
  skipUnlessUnsignedObjects(tester);
  const inside = requestObject(app);
  const outside = { state: undefined, nonce: undefined, ...(await reference(unsignedJwt(inside))) };
  const { visit } = await app.authorize(tester.browser(), outside);
  if (visit.arrived?.parameters.get('error') === refusal) {
    const carried = visit.arrived.parameters.get('state') === null ? { ...inside, state: undefined } : inside;
    checkAuthorizationError(tester, visit, carried, [refusal]);
    return;
  }
  const code = checkAuthorizationResponse(tester, visit, inside);
  const tokens = checkTokenResponse(tester, await app.exchange(code));
  await app.checkIdToken(tokens.id_token, { sent: inside, accessToken: tokens.access_token, code });
}

export const badRequests = [
  {
    name: 'oidcc-response-type-missing',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const { sent, visit } = await app.authorize(tester.browser(), { response_type: undefined });
      if (!visit.arrived) checkOwnPage(tester, visit);
      else checkAuthorizationError(tester, visit, sent, ['invalid_request', 'unsupported_response_type']);
    },
  },
  {
    name: 'oidcc-ensure-registered-redirect-uri',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const stranger = `${app.client.redirect_uris[0]}/${randomText(8).slice(0, 10)}`;
      const { visit } = await app.authorize(tester.browser(), { redirect_uri: stranger });
      checkOwnPage(tester, visit);
    },
  },
  {
    name: 'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    run: (tester) =>
      checkUnsignedObject(tester, {
        refusal: 'request_uri_not_supported',
        reference: async (object) => {
          tester.report.require(
            tester.backchannel,
            'the run has no listener to publish a request object at (--config)',
          );
          return { request_uri: tester.backchannel.publish(object) };
        },
      }),
  },
  {
    name: 'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
    run: (tester) =>
      checkUnsignedObject(tester, {
        refusal: 'request_not_supported',
        reference: async (object) => ({ request: object }),
      }),
  },
  {
    name: 'oidcc-ensure-request-object-with-redirect-uri',
    run: async (tester) => {
      const app = await tester.relyingParty();
      const [callback] = app.client.redirect_uris;
      const inside = requestObject(app);
      const { visit } = await app.authorize(tester.browser(), {
        request: unsignedJwt(inside),
        redirect_uri: `${callback}/${randomText(8).slice(0, 10)}`,
        state: inside.state,
        nonce: inside.nonce,
      });
      if (!visit.arrived) {
        checkOwnPage(tester, visit);
        return;
      }
      // Whoever answers to the inner address has read the object, and cannot say that it does not.
      checkAuthorizationResponse(tester, visit, inside);
    },
  },
];
