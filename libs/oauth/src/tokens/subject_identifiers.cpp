#include "sigma/oauth/tokens/subject_identifiers.hpp"

#include <boost/url/parse.hpp>

#include "keys/purposes.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::oauth {
namespace {

constexpr const char* kName = "pairwise-salt";
constexpr std::size_t kSaltSize = 32;

}  // namespace

core::Task<core::Result<void>> SubjectIdentifiers::start() {
  const std::string fresh = random_.bytes(kSaltSize);
  SIGMA_CO_TRY(std::string sealed, sealer_.seal(kServerSecretPurpose, kName, fresh, random_));
  SIGMA_CO_TRY(sealed, co_await secrets_.find_or_create(kName, std::move(sealed), clock_.now()));
  SIGMA_CO_TRY(salt_, sealer_.open(kServerSecretPurpose, kName, sealed));
  co_return core::Result<void>{};
}

std::string SubjectIdentifiers::for_client(const store::Client& client, const store::UserId& user) const {
  if (core::json_string(client.metadata, "subject_type") != "pairwise") return user.str();
  const std::string text = sector_identifier(client) + '\n' + user.str();
  return core::base64url_encode(crypto::view(crypto::hmac_sha256(salt_.view(), text)));
}

std::string sector_identifier(const store::Client& client) {
  auto uri = core::json_string(client.metadata, "sector_identifier_uri");
  if (!uri && !client.redirect_uris.empty()) uri = client.redirect_uris.front();
  if (uri) {
    const auto parsed = boost::urls::parse_uri(*uri);
    if (parsed && !parsed->encoded_host().empty()) return core::to_lower_ascii(parsed->encoded_host());
  }
  return client.id.str();
}

}  // namespace sigma::oauth
