#include "sigma/jose/jwt.hpp"

#include "sigma/core/encoding.hpp"

namespace sigma::jose {
namespace {

constexpr std::size_t kMaxDepth = 16;

core::Error malformed(std::string_view why) {
  return {core::Code::invalid_input, "The token is malformed: " + std::string(why) + "."};
}

core::Error rejected(std::string_view why) {
  return {core::Code::unauthorized, "The token is not accepted: " + std::string(why) + "."};
}

struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signing_input;  ///< header and claims with the dot between them
};

core::Result<Parts> split(std::string_view token, std::size_t max_size) {
  if (token.size() > max_size) return malformed("it is too long");
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return malformed("it must have three parts");
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

core::Result<core::Json> decode_object(std::string_view part) {
  const auto text = core::base64url_decode(part);
  if (!text) return malformed("a part is not base64url");
  auto json = core::parse_json(*text, kMaxDepth);
  if (!json) return malformed("a part is not valid JSON, or names a member twice");
  if (!json->is_object()) return malformed("a part is no JSON object");
  return json;
}

core::Result<void> check_header(const core::Json& header) {
  if (!parse_algorithm(core::json_string(header, "alg").value_or("")))
    return malformed("alg is missing or not supported");
  // We know no extension, so every critical one is unknown (RFC 7515 §4.1.11); b64 would change what is signed (RFC
  // 7797).
  if (header.contains("crit") || header.contains("b64")) return malformed("crit and b64 are not supported");
  if (header.contains("typ") && !core::json_string(header, "typ")) return malformed("typ is no string");
  const auto kid = core::json_string(header, "kid");
  if (header.contains("kid") && (!kid || kid->size() > kMaxKidSize)) {
    return malformed("kid must be a string of at most 256 bytes");
  }
  return {};
}

core::Result<Jwt> decode(const Parts& parts) {
  SIGMA_TRY(auto header, decode_object(parts.header));
  SIGMA_CHECK(check_header(header));
  SIGMA_TRY(auto claims, decode_object(parts.claims));
  return Jwt{std::move(header), std::move(claims)};
}

std::string media_type(std::string_view typ) {
  std::string out = core::to_lower_ascii(typ);
  constexpr std::string_view kPrefix = "application/";
  if (out.starts_with(kPrefix)) out.erase(0, kPrefix.size());
  return out;
}

bool type_accepted(const core::Json& header, const VerifyOptions& options) {
  const auto typ = core::json_string(header, "typ");
  if (!typ) return options.typ_may_be_missing;
  return std::ranges::any_of(options.types, [&](const auto& type) { return media_type(type) == media_type(*typ); });
}

}  // namespace

core::Result<std::string> sign_jwt(const SigningKey& key, std::string_view typ, const core::Json& claims) {
  core::Json header = {{"alg", to_string(key.algorithm())}, {"kid", key.kid()}};
  if (!typ.empty()) header["typ"] = typ;
  std::string token =
      core::base64url_encode(core::dump_json(header)) + "." + core::base64url_encode(core::dump_json(claims));
  SIGMA_TRY(const std::string signature, key.sign(token));
  token += '.';
  token += core::base64url_encode(signature);
  return token;
}

core::Result<Jwt> decode_jwt(std::string_view token, std::size_t max_size) {
  SIGMA_TRY(const Parts parts, split(token, max_size));
  return decode(parts);
}

core::Result<Jwt> verify_jwt(std::string_view token, const KeyFinder& find_key, const VerifyOptions& options) {
  SIGMA_TRY(const Parts parts, split(token, options.max_size));
  SIGMA_TRY(Jwt jwt, decode(parts));
  const auto algorithm = parse_algorithm(*core::json_string(jwt.header, "alg"));
  if (std::ranges::find(options.algorithms, algorithm) == options.algorithms.end())
    return rejected("alg is not allowed");
  if (!type_accepted(jwt.header, options)) return rejected("typ is not the expected one");
  const auto key = find_key(core::json_string(jwt.header, "kid"), *algorithm);
  if (!key) return rejected("there is no key for its kid and alg");
  // A signature has one length only, so nothing longer is ever decoded.
  if (parts.signature.size() != (key->signature_size() * 4 + 2) / 3) return rejected("the signature is not valid");
  const auto signature = core::base64url_decode(parts.signature);
  if (!signature || !key->verify(*algorithm, parts.signing_input, *signature)) {
    return rejected("the signature is not valid");
  }
  return jwt;
}

}  // namespace sigma::jose
