// Mistakes at the end of a session: [what is wrong, the mistake, who must notice].
import { decodeJwt } from '../../lib/jose.mjs';
import {
  backWithState,
  inLogoutTokens,
  inRedirects,
  isEndSession,
  only,
  redirect,
  refusedLogouts,
  signedOut,
} from './kit.mjs';

const backchannel = only('oidcc-backchannel-rp-initiated-logout');
const isAfterLogout = ({ path }) => path.startsWith('/session/end');

export const logoutMistakes = [
  [
    'goes back although it refused',
    {
      response({ query, ...exchange }, answer) {
        const uri = query.get('post_logout_redirect_uri');
        if (isEndSession(exchange) && answer.status === 400 && uri) Object.assign(answer, redirect(uri));
      },
    },
    only(...refusedLogouts),
  ],
  [
    'goes back without a hint',
    {
      request({ query, ...exchange }) {
        const uri = query.get('post_logout_redirect_uri');
        return isEndSession(exchange) && uri && !query.has('id_token_hint') ? redirect(uri) : undefined;
      },
    },
    only('oidcc-rp-initiated-logout-no-id-token-hint'),
  ],
  [
    'expired hints are refused',
    {
      request({ query, ...exchange }) {
        const hint = isEndSession(exchange) && decodeJwt(query.get('id_token_hint') ?? '');
        const expired = hint && hint.claims.exp < Date.now() / 1000;
        return expired
          ? { status: 400, headers: { 'content-type': 'text/html' }, body: '<p>Too late.</p>' }
          : undefined;
      },
    },
    only('extra-rp-initiated-logout-expired-id-token-hint'),
    { patient: true },
  ],
  ['state is lost at logout', inRedirects((answer) => answer.delete('state'), isAfterLogout), only(...backWithState)],
  [
    'goes back with a state that nobody sent',
    inRedirects((answer) => answer.set('state', answer.get('state') || 'undefined'), isAfterLogout),
    only('oidcc-rp-initiated-logout-no-state'),
  ],
  [
    'says goodbye but keeps the session',
    {
      request({ query, ...exchange }) {
        if (!isEndSession(exchange)) return undefined;
        const state = query.get('state');
        const uri = query.get('post_logout_redirect_uri');
        const welcome = uri && query.has('id_token_hint') && !/signed-out./.test(uri);
        if (welcome) return redirect(state === null ? uri : `${uri}?${new URLSearchParams({ state })}`);
        return { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>You are signed out.</p>' };
      },
    },
    only(
      ...signedOut,
      'oidcc-rp-initiated-logout-modified-id-token-hint',
      'oidcc-rp-initiated-logout-bad-id-token-hint',
    ),
  ],
  ['logout tokens with a nonce', inLogoutTokens((claims) => (claims.nonce = 'x')), backchannel],
  ['logout tokens without the event', inLogoutTokens((claims) => delete claims.events), backchannel],
  ['logout tokens of another session', inLogoutTokens((claims) => (claims.sid = 'x')), backchannel],
  ['logout tokens without a jti', inLogoutTokens((claims) => delete claims.jti), backchannel],
  ['logout tokens for another client', inLogoutTokens((claims) => (claims.aud = 'x')), backchannel],
];
