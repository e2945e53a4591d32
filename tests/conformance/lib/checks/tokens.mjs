// Answers of the token endpoint (oidcc-modules.md §3, §4).
import { checkErrorText } from './authorization.mjs';

/** VSCHAR (RFC 6749 Appendix A.12, A.17). */
const visible = /^[\x20-\x7E]+$/;

/** Shannon's measure over the characters of this one text, in bits: a lower bound that only a poor secret misses. */
export function measuredEntropy(text) {
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let perCharacter = 0;
  for (const count of counts.values()) perCharacter -= (count / text.length) * Math.log2(count / text.length);
  return perCharacter * text.length;
}

/** At least 128 bit long and 96 bit of measured entropy. */
export function checkSecret({ report }, value, name) {
  report.check(value.length >= 16, `${name} is shorter than 128 bit`, 'RFC 6749 §10.10');
  report.check(measuredEntropy(value) >= 96, `${name} has less than 96 bit of entropy`, 'RFC 6749 §10.10');
}

export function checkTokenText({ report }, value, name) {
  report.check(visible.test(value), `${name} has characters that it must not have`, 'RFC 6749 Appendix A');
}

/** A good answer; returns its JSON. */
export function checkTokenResponse({ report }, answer, { idToken = true, tokenType = 'bearer' } = {}) {
  report.require(answer.status === 200, `the token endpoint answered ${answer.describe()}`, 'RFC 6749 §5.1');
  report.require(answer.mediaType === 'application/json', `the tokens came as ${answer.mediaType}`, 'RFC 6749 §5.1');
  const tokens = answer.json;
  report.require(tokens && typeof tokens === 'object', 'the token answer is no JSON object', 'RFC 6749 §5.1');
  report.require(typeof tokens.access_token === 'string', 'the token answer has no access_token', 'RFC 6749 §5.1');
  report.require(typeof tokens.token_type === 'string', 'the token answer has no token_type', 'RFC 6749 §5.1');
  const rightType = tokens.token_type.toLowerCase() === tokenType;
  report.check(rightType, `token_type is ${tokens.token_type}, expected ${tokenType}`, 'OIDC Core §3.1.3.3');
  if (tokens.expires_in !== undefined) {
    const positive = typeof tokens.expires_in === 'number' && tokens.expires_in > 0;
    report.check(positive, 'expires_in is not a positive number', 'RFC 6749 §5.1');
  }
  if (idToken)
    report.require(typeof tokens.id_token === 'string', 'the token answer has no id_token', 'OIDC Core §3.1.3.3');
  return tokens;
}

/** Cache-Control: no-store on an answer with tokens. */
export function checkNotStored({ report }, answer) {
  const noStore = /\bno-store\b/i.test(answer.headers['cache-control'] ?? '');
  report.check(noStore, 'the token answer lacks Cache-Control: no-store', 'RFC 6749 §5.1');
}

/** A 400 with `invalid_grant` and clean words. */
export function checkInvalidGrant(context, answer, what) {
  const { report } = context;
  if (!report.check(answer.status === 400, `${what}: 400 expected, got ${answer.describe()}`, 'RFC 6749 §5.2')) return;
  report.check(
    answer.mediaType === 'application/json',
    `${what}: the error came as ${answer.mediaType}`,
    'RFC 6749 §5.2',
  );
  const error = answer.json?.error;
  report.check(error === 'invalid_grant', `${what}: the error is ${error}, expected invalid_grant`, 'RFC 6749 §5.2');
  if (answer.json) checkErrorText(context, answer.json);
}
