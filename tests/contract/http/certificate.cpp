#include "certificate.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace sigma::http::testing {

Certificate::Certificate(std::string_view common_name, std::string_view alternative_names) {
  std::string pattern = (std::filesystem::temp_directory_path() / "sigma-certificate-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) ADD_FAILURE() << pattern;
  folder_ = pattern;
  issue(common_name, alternative_names);
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Certificate::issue(std::string_view common_name, std::string_view alternative_names) const {
  const std::string command = fmt::format(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={} -addext "
      "subjectAltName={} "
      "-keyout {} -out {} 2>/dev/null",
      common_name, alternative_names, files().key_file, files().certificate_file);
  if (std::system(command.c_str()) != 0) ADD_FAILURE() << command;
}

}  // namespace sigma::http::testing
