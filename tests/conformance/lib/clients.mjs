// The registrations that the modules need, under the names by which modules ask for them.
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
