// What comes back to the callback: a code, or an error (oidcc-modules.md §3).
import { parseUrl } from '../url.mjs';

const errorMembers = ['error', 'error_description', 'error_uri', 'state', 'session_state', 'iss'];
/** %x20-21 / %x23-5B / %x5D-7E (RFC 6749 Appendix A.7, A.8). */
const descriptionText = /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/;

const loneValue = (parameters, name) => (parameters.getAll(name).length > 1 ? undefined : parameters.get(name));

/** Exactly the callback that was asked for, answered in the way that was asked for. */
export function checkCallback({ report }, { arrived, page }, sent) {
  report.require(arrived, `no answer came to the callback; the visit ended at ${page?.describe()}`, 'RFC 6749 §4.1.2');
  const { url } = arrived;
  const bare = `${url.origin}${url.pathname}`;
  report.require(
    bare === sent.redirect_uri,
    `the answer went to ${bare} instead of ${sent.redirect_uri}`,
    'RFC 6749 §3.1.2',
  );
  const wanted = sent.response_mode === 'form_post' ? 'form' : 'query';
  report.require(
    arrived.via === wanted,
    `the answer came by ${arrived.via}, not by ${wanted}`,
    'OAuth 2.0 Response Modes §2',
  );
  report.check([...arrived.fragment.keys()].length === 0, 'the code flow answered in the fragment', 'RFC 6749 §4.1.2');
  if (wanted === 'form') {
    report.check(url.search === '', 'form_post left parameters in the query', 'OAuth 2.0 Form Post Response Mode §2');
  }
  return arrived.parameters;
}

function checkStateAndIssuer({ report, metadata }, parameters, sent) {
  const state = loneValue(parameters, 'state');
  const intact = sent.state === undefined ? state === null : state === sent.state;
  report.check(intact, `state came back as ${JSON.stringify(state)}, not as it was sent`, 'RFC 6749 §4.1.2');
  const issuer = loneValue(parameters, 'iss');
  const announced = metadata.authorization_response_iss_parameter_supported === true;
  report.check(issuer !== null || !announced, 'iss is missing although discovery announces it', 'RFC 9207 §2.3');
  report.check(issuer === null || issuer === metadata.issuer, `iss is ${issuer}, not the issuer`, 'RFC 9207 §2.4');
}

/** A good answer; returns the code. */
export function checkAuthorizationResponse(context, visit, sent) {
  const { report } = context;
  const parameters = checkCallback(context, visit, sent);
  const error = parameters.get('error');
  report.require(
    error === null,
    `the answer is the error ${error}: ${parameters.get('error_description')}`,
    'RFC 6749 §4.1.2',
  );
  checkStateAndIssuer(context, parameters, sent);
  const code = loneValue(parameters, 'code');
  report.require(code, 'the answer has no code', 'RFC 6749 §4.1.2');
  return code;
}

/** An error redirect; `expected` lists the codes that fit. Returns the error. */
export function checkAuthorizationError(context, visit, sent, expected) {
  const { report } = context;
  const parameters = checkCallback(context, visit, sent);
  checkStateAndIssuer(context, parameters, sent);
  report.check(parameters.get('code') === null, 'an error came with a code', 'RFC 6749 §4.1.2.1');
  for (const name of new Set(parameters.keys())) {
    report.recommend(errorMembers.includes(name), `an error came with the parameter ${name}`, 'RFC 6749 §4.1.2.1');
  }
  const error = loneValue(parameters, 'error');
  report.require(error, 'the answer has neither code nor error', 'RFC 6749 §4.1.2.1');
  checkErrorText(context, Object.fromEntries(parameters));
  report.check(
    expected.includes(error),
    `the error is ${error}, expected ${expected.join(' or ')}`,
    'OIDC Core §3.1.2.6',
  );
  return error;
}

/** error, error_description and error_uri are made of the characters that they may have. */
export function checkErrorText({ report }, { error, error_description: description, error_uri: uri }) {
  report.check(descriptionText.test(error ?? ''), 'error has characters that it must not have', 'RFC 6749 §4.1.2.1');
  if (description !== undefined) {
    const bare = String(description).replace(/[\r\n\t]/g, '');
    report.check(
      descriptionText.test(bare),
      'error_description has characters that it must not have',
      'RFC 6749 §4.1.2.1',
    );
    report.recommend(bare === description, 'error_description has line breaks or tabs', 'RFC 6749 §4.1.2.1');
  }
  if (uri !== undefined) report.check(parseUrl(uri), 'error_uri is no URI', 'RFC 6749 §4.1.2.1');
}
