#include "sigma/oauth/audit/audit_chain.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::oauth {
namespace {

constexpr std::string_view kPurpose = "server-secret";
constexpr const char* kName = "audit-key";
constexpr jose::Algorithm kAlgorithm = jose::Algorithm::EdDSA;

template <class Text>
core::Json or_null(const std::optional<Text>& text) {
  if constexpr (std::is_same_v<Text, std::string>) {
    return text ? core::Json(*text) : core::Json();
  } else {
    return text ? core::Json(text->str()) : core::Json();
  }
}

// Names what is signed, so that a signature of this key can never mean anything else.
std::string signed_text(const store::AuditRow& row) {
  return fmt::format("sigma audit row\n{}\n{}\n{}", row.stream, row.sequence, core::hex_encode(row.hash));
}

}  // namespace

std::string audit_origin() {
  return std::string(32, '\0');
}

std::string audit_hash(const store::AuditRow& row) {
  const core::Json members = {row.stream,
                              row.sequence,
                              row.at.ms,
                              row.type,
                              row.outcome,
                              row.actor,
                              or_null(row.client_id),
                              or_null(row.user_id),
                              or_null(row.bap_id),
                              or_null(row.session_id),
                              or_null(row.network),
                              or_null(row.request_id),
                              row.detail};
  return crypto::to_string(crypto::sha256(row.previous_hash + core::dump_json(members)));
}

core::Json render_audit_row(const store::AuditRow& row) {
  auto detail = core::parse_json(row.detail);
  return {{"stream", row.stream},
          {"sequence", row.sequence},
          {"at", core::to_iso8601(row.at)},
          {"type", row.type},
          {"outcome", row.outcome},
          {"actor", row.actor},
          {"client_id", or_null(row.client_id)},
          {"user_id", or_null(row.user_id)},
          {"bap_id", or_null(row.bap_id)},
          {"session_id", or_null(row.session_id)},
          {"network", or_null(row.network)},
          {"request_id", or_null(row.request_id)},
          {"detail", detail ? std::move(*detail) : core::Json(row.detail)},
          {"previous_hash", core::hex_encode(row.previous_hash)},
          {"hash", core::hex_encode(row.hash)},
          {"signature", row.signature ? core::Json(core::base64url_encode(*row.signature)) : core::Json()}};
}

core::Task<core::Result<void>> AuditKey::start() {
  SIGMA_CO_TRY(const auto fresh, jose::SigningKey::generate(kAlgorithm, random_));
  SIGMA_CO_TRY(const crypto::SecretBytes secret, fresh->export_private());
  SIGMA_CO_TRY(std::string sealed, sealer_.seal(kPurpose, kName, secret.view(), random_));
  SIGMA_CO_TRY(sealed, co_await secrets_.find_or_create(kName, std::move(sealed), clock_.now()));
  SIGMA_CO_TRY(const crypto::SecretBytes kept, sealer_.open(kPurpose, kName, sealed));
  SIGMA_CO_TRY(signing_, jose::SigningKey::import_private(kAlgorithm, kept.view()));
  SIGMA_CO_TRY(verification_, jose::VerificationKey::from_jwk(signing_->public_jwk()));
  co_return core::Result<void>{};
}

core::Result<std::string> AuditKey::sign(const store::AuditRow& row) const {
  return signing_->sign(signed_text(row));
}

bool AuditKey::has_signed(const store::AuditRow& row) const {
  return row.signature && verification_->verify(kAlgorithm, signed_text(row), *row.signature).has_value();
}

}  // namespace sigma::oauth
