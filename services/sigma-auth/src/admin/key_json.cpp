#include "admin/key_json.hpp"

namespace sigma::service {

core::Json render_key(const store::SigningKey& key, core::UtcTime now) {
  const bool expired = key.expires_at && *key.expires_at <= now;
  const bool retired = key.retired_at && *key.retired_at <= now;
  core::Json json = {
      {"kid", key.kid},
      {"alg", key.algorithm},
      {"status", expired                 ? "expired"
                 : retired               ? "retired"
                 : now < key.active_from ? "upcoming"
                                         : "active"},
      {"created_at", core::to_iso8601(key.created_at)},
      {"active_from", core::to_iso8601(key.active_from)},
      {"public_jwk", key.public_jwk},
  };
  if (key.retired_at) json["retired_at"] = core::to_iso8601(*key.retired_at);
  if (key.expires_at) json["expires_at"] = core::to_iso8601(*key.expires_at);
  return json;
}

}  // namespace sigma::service
