// What the server's secret seals in the database: the purpose picks the key (crypto::Sealer).
#pragma once
#include <string_view>

namespace sigma::oauth {

inline constexpr std::string_view kSigningKeyPurpose = "signing-key";      ///< context: kid
inline constexpr std::string_view kServerSecretPurpose = "server-secret";  ///< context: name

}  // namespace sigma::oauth
