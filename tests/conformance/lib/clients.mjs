// The registrations that the modules need, under the names by which modules ask for them.
import { exportJWK, generateKeyPair } from 'jose';
import { randomText } from './relying-party.mjs';

export const relyingPartyOrigin = 'https://rp.conformance.example';

/**
 * Registration metadata (RFC 7591 names) for a provider that a test starts itself.
 * @param origin               where the callbacks are; nobody listens there
 * @param backchannelLogoutUri where the tester takes logout tokens
 */
export function clientRegistrations({ origin = relyingPartyOrigin, backchannelLogoutUri } = {}) {
  const registration = (name, method = 'client_secret_basic', more = {}) => ({
    client_id: `conformance-${name}`,
    client_secret: randomText(32),
    client_name: `Conformance ${name}`,
    token_endpoint_auth_method: method,
    redirect_uris: [`${origin}/${name}/callback`],
    post_logout_redirect_uris: [`${origin}/${name}/signed-out`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...more,
  });
  return {
    basic: registration('basic'),
    post: registration('post', 'client_secret_post'),
    second: registration('second'),
    ...(backchannelLogoutUri && {
      backchannel: registration('backchannel', 'client_secret_basic', {
        backchannel_logout_uri: backchannelLogoutUri,
        backchannel_logout_session_required: true,
      }),
    }),
  };
}

/**
 * Registrations for the plan fapi2: `jwks` is what the provider gets, `private_jwks` stays with the tester.
 * @param codeLifetimeSeconds how long codes live at the provider
 */
export async function fapiRegistrations({ origin = relyingPartyOrigin, codeLifetimeSeconds }) {
  const registration = async (name) => {
    // An RSA key could sign RS256 as well: that is refused for its algorithm, not for its key.
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true });
    const jwk = async (key) => ({ ...(await exportJWK(key)), kid: `${name}-key`, use: 'sig' });
    return {
      client_id: `conformance-${name}`,
      client_name: `Conformance ${name}`,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
      id_token_signed_response_alg: 'ES256',
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      redirect_uris: [`${origin}/${name}/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      jwks: { keys: [await jwk(publicKey)] },
      private_jwks: { keys: [await jwk(privateKey)] },
      code_lifetime_seconds: codeLifetimeSeconds,
    };
  };
  return { fapi: await registration('fapi'), fapi_second: await registration('fapi-second') };
}

/** What the provider gets of a registration. */
export function metadataOf({ private_jwks: _, code_lifetime_seconds: __, ...metadata }) {
  return metadata;
}
