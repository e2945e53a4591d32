// What is on the disk after a write: the new bytes, or the old ones when anything went wrong on the way.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "sigma/vault/private_files.hpp"
#include "sigma/vault/versioned_file.hpp"

namespace sigma::vault {
namespace {

namespace fs = std::filesystem;
using core::Code;

class FilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sigma-vault-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path file(const char* name = "wallet.vault") const { return folder_ / name; }
  static std::string bytes(const fs::path& path) { return read_file(path, 1 << 24).value(); }
  static mode_t mode(const fs::path& path) {
    struct stat info{};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  fs::path folder_;
};

TEST_F(FilesTest, AreReadableByTheirOwnerOnly) {
  ::umask(0);
  ASSERT_TRUE(replace_file(file(), "secret"));
  EXPECT_EQ(mode(file()), 0600u);
  ASSERT_TRUE(make_private_folder(folder_ / "a" / "b"));
  EXPECT_EQ(mode(folder_ / "a" / "b"), 0700u);
}

TEST_F(FilesTest, AnOpenFolderIsClosed) {
  fs::create_directory(folder_ / "open");
  fs::permissions(folder_ / "open", fs::perms::all);
  ASSERT_TRUE(make_private_folder(folder_ / "open"));
  EXPECT_EQ(mode(folder_ / "open"), 0700u);
}

TEST_F(FilesTest, ALinkInThePlaceOfTheNewFileIsNotFollowed) {
  ASSERT_TRUE(replace_file(folder_ / "victim", "theirs"));
  fs::create_symlink(folder_ / "victim", file().string() + ".new");
  EXPECT_FALSE(replace_file(file(), "ours"));
  EXPECT_EQ(bytes(folder_ / "victim"), "theirs");
}

TEST_F(FilesTest, ReadingHasABound) {
  ASSERT_TRUE(replace_file(file(), std::string(100, 'x')));
  EXPECT_EQ(read_file(file(), 99).error().code(), Code::invalid_input);
  EXPECT_EQ(read_file(folder_ / "none", 99).error().code(), Code::not_found);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(folder_ / "pipe", 99).error().code(), Code::invalid_input);
}

/// Runs `replace_file` in a process that may only write `limit` bytes to a file: every write point of a full disk.
/// `killed`: the process dies at that point instead of getting an error.
int write_in_child(const fs::path& path, std::string_view text, std::size_t limit, bool killed) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const rlimit size{limit, limit};
    ::setrlimit(RLIMIT_FSIZE, &size);
    std::signal(SIGXFSZ, killed ? SIG_DFL : SIG_IGN);
    const auto done = replace_file(path, text);
    ::_exit(done ? 0 : done.error().code() == Code::unavailable ? 3 : 4);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_F(FilesTest, AFullDiskAtAnyByteLeavesTheOldFile) {
  const std::string old_text(700, 'o'), new_text(900, 'n');
  ASSERT_TRUE(replace_file(file(), old_text));
  for (std::size_t limit = 0; limit < new_text.size(); limit += 50) {
    EXPECT_EQ(write_in_child(file(), new_text, limit, false), 3);
    EXPECT_EQ(bytes(file()), old_text);
    EXPECT_FALSE(fs::exists(file().string() + ".new"));  // no rubbish that keeps the disk full
  }
  EXPECT_EQ(write_in_child(file(), new_text, new_text.size(), false), 0);
  EXPECT_EQ(bytes(file()), new_text);
}

TEST_F(FilesTest, DeathAtAnyByteLeavesTheOldFile) {
  const std::string old_text(700, 'o'), new_text(900, 'n');
  ASSERT_TRUE(replace_file(file(), old_text));
  for (std::size_t limit = 0; limit < new_text.size(); limit += 50) {
    EXPECT_EQ(write_in_child(file(), new_text, limit, true), -SIGXFSZ);
    EXPECT_EQ(bytes(file()), old_text);
  }
  // What the dead left beside it does not stand in the way.
  ASSERT_TRUE(replace_file(file(), new_text));
  EXPECT_EQ(bytes(file()), new_text);
}

TEST_F(FilesTest, KillAtAnyMomentLeavesOneWholeFile) {
  VersionedFile versioned(file());
  const std::string texts[] = {std::string(60'000, 'a'), std::string(90'000, 'b')};
  ASSERT_TRUE(versioned.replace(texts[0]));
  for (int round = 0; round < 40; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int turn = 0;; ++turn) (void)versioned.replace(texts[turn % 2]);
    }
    ::usleep(static_cast<useconds_t>(500 + 337 * round));  // not waiting for anything: choosing a moment
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string left = versioned.read().value();
    EXPECT_TRUE(left == texts[0] || left == texts[1]) << left.size();
  }
}

TEST_F(FilesTest, KeepsTheLastVersions) {
  VersionedFile versioned(file());
  for (int number = 1; number <= 8; ++number) ASSERT_TRUE(versioned.replace(fmt::format("contents {}", number)));
  EXPECT_EQ(versioned.read().value(), "contents 8");
  for (int version = 1; version <= VersionedFile::kVersions; ++version) {
    const fs::path kept = fmt::format("{}~{}", file().string(), version);
    EXPECT_EQ(bytes(kept), fmt::format("contents {}", 8 - version));
    EXPECT_EQ(mode(kept), 0600u);
  }
  EXPECT_FALSE(fs::exists(file().string() + "~6"));
  versioned.forget_versions();
  EXPECT_FALSE(fs::exists(file().string() + "~1"));
  EXPECT_TRUE(versioned.exists());
}

TEST_F(FilesTest, OneProcessAtATime) {
  const auto lock = FolderLock::take(folder_ / "lock");
  ASSERT_TRUE(lock);
  EXPECT_EQ(FolderLock::take(folder_ / "lock").error().code(), Code::conflict);
}

}  // namespace
}  // namespace sigma::vault
