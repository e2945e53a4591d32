// The ID token of a code flow (OIDC Core §3.1.3.7; oidcc-modules.md §3).
import { decodeJwt, halfHash, verifyJwt } from '../jose.mjs';
import { checkClaimTypes } from './claims.mjs';

const skewSeconds = 5 * 60;
const yearSeconds = 365 * 24 * 3600;
/** Claims that an ID token may have without being asked for them. */
const expectedClaims = 'iss sub aud exp iat nbf jti auth_time nonce acr amr azp at_hash c_hash s_hash sid'.split(' ');

/**
 * @param sent      the authorization request
 * @param accessToken, code what at_hash and c_hash must fit, when they are there
 * @param asked     further claims that were asked for
 * @returns {claims, header, jwt}
 */
export async function checkIdToken(context, jwt, { sent, client, accessToken, code, asked = [] }) {
  const { report, metadata, jwks } = context;
  const decoded = decodeJwt(jwt);
  report.require(decoded, 'the ID token is no JWT', 'OIDC Core §2');
  const { header, claims } = decoded;
  try {
    await verifyJwt(jwt, jwks);
  } catch (error) {
    report.check(false, `the ID token's signature does not verify: ${error.message}`, 'OIDC Core §3.1.3.7');
  }
  report.check(claims.iss === metadata.issuer, `iss in the ID token is ${claims.iss}`, 'OIDC Core §3.1.3.7');
  checkAudience(report, claims, client);
  checkTimes(report, claims);
  report.check(claims.acr === undefined || isText(claims.acr), 'acr is not a text', 'OIDC Core §2');
  report.check(claims.nonce === sent.nonce, 'nonce in the ID token is not the one that was sent', 'OIDC Core §3.1.3.7');
  report.require(isText(claims.sub), 'sub in the ID token is empty', 'OIDC Core §2');
  report.check(claims.sub.length <= 255, 'sub is longer than 255 characters', 'OIDC Core §2');
  checkClaimTypes(context, claims, 'ID token');
  for (const [name, value] of Object.entries({ at_hash: accessToken, c_hash: code })) {
    if (claims[name] === undefined) continue;
    report.check(
      claims[name] === halfHash(value, header.alg),
      `${name} in the ID token is wrong`,
      'OIDC Core §3.1.3.6',
    );
  }
  const unasked = Object.keys(claims).filter((name) => !expectedClaims.includes(name) && !asked.includes(name));
  report.recommend(
    unasked.length === 0,
    `the ID token has claims nobody asked for: ${unasked.join(', ')}`,
    'OIDC Core §5.4',
  );
  return { claims, header, jwt };
}

const isText = (value) => typeof value === 'string' && value !== '';

function checkAudience(report, claims, client) {
  const audience = [claims.aud].flat();
  report.check(audience.includes(client.client_id), 'aud in the ID token lacks the client', 'OIDC Core §3.1.3.7');
  const party = claims.azp;
  report.check(
    party === undefined || party === client.client_id,
    'azp in the ID token is not the client',
    'OIDC Core §3.1.3.7',
  );
}

function checkTimes(report, claims) {
  const now = Date.now() / 1000;
  const isTime = (value) => typeof value === 'number' && Number.isFinite(value);
  if (report.check(isTime(claims.exp), 'exp in the ID token is no number', 'OIDC Core §2')) {
    report.check(claims.exp > now - skewSeconds, 'exp in the ID token has passed', 'OIDC Core §3.1.3.7');
    report.check(claims.exp < now + 50 * yearSeconds, 'exp in the ID token is no number of seconds', 'OIDC Core §2');
  }
  if (report.check(isTime(claims.iat), 'iat in the ID token is no number', 'OIDC Core §2')) {
    report.check(claims.iat < now + skewSeconds, 'iat in the ID token is in the future', 'OIDC Core §3.1.3.7');
    report.check(
      claims.iat > now - skewSeconds,
      'iat in the ID token is more than 5 minutes ago',
      'OIDC Core §3.1.3.7',
    );
  }
  if (claims.auth_time !== undefined) {
    const sensible =
      isTime(claims.auth_time) && claims.auth_time < now + skewSeconds && claims.auth_time > now - yearSeconds;
    report.check(sensible, 'auth_time in the ID token is in the future or long ago', 'OIDC Core §2');
  }
}
