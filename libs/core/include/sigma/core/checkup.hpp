// What every program's `doctor` command has in common.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace sigma::core {

/// Findings of a `doctor` command, printed to stdout as they come: a mark, a subject, a line that says what to do.
class Checkup {
 public:
  enum class Verdict { ok, warning, failure };

  void add(Verdict verdict, std::string_view subject, std::string_view words);
  /// `good`, or `words` as a failure.
  void expect(bool good, std::string_view subject, std::string_view good_words, std::string_view words);
  /// A file or folder that only its owner may read. Nothing is said about one that is not there yet.
  void check_private(const std::filesystem::path& path);
  /// The disk that `folder` lies on has at least `least` bytes left.
  void check_disk(const std::filesystem::path& folder, std::uint64_t least);
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

}  // namespace sigma::core
