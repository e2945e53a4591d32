#include "sigma/wallet/challenge.hpp"

#include <fmt/format.h>

#include <array>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::wallet {
namespace {

constexpr std::string_view kPurpose = "wallet-challenge";
constexpr std::string_view kSeal = "\nSeal: ";
constexpr std::size_t kMaxText = 2'048;

// The session's id is nobody's business but ours; which session it is can be compared without it.
std::string session_mark(const store::SessionId& id) {
  return core::hex_encode(crypto::view(crypto::sha256(id.str()))).substr(0, 16);
}

std::string host_of(std::string_view base_url) {
  const auto scheme = base_url.find("://");
  return std::string(scheme == std::string_view::npos ? base_url : base_url.substr(scheme + 3));
}

std::string unsealed(const ChallengePurpose& purpose, std::string_view nonce, std::string_view expires) {
  const std::string host = host_of(purpose.base_url);
  return fmt::format(
      "{0} asks to connect this Bitcoin wallet to the account {1}.\n"
      "\n"
      "Sign only if you are on {0} yourself. Nothing is paid and nothing is moved.\n"
      "\n"
      "URI: {2}/api/wallet/connect\n"
      "Version: 1\n"
      "Account: {1}\n"
      "Session: {3}\n"
      "Nonce: {4}\n"
      "Expiration Time: {5}",
      host, purpose.bap_id.str(), purpose.base_url, session_mark(purpose.session_id), nonce, expires);
}

/// The value of the line "<name>: <value>"; empty when there is none.
std::string_view line_of(std::string_view text, std::string_view name) {
  const std::string start = fmt::format("\n{}: ", name);
  const auto at = text.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + start.size());
  return rest.substr(0, rest.find('\n'));
}

oauth::Error refused(std::string description) {
  return {oauth::ErrorCode::invalid_challenge, "Invalid challenge: " + std::move(description)};
}

}  // namespace

Challenge ChallengeBook::make(const ChallengePurpose& purpose) const {
  std::array<std::uint8_t, 16> bytes{};
  random_.fill(bytes);
  Challenge challenge;
  challenge.nonce = core::base64url_encode(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  challenge.expires_at = clock_.now() + kChallengeLifetime;
  const std::string text = unsealed(purpose, challenge.nonce, to_iso8601(challenge.expires_at));
  challenge.text = text + std::string(kSeal) + core::base64url_encode(sealer_.mac(kPurpose, text));
  return challenge;
}

oauth::Result<Challenge> ChallengeBook::open(std::string_view text, const ChallengePurpose& purpose) const {
  oauth::Error foreign =
      refused("it was changed or does not come from this server; ask for a new one and sign exactly its text.");
  if (text.size() > kMaxText) return foreign;
  const auto seal_at = text.rfind(kSeal);
  if (seal_at == std::string_view::npos) return foreign;
  const std::string_view covered = text.substr(0, seal_at);
  const auto mac = core::base64url_decode(text.substr(seal_at + kSeal.size()));
  if (!mac || !sealer_.verify_mac(kPurpose, covered, *mac)) return foreign;
  // From here on the text is one of ours, word for word.
  const std::string_view nonce = line_of(covered, "Nonce"), expires = line_of(covered, "Expiration Time");
  const auto expires_at = core::parse_iso8601(expires);
  if (!expires_at) return foreign;
  if (line_of(covered, "Account") != purpose.bap_id.str())
    return refused("it was made for another account; ask for one for this account.");
  if (line_of(covered, "Session") != session_mark(purpose.session_id))
    return refused("it was made for another session; ask for a new one.");
  if (covered != unsealed(purpose, nonce, expires))
    return refused("it was made for another address of this server; ask for a new one.");
  if (*expires_at <= clock_.now()) return refused("it has expired; ask for a new one.");
  return Challenge{std::string(text), std::string(nonce), *expires_at};
}

}  // namespace sigma::wallet
