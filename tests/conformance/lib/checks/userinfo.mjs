// Answers of the UserInfo endpoint (OIDC Core §5.3).
import { checkClaimTypes } from './claims.mjs';

/** 200, JSON, `sub` as in the ID token, claims of the right types; returns the claims. */
export function checkUserinfo(context, answer, idToken) {
  const { report } = context;
  report.require(answer.status === 200, `userinfo answered ${answer.describe()}`, 'OIDC Core §5.3.2');
  report.require(answer.mediaType === 'application/json', `userinfo came as ${answer.mediaType}`, 'OIDC Core §5.3.2');
  const claims = answer.json;
  report.require(claims && typeof claims === 'object', 'userinfo is no JSON object', 'OIDC Core §5.3.2');
  report.require(typeof claims.sub === 'string' && claims.sub !== '', 'userinfo has no sub', 'OIDC Core §5.3.2');
  report.check(claims.sub === idToken.claims.sub, 'sub in userinfo is not the one of the ID token', 'OIDC Core §5.3.2');
  checkClaimTypes(context, claims, 'userinfo');
  return claims;
}
