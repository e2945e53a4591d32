// Config OP: the discovery document, field by field (OpenID Connect Discovery §3, RFC 8414 §2).
import { checkHttps, discoveryPath } from '../lib/checks/provider.mjs';
import { isUsableKey } from '../lib/jose.mjs';
import { parseUrl } from '../lib/url.mjs';

const isText = (value) => typeof value === 'string';
const isFlag = (value) => typeof value === 'boolean';
const isTexts = (value) => Array.isArray(value) && value.length > 0 && value.every((one) => isText(one) && one !== '');

const kinds = { text: isText, flag: isFlag, texts: isTexts, uri: (value) => parseUrl(value) !== undefined };

const fields = {
  uri: `issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri registration_endpoint
    service_documentation op_policy_uri op_tos_uri revocation_endpoint introspection_endpoint
    device_authorization_endpoint end_session_endpoint check_session_iframe
    pushed_authorization_request_endpoint backchannel_authentication_endpoint`,
  texts: `scopes_supported response_types_supported response_modes_supported grant_types_supported acr_values_supported
    subject_types_supported id_token_signing_alg_values_supported id_token_encryption_alg_values_supported
    id_token_encryption_enc_values_supported userinfo_signing_alg_values_supported
    userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported
    request_object_signing_alg_values_supported request_object_encryption_alg_values_supported
    request_object_encryption_enc_values_supported token_endpoint_auth_methods_supported
    token_endpoint_auth_signing_alg_values_supported display_values_supported claim_types_supported claims_supported
    claims_locales_supported ui_locales_supported revocation_endpoint_auth_methods_supported
    revocation_endpoint_auth_signing_alg_values_supported introspection_endpoint_auth_methods_supported
    introspection_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported prompt_values_supported
    dpop_signing_alg_values_supported authorization_details_types_supported authorization_signing_alg_values_supported
    protected_resources`,
  flag: `claims_parameter_supported request_parameter_supported request_uri_parameter_supported
    require_request_uri_registration authorization_response_iss_parameter_supported frontchannel_logout_supported
    frontchannel_logout_session_supported backchannel_logout_supported backchannel_logout_session_supported
    require_pushed_authorization_requests require_signed_request_object tls_client_certificate_bound_access_tokens
    client_id_metadata_document_supported`,
};

const kindOf = Object.fromEntries(
  Object.entries(fields).flatMap(([kind, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, kind]),
  ),
);

/** scope-token of RFC 6749 §3.3. */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const responseTypes = ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'];

function checkTypes({ report, metadata }) {
  for (const [name, value] of Object.entries(metadata)) {
    const kind = kindOf[name];
    if (kind) report.check(kinds[kind](value), `${name} is not of the kind ${kind}`, 'OIDC Discovery §3, RFC 8414 §2');
    else if (name !== 'mtls_endpoint_aliases')
      report.recommend(false, `${name} is no registered metadata`, 'RFC 8414 §7.1');
  }
}

function checkIssuer(tester) {
  const { report, metadata, discovery } = tester;
  const source = 'OIDC Discovery §4.3';
  checkHttps(tester, discovery.url.href, 'the discovery URL');
  const issuer = parseUrl(metadata.issuer);
  report.require(issuer, 'issuer is no URL', source);
  report.check(issuer.search === '' && issuer.hash === '', 'issuer has a query or a fragment', 'OIDC Discovery §3');
  const bare = (text) => text.replace(/\/$/, '');
  const fits = bare(metadata.issuer) === bare(discovery.url.href.slice(0, -discoveryPath.length));
  report.check(fits, `issuer is ${metadata.issuer}, not the discovery URL without its suffix`, source);
}

/** @param needed names without which the document is a failure, or a warning when `weak` says so */
function checkPresence({ report, metadata }, needed, weak) {
  for (const name of needed) report.check(name in metadata, `${name} is missing`, 'OIDC Discovery §3');
  for (const name of weak) report.recommend(name in metadata, `${name} is missing`, 'OIDC Discovery §3');
}

function checkContents({ report, metadata }) {
  const list = (name) => (Array.isArray(metadata[name]) ? metadata[name] : []);
  const source = 'OIDC Discovery §3';
  const knownType = list('response_types_supported').some((type) => responseTypes.includes(type));
  report.check(knownType, 'response_types_supported has none of the standard types', source);
  const subject = list('subject_types_supported');
  const knownSubject = subject.length > 0 && subject.every((type) => ['public', 'pairwise'].includes(type));
  report.check(knownSubject, 'subject_types_supported must be public, pairwise or both', source);
  const signing = list('id_token_signing_alg_values_supported');
  report.check(signing.includes('RS256'), 'id_token_signing_alg_values_supported lacks RS256', source);
  const objects = metadata.request_object_signing_alg_values_supported;
  const objectsFit = objects === undefined || list('request_object_signing_alg_values_supported').includes('RS256');
  report.recommend(objectsFit, 'request_object_signing_alg_values_supported lacks RS256', source);
  if ('scopes_supported' in metadata) {
    report.check(list('scopes_supported').includes('openid'), 'scopes_supported lacks openid', source);
    const legal = list('scopes_supported').every((scope) => scopeToken.test(scope));
    report.check(legal, 'scopes_supported has an illegal scope', 'RFC 6749 §3.3');
  }
  for (const name of ['ui_locales_supported', 'claims_locales_supported']) {
    for (const tag of list(name)) checkLocale(report, name, tag);
  }
}

function checkLocale(report, name, tag) {
  let canonical;
  try {
    [canonical] = Intl.getCanonicalLocales(tag);
  } catch {
    canonical = undefined;
  }
  if (!report.check(canonical, `${name} has ${tag}, which is no language tag`, 'RFC 5646')) return;
  report.recommend(canonical === tag, `${name} has ${tag}, usually written ${canonical}`, 'RFC 5646 §2.1.1');
}

/** Every endpoint and URI of the document is https. */
export function checkEndpoints(tester) {
  for (const [name, value] of Object.entries(tester.metadata)) {
    if (/_(endpoint|uri)$/.test(name)) checkHttps(tester, value, name);
  }
}

export const configuration = [
  {
    name: 'oidcc-discovery-endpoint-verification',
    run: async (tester) => {
      const { report, discovery, metadata, jwks } = await tester.discover();
      const json = discovery.mediaType === 'application/json';
      report.check(json, `discovery came as ${discovery.mediaType}`, 'OIDC Discovery §4.2');
      checkIssuer(tester);
      checkTypes(tester);
      checkPresence(
        { report, metadata },
        ['response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported'],
        ['userinfo_endpoint', 'scopes_supported', 'claims_supported'],
      );
      checkContents(tester);
      checkEndpoints(tester);
      const rsa = jwks.keys.some((key) => key.kty === 'RSA' && isUsableKey(key));
      report.check(rsa, 'the key set has no RSA key for RS256', 'OIDC Core §15.1');
    },
  },
];
