// What sites may do and did: tokens, remembered approvals, their scratch data, the activity list.
#pragma once
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/vault/locked_bytes.hpp"
#include "sites/auto_approval.hpp"
#include "sites/scopes.hpp"

namespace sigma::tokenpass {

struct Token {
  std::string hash;  ///< SHA-256 of the text, hex: the text itself is kept nowhere
  std::string host;
  Scopes scopes;
  std::int64_t expires_ms = 0;  ///< Unix milliseconds; 0: never
  std::string bap_id;           ///< the identity it speaks for
  std::string icon;
  core::UtcTime created;
  bool automatic = false;  ///< given without a question; ends with the auto-approval

  bool expired(core::UtcTime now) const { return expires_ms != 0 && expires_ms < now.ms; }
};

/// A person's standing yes to a site.
struct Approval {
  std::string origin;  ///< "https://app.example"; empty: for programs of this machine, which have none
  std::string host;
  Scopes scopes;
  std::int64_t until_ms = 0;  ///< 0: until revoked
  std::string bap_id;
  core::UtcTime created;
};

struct SiteKey {
  std::string host;
  std::string address;
  std::string public_key;
};

struct Activity {
  core::UtcTime at;  ///< the last time
  std::string host;  ///< empty: the person, not a site
  std::string what;
  int times = 1;
};

/// Thread-safe. Open while the wallet is unlocked; sealed on the disk under a key from the vault.
class Sites {
 public:
  static constexpr std::size_t kMaxTokensPerHost = 16;
  static constexpr std::size_t kMaxHosts = 1000;
  static constexpr std::size_t kMaxApprovals = 1000;
  static constexpr std::size_t kMaxActivity = 500;
  /// The same again within this time is counted, not listed: no site can flush the list by asking often.
  static constexpr core::Milliseconds kSameActivity = std::chrono::hours{1};
  static constexpr std::size_t kMaxStateSize = 64 * 1024;  ///< bytes of one host's scratch data
  /// How long an expired token is still told from an unknown one.
  static constexpr core::Milliseconds kRememberExpired = std::chrono::hours{24};

  Sites(const core::Clock& clock, core::Random& random) : clock_(clock), random_(random) {}

  /// Reads what lies in `file` (nothing there: starts empty). A file that cannot be opened is set aside, not lost.
  void open(std::filesystem::path file, vault::LockedBytes key);
  void close();
  /// Writes if anything changed. Blocks on the disk.
  core::Result<void> save();

  /// Keeps `token` (its hash is set) and returns its text, a UUID version 4. Drops the oldest beyond the bounds.
  std::string issue(Token token);
  /// A token that an older TokenPass gave out, from its row of state.db; expired ones are left behind.
  void keep_older_token(const std::string& host, std::string_view text, const core::Json& row);
  std::optional<Token> find(std::string_view text) const;
  std::vector<Token> tokens() const;  ///< newest first
  /// Ends tokens and approvals of a host, which has to ask from now on; how many there were.
  std::size_t revoke(std::string_view host);

  void approve(Approval approval);  ///< replaces what was approved for the same origin and host
  /// The approval that covers `scopes` now.
  std::optional<Approval> find_approval(std::string_view origin, std::string_view host, const Scopes& scopes) const;
  std::vector<Approval> approvals() const;

  /// Replaces what is switched on; its exceptions stay.
  void approve_automatically(Scopes scopes, std::int64_t until_ms);
  /// Off again; ends the tokens that were given without a question and says how many there were.
  std::size_t ask_again();
  /// From now on `host` has to ask, also while auto-approval is on.
  void always_ask(std::string_view host);
  std::optional<AutoApproval> auto_approval() const;  ///< nothing while it is off

  void keep_key(SiteKey key);  ///< the first use of a host's key
  std::vector<SiteKey> keys() const;

  core::Json state(std::string_view host) const;
  /// Code::invalid_input beyond kMaxStateSize.
  core::Result<void> set_state(std::string host, core::Json state);
  void erase_state(std::string_view host);

  void note(std::string host, std::string what);
  std::vector<Activity> activity() const;  ///< newest first

  /// Hex SHA-256, as tokens are kept.
  static std::string hash_of(std::string_view text);

 private:
  core::Json to_json() const;
  void from_json(const core::Json& json);
  void sweep();
  void except(std::string_view host);

  const core::Clock& clock_;
  core::Random& random_;
  mutable std::mutex mutex_;
  std::filesystem::path file_;
  vault::LockedBytes key_;
  bool changed_ = false;
  std::deque<Token> tokens_;  // oldest first
  std::vector<Approval> approvals_;
  std::vector<SiteKey> keys_;
  std::optional<AutoApproval> automatic_;
  std::map<std::string, core::Json, std::less<>> states_;
  std::deque<Activity> activity_;
};

}  // namespace sigma::tokenpass
