#include "sigma/core/checkup.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <string>

namespace sigma::core {

void Checkup::add(Verdict verdict, std::string_view subject, std::string_view words) {
  constexpr std::string_view kMarks[] = {"ok", "warn", "FAIL"};
  fmt::print("{:<5} {:<14} {}\n", kMarks[static_cast<std::size_t>(verdict)], subject, words);
  failed_ = failed_ || verdict == Verdict::failure;
}

void Checkup::expect(bool good, std::string_view subject, std::string_view good_words, std::string_view words) {
  add(good ? Verdict::ok : Verdict::failure, subject, good ? good_words : words);
}

void Checkup::check_private(const std::filesystem::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return;
  const std::string name = path.string();
  expect((info.st_mode & 077) == 0, "permissions", name,
         fmt::format("{} can be read by other users; run: chmod go= {}", name, name));
}

void Checkup::check_disk(const std::filesystem::path& folder, std::uint64_t least) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) return;
  const std::string free = fmt::format("{} MB free", space.available / (1024 * 1024));
  expect(space.available >= least, "disk", free, fmt::format("only {}; make room in {}", free, folder.string()));
}

}  // namespace sigma::core
