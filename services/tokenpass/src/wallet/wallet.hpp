#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "problem.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/keyring/backup_file.hpp"
#include "sigma/keyring/keyring.hpp"
#include "sigma/vault/sealed_vault.hpp"
#include "sites/sites.hpp"
#include "wallet/known_browsers.hpp"
#include "wallet/password_guard.hpp"
#include "wallet/public_record.hpp"
#include "wallet/wallet_folder.hpp"

namespace sigma::tokenpass {

/// What a new or restored wallet is told about its owner.
struct Owner {
  std::string display_name, paymail, logo;  ///< each may be empty
};

/// What the person writes down: only what this wallet has is set.
struct WalletSecrets {
  std::string seed_hex;
  std::string mnemonic;
  std::string passphrase;
  std::string root_wif;  ///< of a wallet that has no words
  std::string xprv;
};

inline constexpr std::size_t kMinPasswordLength = 8;  ///< bytes, of new passwords; older wallets may have shorter ones
/// 400 with the rule.
Outcome<void> check_new_password(std::string_view password);

/// The wallet in use: absent, locked or unlocked. Thread-safe. Functions marked "costly" stretch a password or wait for
/// the disk and belong on a core::WorkPool with one thread, which also makes them take turns.
class Wallet {
 public:
  enum class State { none, locked, unlocked };

  struct Options {
    core::Milliseconds auto_lock{0};  ///< of no use; 0: never
    crypto::Argon2Cost cost = vault::kVaultCost;
    /// Called when the wallet is locked, or another one takes the place of what was open: ends what hung on that. Must
    /// not call the wallet.
    std::function<void()> on_locked = [] {};
  };

  Wallet(WalletFolder folder, PublicRecord& record, Sites& sites, const core::Clock& clock, core::Random& random,
         Options options);

  State state();
  void lock();
  /// True when the wallet is open but was not used for so long that it has to be locked.
  bool overdue() const;
  const WalletFolder& folder() const { return folder_; }
  /// The file in use; empty while there is no wallet.
  std::string current_name() const;

  /// Costly. New words, new identity, unlocked. 500 when there is a wallet already (as documented), 400 for the
  /// password.
  Outcome<void> create(std::string_view password, const Owner& owner);
  /// Costly. A wallet of an older version is taken over into a vault of ours; its own files stay as they are. 417
  /// without wallet, 401 for a wrong password (which changes nothing, not even an unlocked state), 429.
  /// Here and below, `browser` is what KnownBrowsers gave the browser in which the password was typed; empty elsewhere.
  Outcome<void> unlock(std::string_view password, std::string_view browser = {});
  /// Costly. Errors as unlock().
  Outcome<void> check_password(std::string_view password, std::string_view browser = {});
  /// Costly. A copy of the wallet in use that its readers cannot read themselves: a wrong password is a guess at it.
  /// Errors as unlock().
  Outcome<keyring::Keyring> open_copy(std::string_view content, std::string_view password);
  /// Costly. Works in both states and leaves the state as it is. Errors as unlock().
  Outcome<WalletSecrets> secrets(std::string_view password, std::string_view browser = {});
  /// Costly. A fresh data key; versions that the old password would open are removed. Unlocked afterwards.
  Outcome<void> change_password(std::string_view current, std::string_view next, std::string_view browser = {});
  /// Costly. Makes `keyring` a wallet of its own under `name` (a vault's name) and uses it, unlocked. 409 when there is
  /// a file of that name.
  Outcome<void> adopt(keyring::Keyring keyring, std::string_view password, const std::string& name, const Owner& owner);
  /// Uses another wallet of the folder from now on, locked. 404 when there is none.
  Outcome<void> switch_to(const std::string& name);
  /// The first free name like "wallet.vault", "wallet-2.vault".
  std::string free_name(std::string_view stem) const;

  /// Costly. KnownBrowsers::remember() for the wallet in use.
  std::string remember_browser(std::string_view browser);

  /// The wallet as .bep text under its own password.
  Outcome<std::string> backup(bool with_words, const std::string& label);

  /// As read(), without counting as use.
  template <class Use, class R = std::invoke_result_t<Use, const keyring::Keyring&>>
  R look(Use use) {
    const std::lock_guard lock(mutex_);
    if (!open_ || idle()) return Problem::locked();
    return use(open_->keyring);
  }
  /// `use(const Keyring&)` returning Outcome<T>, while the wallet is unlocked; 401 otherwise. Counts as use.
  template <class Use, class R = std::invoke_result_t<Use, const keyring::Keyring&>>
  R read(Use use) {
    const std::lock_guard lock(mutex_);
    if (!open_ || idle()) return Problem::locked();
    last_use_ = clock_.now();
    return use(open_->keyring);
  }
  /// Costly. As read(), but `change(Keyring&)` may change it; saved before this returns, or undone.
  template <class Change, class R = std::invoke_result_t<Change, keyring::Keyring&>>
  R change(Change change) {
    const std::lock_guard lock(mutex_);
    if (!open_ || idle()) return Problem::locked();
    last_use_ = clock_.now();
    std::string before = open_->keyring.serialise();
    R done = change(open_->keyring);
    const auto saved = done ? write(*open_) : core::Result<void>();
    if (!done || !saved) open_->keyring = keyring::Keyring::deserialise(before).value();
    crypto::wipe(before);
    if (!saved) return saved.error();
    return done;
  }

 private:
  struct Open {
    std::string name;
    std::shared_ptr<const vault::SealedVault> vault;  // shared: a password is checked without holding mutex_
    keyring::Keyring keyring;
    vault::LockedBytes record_key;  ///< of Sites
    keyring::BackupKey backup_key;
  };

  bool idle() const;
  std::string find_current() const;
  core::Result<Open> open_vault(const std::string& name, std::string_view password) const;
  core::Result<keyring::Keyring> open_older(const std::string& name, std::string_view password) const;
  core::Result<Open> make_open(keyring::Keyring keyring, std::string_view password, std::string name) const;
  Outcome<Open> open_with(std::string_view password, std::string_view browser);
  Outcome<void> start_using(Open open);
  Outcome<void> use(Open open, bool taken_over);
  core::Result<void> fill_profile(core::Json from_identity);
  void describe(keyring::Keyring& keyring, const Owner& owner) const;
  core::Result<void> take_older_rows(std::string_view state_db);
  core::Result<void> write(const Open& open) const;
  void close_now();
  void lock_now();

  WalletFolder folder_;
  PublicRecord& record_;
  Sites& sites_;
  const core::Clock& clock_;
  core::Random& random_;
  Options options_;
  PasswordGuard guard_;
  KnownBrowsers browsers_;
  mutable std::mutex mutex_;
  std::optional<Open> open_;
  core::UtcTime last_use_;
};

}  // namespace sigma::tokenpass
