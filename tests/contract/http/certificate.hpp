#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "sigma/http/server.hpp"

namespace sigma::http::testing {

/// A self-signed certificate and its key in a folder that goes away with it.
class Certificate {
 public:
  /// `alternative_names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
  Certificate(std::string_view common_name, std::string_view alternative_names);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  /// Writes another one into the same files.
  void issue(std::string_view common_name, std::string_view alternative_names) const;
  TlsFiles files() const { return {(folder_ / "certificate.pem").string(), (folder_ / "key.pem").string()}; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace sigma::http::testing
