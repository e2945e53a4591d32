#include <fmt/format.h>

#include <algorithm>

#include "auth_token_text.hpp"
#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/bitcoin/brc77.hpp"
#include "sigma/bitcoin/bsm.hpp"
#include "sigma/core/encoding.hpp"

namespace sigma::bitcoin {
namespace {

using Fault = AuthTokenFault;

constexpr core::Milliseconds kReplicaClockMargin = std::chrono::minutes(1);

constexpr std::size_t base64_size(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

AuthTokenError claimed_key_fault() {
  return {Fault::pubkey,
          "The public key of X-Auth-Token must be 66 hexadecimal characters, 02 or 03 first (compressed secp256k1)."};
}

AuthTokenError signature_fault() {
  return {Fault::signature,
          "The signature of X-Auth-Token does not match its key, path and time and the body received. Sign "
          "<requestPath>|<timestamp>|<hex SHA-256 of the exact body bytes, or nothing without a body>."};
}

AuthTokenResult<core::UtcTime> check_time(std::string_view timestamp, const AuthTokenExpectation& expectation) {
  const auto server_time = [&] { return core::to_iso8601(expectation.now); };
  const auto time = core::parse_iso8601(timestamp);
  if (!time)
    return AuthTokenError{Fault::timestamp,
                          fmt::format("The time of X-Auth-Token must look like {}: UTC with milliseconds, "
                                      "as toISOString() writes it.",
                                      server_time())};
  const auto ahead = *time - expectation.now;
  if (ahead < -expectation.window || ahead > expectation.window) {
    const bool old = ahead < core::Milliseconds::zero();
    return AuthTokenError{old ? Fault::expired : Fault::future,
                          fmt::format("The time of X-Auth-Token is {} s {} the server's, {}; at most {} s are allowed. "
                                      "Set the clock and sign again.",
                                      (old ? -ahead : ahead).count() / 1000, old ? "behind" : "ahead of", server_time(),
                                      expectation.window.count() / 1000)};
  }
  return *time;
}

/// The texts the token may have signed, each with the body it covers.
struct Candidate {
  std::string text;
  std::optional<std::size_t> body;
};

std::vector<Candidate> candidates(const AuthToken& token, const AuthTokenExpectation& expectation) {
  std::vector<Candidate> out;
  const auto add = [&](std::string_view body, std::optional<std::size_t> index) {
    auto text = signed_text(token.request_path, token.timestamp, body);
    const bool known = std::ranges::any_of(out, [&](const Candidate& other) { return other.text == text; });
    if (!known) out.push_back({std::move(text), index});
  };
  for (std::size_t i = 0; i < expectation.bodies.size(); ++i) {
    const auto body = expectation.bodies[i];
    add(body, body.empty() ? std::nullopt : std::optional(i));
  }
  if (expectation.bodies.empty() || expectation.body_may_be_unsigned) add({}, std::nullopt);
  return out;
}

struct Signer {
  PublicKey key;
  Candidate covered;
};

/// The signature's bytes, its size limited by the scheme before anything is decoded.
std::optional<std::string> decode_signature(const AuthToken& token) {
  const bool plausible = token.scheme == AuthScheme::bsm ? token.signature.size() == base64_size(kBsmSignatureSize)
                                                         : token.signature.size() <= base64_size(kMaxBrc77Size);
  return plausible ? core::base64_decode(token.signature) : std::nullopt;
}

/// Recovers instead of verifying: that costs little more, checks the recovery id, and spares the claimed key its
/// decompression, because a key that equals a recovered one lies on the curve.
AuthTokenResult<Signer> check_bsm(std::string_view signature, std::string_view claimed, std::vector<Candidate> texts) {
  for (auto& candidate : texts) {
    auto signer = recover_bsm(candidate.text, signature);
    if (signer && signer->key.view() == claimed) return Signer{signer->key, std::move(candidate)};
  }
  return signature_fault();
}

AuthTokenResult<Signer> check_brc77(std::string_view signature, std::string_view claimed, std::vector<Candidate> texts,
                                    const PublicKey* known_key) {
  const auto envelope = parse_brc77(signature);
  if (!envelope) return signature_fault();
  if (envelope->sender != claimed) {
    // An unreadable sender is no other person.
    if (!PublicKey::parse(envelope->sender)) return signature_fault();
    return AuthTokenError{Fault::key_mismatch,
                          "The message inside X-Auth-Token is signed by another key than the one in its first field."};
  }
  if (envelope->recipient)
    return AuthTokenError{Fault::signature,
                          "The message inside X-Auth-Token is addressed to one recipient; sign it for anyone."};
  const bool known = known_key && known_key->view() == claimed;
  const auto key = known ? core::Result<PublicKey>(*known_key) : PublicKey::parse(claimed);
  if (!key) return claimed_key_fault();
  for (auto& candidate : texts)
    if (verify_brc77(*key, candidate.text, *envelope)) return Signer{*key, std::move(candidate)};
  return signature_fault();
}

/// All checks behind the form of the key: time, path, signer, body.
AuthTokenResult<VerifiedAuthToken> check_statement(const AuthToken& token, std::string_view claimed,
                                                   const AuthTokenExpectation& expectation) {
  const auto time = check_time(token.timestamp, expectation);
  if (!time) return time.error();
  if (std::ranges::find(expectation.paths, token.request_path) == expectation.paths.end())
    return AuthTokenError{Fault::path,
                          fmt::format("X-Auth-Token was signed for another path; this endpoint expects \"{}\".",
                                      expectation.paths.empty() ? "" : expectation.paths.front())};
  const auto signature = decode_signature(token);
  if (!signature)
    return AuthTokenError{Fault::signature,
                          "The signature of X-Auth-Token must be standard base64 with padding: 65 bytes for bsm, "
                          "a message for anyone for brc77."};
  auto texts = candidates(token, expectation);
  auto signer = token.scheme == AuthScheme::bsm
                    ? check_bsm(*signature, claimed, std::move(texts))
                    : check_brc77(*signature, claimed, std::move(texts), expectation.known_key);
  if (!signer) return signer.error();
  const auto replay_key = crypto::sha256(signer->key.hex() + '|' + signer->covered.text);
  return VerifiedAuthToken{signer->key,
                           token.scheme,
                           *time,
                           signer->covered.body,
                           crypto::to_string(replay_key),
                           *time + expectation.window + kReplicaClockMargin};
}

}  // namespace

AuthTokenResult<VerifiedAuthToken> verify_auth_token(std::string_view text, const AuthTokenExpectation& expectation) {
  const auto token = parse_auth_token(text);
  if (!token) return token.error();
  std::optional<std::string> claimed;
  if (token->pubkey.size() == 2 * PublicKey::kSize) claimed = core::hex_decode(token->pubkey);
  if (!claimed) return claimed_key_fault();
  auto verified = check_statement(*token, *claimed, expectation);
  // Whether the claimed key is a point only needs asking when the token fails anyway; then it is the first answer due.
  if (!verified && !PublicKey::parse(*claimed)) return claimed_key_fault();
  return verified;
}

}  // namespace sigma::bitcoin
