// The client's side of the protocol as applications have it: openid-client, unmodified.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { callback } from './oauth.mjs';
import { newPerson } from './person.mjs';

/** What the library learns of the server, for one client; it checks ID tokens through our JWKS, too. */
export const discover = (server, clientId, metadata, authentication = oidc.None(), options = {}) =>
  oidc.discovery(new URL(server.issuer), clientId, metadata, authentication, {
    ...options,
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });

/** An authorization request of the library: {parameters, checks}, the latter for its code grant. */
export async function newRequest(parameters = {}) {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
    idTokenExpected: true,
  };
  const request = {
    redirect_uri: callback,
    scope: 'openid profile email',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  const pairs = Object.entries(request).flatMap(([name, value]) => [value].flat().map((item) => [name, item]));
  return { parameters: new URLSearchParams(pairs), checks };
}

/** Takes the person's browser to `url`; answers the callback URL it is sent back to. */
export async function visit(server, person, url) {
  assert.equal(url.origin, server.base);
  const answer = await person.request(server, 'GET', url.pathname + url.search);
  assert.ok([302, 303].includes(answer.status), answer.describe());
  return new URL(answer.location);
}

/**
 * Authorization request to callback URL, with the person's session; answers {callbackUrl, checks}.
 * `pushed` hands the request over on the back channel first; `options` go to the library (DPoP).
 */
export async function authorizeWith(server, config, person, parameters = {}, { pushed = false, ...options } = {}) {
  const request = await newRequest(parameters);
  const url = pushed
    ? await oidc.buildAuthorizationUrlWithPAR(config, request.parameters, options)
    : oidc.buildAuthorizationUrl(config, request.parameters);
  return { callbackUrl: await visit(server, person, url), checks: request.checks };
}

/** A whole sign-in of `person` (a new one): {person, tokens, checks}. */
export async function signInWith(server, config, parameters, { person, tokenParameters, ...options } = {}) {
  const who = person ?? (await newPerson(server));
  const { callbackUrl, checks } = await authorizeWith(server, config, who, parameters, options);
  const { pushed: _, ...tokenOptions } = options;
  const tokens = await oidc.authorizationCodeGrant(config, callbackUrl, checks, tokenParameters, tokenOptions);
  return { person: who, tokens, checks };
}

/** For assert.rejects: an error that the server answered. */
export const refusal = (error, status) => (thrown) => {
  assert.equal(thrown.error, error, `${thrown.error}: ${thrown.error_description ?? thrown.stack}`);
  if (status) assert.equal(thrown.status, status);
  return true;
};
