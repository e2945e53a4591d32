// The same OpenID requests, good and bad, to npm oidc-provider and to this server: what differs is explained, one by
// one, in openid/explained.json. SIGMA_TEST_UPDATE=1 writes that list anew; new entries then want a reason.
import { fileURLToPath } from 'node:url';
import authorization from './openid/authorization.mjs';
import device from './openid/device.mjs';
import discovery from './openid/discovery.mjs';
import dpop from './openid/dpop.mjs';
import logout from './openid/logout.mjs';
import pushed from './openid/pushed.mjs';
import registration from './openid/registration.mjs';
import status from './openid/status.mjs';
import token from './openid/token.mjs';
import userinfo from './openid/userinfo.mjs';
import { compare } from './support/compare.mjs';
import { startOidcProvider } from './support/oidc-provider.mjs';
import { startOurs } from './support/ours.mjs';

compare({
  async start(sides) {
    sides.ours = await startOurs();
    sides.theirs = await startOidcProvider(sides.ours.secrets);
  },
  groups: { authorization, token, userinfo, status, discovery, device, dpop, pushed, registration, logout },
  atLeast: 200,
  list: fileURLToPath(new URL('openid/explained.json', import.meta.url)),
});
