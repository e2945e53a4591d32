#include "sigma/oauth/dpop/dpop_verifier.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <cmath>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::oauth {
namespace {

constexpr std::string_view kNoncePurpose = "dpop-nonce";
constexpr std::int64_t kNoncePeriodMs = 120'000;
// The nonce already says when a proof was made; this only catches clocks that are far off (RFC 9449 §11.1).
constexpr core::Milliseconds kMaxAge = std::chrono::minutes{5};
constexpr std::size_t kMaxJti = 256;
constexpr jose::Algorithm kAlgorithms[] = {jose::Algorithm::ES256, jose::Algorithm::EdDSA, jose::Algorithm::PS256,
                                           jose::Algorithm::ES256K};

Error bad_proof(std::string_view why) {
  return {ErrorCode::invalid_dpop_proof, fmt::format("The DPoP proof cannot be used: {}", why)};
}

// Scheme and host in lower case, default ports and dot segments gone, query and fragment ignored (RFC 9449 §4.3).
std::optional<std::string> comparable_url(std::string_view text) {
  auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return std::nullopt;
  boost::urls::url url(*parsed);
  url.remove_query();
  url.remove_fragment();
  url.normalize();
  if ((url.scheme() == "https" && url.port() == "443") || (url.scheme() == "http" && url.port() == "80"))
    url.remove_port();
  return std::string(url.buffer());
}

// The key in the proof's own header; nothing else may decide who signed.
std::shared_ptr<const jose::VerificationKey> key_of(const core::Json& header) {
  const auto jwk = header.find("jwk");
  if (jwk == header.end()) return nullptr;
  const auto key = jose::VerificationKey::from_jwk(*jwk);
  return key ? *key : nullptr;
}

}  // namespace

std::vector<std::string> dpop_algorithms() {
  std::vector<std::string> names;
  for (const jose::Algorithm algorithm : kAlgorithms) names.emplace_back(jose::to_string(algorithm));
  names.emplace_back("Ed25519");  // what newer libraries call EdDSA (RFC 9864)
  return names;
}

std::optional<std::string> bound_key(const core::Json& details) {
  if (!details.is_object()) return std::nullopt;
  const auto cnf = details.find("cnf");
  return cnf == details.end() ? std::nullopt : core::json_string(*cnf, "jkt");
}

bool is_presented_rightly(const PresentedToken& presented, const core::Json& details) {
  const auto jkt = bound_key(details);
  return jkt ? presented.with_dpop_scheme && presented.dpop_jkt == jkt : !presented.with_dpop_scheme;
}

std::string DpopVerifier::nonce_of(std::int64_t period) const {
  const std::string text = std::to_string(period);
  return text + '.' + core::base64url_encode(sealer_.mac(kNoncePurpose, text));
}

std::string DpopVerifier::nonce() const {
  return nonce_of(clock_.now().ms / kNoncePeriodMs);
}

bool DpopVerifier::is_fresh_nonce(std::string_view nonce) const {
  const auto dot = nonce.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view text = nonce.substr(0, dot);
  const std::int64_t period = clock_.now().ms / kNoncePeriodMs;
  if (text != std::to_string(period) && text != std::to_string(period - 1)) return false;
  const auto mac = core::base64url_decode(nonce.substr(dot + 1));
  return mac && sealer_.verify_mac(kNoncePurpose, text, *mac);
}

Result<std::string> DpopVerifier::check_claims(const core::Json& claims, const DpopProof& proof,
                                               const std::optional<std::string>& access_token) const {
  const auto jti = core::json_string(claims, "jti");
  if (!jti || jti->empty() || jti->size() > kMaxJti) return bad_proof("jti must be a text of 1 to 256 bytes.");
  if (core::json_string(claims, "htm") != proof.method)
    return bad_proof(fmt::format("htm must be {}, the method of this request.", proof.method));
  const auto ours = comparable_url(settings_.base_url + proof.path);
  const auto theirs = comparable_url(core::json_string(claims, "htu").value_or(""));
  if (!theirs || theirs != ours)
    return bad_proof(fmt::format("htu must be {}{}, the address of this request.", settings_.base_url, proof.path));
  const auto iat = claims.find("iat");
  if (iat == claims.end() || !iat->is_number()) return bad_proof("iat is missing.");
  const double age = static_cast<double>(clock_.now().ms) / 1000 - iat->get<double>();
  if (!(std::abs(age) <= static_cast<double>(kMaxAge.count()) / 1000))
    return bad_proof("iat is too far from the server's time; make a new proof for each request.");
  if (access_token) {
    const std::string expected = core::base64url_encode(crypto::view(crypto::sha256(*access_token)));
    if (core::json_string(claims, "ath") != expected)
      return bad_proof("ath must be the base64url SHA-256 of the access token.");
  }
  if (!is_fresh_nonce(core::json_string(claims, "nonce").value_or(""))) {
    return Error{ErrorCode::use_dpop_nonce,
                 "Put the value of the DPoP-Nonce header of this answer into the proof's nonce, and send it again."};
  }
  return *jti;
}

core::Task<Result<std::optional<std::string>>> DpopVerifier::verify(DpopProof proof,
                                                                    std::optional<std::string> access_token) {
  if (proof.headers.empty()) co_return std::optional<std::string>{};
  if (proof.headers.size() > 1) co_return bad_proof("there is more than one DPoP header.");
  const auto decoded = jose::decode_jwt(proof.headers.front());
  if (!decoded) co_return bad_proof(decoded.error().description());
  const auto key = key_of(decoded->header);
  if (!key) co_return bad_proof("jwk must hold a public key of a kind that this server knows, and nothing private.");
  jose::VerifyOptions options;
  options.algorithms.assign(std::begin(kAlgorithms), std::end(kAlgorithms));
  options.types = {"dpop+jwt"};
  const auto own_key = [&key](const std::optional<std::string>&, jose::Algorithm algorithm) {
    return key->fits(algorithm) ? key : nullptr;
  };
  const auto jwt = jose::verify_jwt(proof.headers.front(), own_key, options);
  if (!jwt) co_return bad_proof(jwt.error().description());
  SIGMA_CO_TRY(const std::string jti, check_claims(jwt->claims, proof, access_token));
  const auto jkt = jose::thumbprint(jwt->header.at("jwk"));
  if (!jkt) co_return bad_proof(jkt.error().description());

  const core::UtcTime now = clock_.now();
  std::string used = crypto::to_string(crypto::sha256("dpop\n" + *jkt + '\n' + jti));
  SIGMA_CO_TRY(const bool fresh, co_await replay_.first_use(std::move(used), now, now + 2 * kMaxAge));
  if (!fresh) co_return bad_proof("it was used before; make a new proof, with a new jti, for each request.");
  co_return std::optional<std::string>{*jkt};
}

}  // namespace sigma::oauth
