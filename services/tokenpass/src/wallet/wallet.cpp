#include "wallet/wallet.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "sigma/keyring/older_wallets.hpp"
#include "sigma/vault/versioned_file.hpp"

namespace sigma::tokenpass {

using core::Code;
using core::Error;
using core::Json;
using core::Result;
using keyring::Keyring;
using vault::LockedBytes;
using vault::SealedVault;
using vault::VersionedFile;

namespace {

constexpr std::size_t kRecordKeySize = 32;

Problem wallet_exists() {
  return {500, "There is a wallet already. Log in with its password, or use another TOKENPASS_DIR for a new one."};
}

/// The public row of a wallet, as its first identity tells it.
Json profile_of(const Keyring& keyring) {
  const keyring::Identity& first = keyring.identities().front();
  Json profile = {{"host", "global"}, {"bapID", first.id_key}};
  for (const char* name : {"displayName", "paymail", "logo"}) {
    if (const auto found = first.attributes.find(name); found != first.attributes.end()) {
      profile[name] = found->second.value;
    }
  }
  return profile;
}

}  // namespace

Outcome<void> check_new_password(std::string_view password) {
  if (password.size() >= kMinPasswordLength) return {};
  return Problem(400, fmt::format("The password is too short: it needs at least {} characters.", kMinPasswordLength));
}

Wallet::Wallet(WalletFolder folder, PublicRecord& record, Sites& sites, const core::Clock& clock, core::Random& random,
               Options options)
    : folder_(std::move(folder)),
      record_(record),
      sites_(sites),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      guard_(record, clock),
      browsers_(record, random) {}

bool Wallet::idle() const {
  return options_.auto_lock.count() > 0 && clock_.now() - last_use_ > options_.auto_lock;
}

std::string Wallet::find_current() const {
  std::string chosen = record_.wallet_name();
  if (!chosen.empty() && folder_.exists(chosen)) return chosen;
  if (folder_.exists(WalletFolder::kDefaultWallet)) return std::string(WalletFolder::kDefaultWallet);
  return folder_.older_wallet().value_or("");
}

std::string Wallet::current_name() const {
  return find_current();
}

bool Wallet::overdue() const {
  const std::lock_guard lock(mutex_);
  return open_ && idle();
}

Wallet::State Wallet::state() {
  const std::lock_guard lock(mutex_);
  if (open_ && !idle()) return State::unlocked;
  return find_current().empty() ? State::none : State::locked;
}

void Wallet::lock() {
  const std::lock_guard lock(mutex_);
  lock_now();
}

void Wallet::close_now() {
  open_.reset();
  if (auto saved = sites_.save(); !saved) core::log::error("sites_not_saved", saved.error());
  sites_.close();
}

void Wallet::lock_now() {
  close_now();
  options_.on_locked();
}

// Contents of the vault: {"keyring": <text>, "recordKey": <hex>, "backupKey": {"salt","key"}}.
Result<void> Wallet::write(const Open& open) const {
  std::string keyring = open.keyring.serialise();
  std::string contents = core::dump_json(
      {{"keyring", keyring},
       {"recordKey", core::hex_encode(open.record_key.view())},
       {"backupKey",
        {{"salt", core::hex_encode(open.backup_key.salt)}, {"key", core::hex_encode(open.backup_key.key.view())}}}});
  const auto sealed = open.vault->seal(contents, random_);
  crypto::wipe(contents);
  crypto::wipe(keyring);
  if (!sealed) return sealed.error();
  return VersionedFile(folder_.file(open.name)).replace(*sealed);
}

Result<Wallet::Open> Wallet::open_vault(const std::string& name, std::string_view password) const {
  SIGMA_TRY(const std::string text, VersionedFile(folder_.file(name)).read());
  SIGMA_TRY(SealedVault::Opened opened, SealedVault::open(text, password));
  const auto contents = core::parse_json(opened.contents.view());
  Error unreadable{Code::conflict, "The vault opened, but its contents are of another version of TokenPass."};
  if (!contents || !contents->is_object()) return unreadable;
  const Json backup = contents->value("backupKey", Json::object());
  const auto record_key = core::hex_decode(core::json_string(*contents, "recordKey").value_or(""));
  const auto salt = core::hex_decode(core::json_string(backup, "salt").value_or(""));
  const auto key = core::hex_decode(core::json_string(backup, "key").value_or(""));
  if (!record_key || record_key->size() != kRecordKeySize || !salt || !key) return unreadable;
  SIGMA_TRY(Keyring keyring, Keyring::deserialise(core::json_string(*contents, "keyring").value_or("")));
  return Open{name,
              std::make_shared<SealedVault>(std::move(opened.vault)),
              std::move(keyring),
              LockedBytes(*record_key),
              {*salt, LockedBytes(*key)}};
}

Result<Keyring> Wallet::open_older(const std::string& name, std::string_view password) const {
  SIGMA_TRY(const std::string text, VersionedFile(folder_.file(name)).read());
  SIGMA_TRY(Keyring keyring, keyring::open_wallet_file(text, password));
  const auto changed = keyring::take_host_paths(keyring, folder_.older_file("keys.db"));
  core::log::info("older_wallet_read", {{"file", name},
                                        {"rules", keyring::to_string(keyring.rules())},
                                        {"hosts", keyring.kept_host_paths().size()},
                                        {"hosts_with_other_keys", changed.size()}});
  return keyring;
}

Result<Wallet::Open> Wallet::make_open(Keyring keyring, std::string_view password, std::string name) const {
  SIGMA_TRY(SealedVault vault, SealedVault::create(password, random_, options_.cost));
  SIGMA_TRY(keyring::BackupKey backup_key, keyring::derive_backup_key(password, random_));
  return Open{std::move(name), std::make_shared<SealedVault>(std::move(vault)), std::move(keyring),
              LockedBytes::random(kRecordKeySize, random_), std::move(backup_key)};
}

// Opens what is there, older or ours, under the guard. Never touches what is open now.
Outcome<Wallet::Open> Wallet::open_with(std::string_view password, std::string_view browser) {
  const std::string name = find_current();
  if (name.empty()) return Problem::no_wallet();
  const std::string count = browsers_.count_of(name, browser);
  SIGMA_CHECK(guard_.admit(count));
  auto opened = [&]() -> Result<Open> {
    if (WalletFolder::is_vault(name)) return open_vault(name, password);
    SIGMA_TRY(Keyring keyring, open_older(name, password));
    return make_open(std::move(keyring), password, free_name(WalletFolder::vault_name(name)));
  }();
  if (opened) {
    guard_.succeeded(count);
    return std::move(*opened);
  }
  if (opened.error().code() == Code::unauthorized) SIGMA_CHECK(guard_.failed(count));
  return opened.error();
}

Outcome<void> Wallet::start_using(Open open) {
  const std::lock_guard lock(mutex_);
  if (!folder_.exists(open.name)) SIGMA_CHECK(write(open));
  if (record_.wallet_name() != open.name) SIGMA_CHECK(record_.set_wallet_name(open.name));
  const bool goes_on = open_ && !idle() && open_->name == open.name;
  if (goes_on)
    close_now();
  else
    lock_now();
  sites_.open(folder_.file(open.name).replace_extension(".sites"), open.record_key.clone());
  open_ = std::move(open);
  last_use_ = clock_.now();
  return {};
}

Outcome<void> Wallet::create(std::string_view password, const Owner& owner) {
  if (!find_current().empty()) return wallet_exists();
  SIGMA_TRY(Keyring keyring, Keyring::create(random_));
  return adopt(std::move(keyring), password, std::string(WalletFolder::kDefaultWallet), owner);
}

Outcome<void> Wallet::adopt(Keyring keyring, std::string_view password, const std::string& name, const Owner& owner) {
  if (folder_.exists(name)) return Problem(409, fmt::format("There is a file {} already; choose another name.", name));
  SIGMA_CHECK(check_new_password(password));
  describe(keyring, owner);
  SIGMA_TRY(Open open, make_open(std::move(keyring), password, name));
  Json profile = profile_of(open.keyring);
  SIGMA_CHECK(start_using(std::move(open)));
  SIGMA_CHECK(record_.set_profile(std::move(profile)));
  return {};
}

void Wallet::describe(Keyring& keyring, const Owner& owner) const {
  const std::string id = keyring.identities().front().id_key;
  const std::pair<const char*, const std::string&> attributes[] = {
      {"displayName", owner.display_name}, {"paymail", owner.paymail}, {"logo", owner.logo}};
  for (const auto& [name, value] : attributes) {
    if (!value.empty()) keyring.set_attribute(id, name, value, random_);
  }
}

Outcome<void> Wallet::unlock(std::string_view password, std::string_view browser) {
  SIGMA_TRY(Open open, open_with(password, browser));
  const bool taken_over = open.name != find_current();
  return use(std::move(open), taken_over);
}

// Of what open_with() gave: an older wallet that is taken over brings along what lay beside it.
Outcome<void> Wallet::use(Open open, bool taken_over) {
  Json from_identity = profile_of(open.keyring);
  SIGMA_CHECK(start_using(std::move(open)));
  if (taken_over) SIGMA_CHECK(take_older_rows(folder_.older_file("state.db")));
  SIGMA_CHECK(fill_profile(std::move(from_identity)));
  return {};
}

// A row that was lost comes back from the identity.
Result<void> Wallet::fill_profile(Json from_identity) {
  const Json before = record_.profile();
  Json profile = before.empty() ? from_identity : before;
  for (const char* name : {"host", "bapID"}) profile[name] = from_identity[name];
  return profile == before ? Result<void>() : record_.set_profile(std::move(profile));
}

// Rows of state.db: profile, tokens (kept as hashes from now on) and scratch data.
Result<void> Wallet::take_older_rows(std::string_view state_db) {
  static constexpr std::string_view kOurs[] = {"_id", "host", "accessToken", "scopes", "expireTime", "icon", "bapID"};
  for (const Json& row : keyring::read_nedb(state_db)) {
    auto host = core::json_string(row, "host");
    if (!host || host->empty()) continue;
    const auto known =
        look([&](const Keyring& keyring) -> Outcome<bool> { return keyring.kept_host_paths().contains(*host); });
    if (known && !*known) host = keyring::canonical_host(*host);
    Json rest = row;
    for (const std::string_view name : kOurs) rest.erase(std::string(name));
    if (*host == "global") {
      Json profile = record_.profile();
      for (const auto& [name, value] : rest.items()) profile.emplace(name, value);
      SIGMA_CHECK(record_.set_profile(std::move(profile)));
      continue;
    }
    if (!rest.empty()) (void)sites_.set_state(*host, rest);
    if (const auto text = core::json_string(row, "accessToken")) sites_.keep_older_token(*host, *text, row);
  }
  return sites_.save();
}

Outcome<void> Wallet::check_password(std::string_view password, std::string_view browser) {
  std::shared_ptr<const SealedVault> vault;
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return Problem::locked();
    vault = open_->vault;
    name = open_->name;
  }
  const std::string count = browsers_.count_of(name, browser);
  SIGMA_CHECK(guard_.admit(count));
  const auto right = vault->check_password(password);
  if (right) {
    guard_.succeeded(count);
    return {};
  }
  if (right.error().code() == Code::unauthorized) SIGMA_CHECK(guard_.failed(count));
  return right.error();
}

// A right password forgets nothing here: it may be one that the wallet had earlier.
Outcome<Keyring> Wallet::open_copy(std::string_view content, std::string_view password) {
  const std::string name = find_current();
  SIGMA_CHECK(guard_.admit(name));
  auto opened = keyring::open_wallet_file(content, password);
  if (opened) return std::move(*opened);
  if (opened.error().code() == Code::unauthorized) SIGMA_CHECK(guard_.failed(name));
  return opened.error();
}

Outcome<WalletSecrets> Wallet::secrets(std::string_view password, std::string_view browser) {
  SIGMA_TRY(const Open open, open_with(password, browser));
  WalletSecrets secrets;
  secrets.seed_hex = core::hex_encode(open.keyring.seed());
  secrets.mnemonic = open.keyring.mnemonic();
  secrets.passphrase = open.keyring.passphrase();
  secrets.xprv = open.keyring.xprv();
  if (secrets.mnemonic.empty() && secrets.xprv.empty()) {
    SIGMA_TRY(const auto root, open.keyring.root_key());
    secrets.root_wif = root.to_wif();
  }
  return secrets;
}

Outcome<void> Wallet::change_password(std::string_view current, std::string_view next, std::string_view browser) {
  SIGMA_CHECK(check_new_password(next));
  SIGMA_TRY(Open open, open_with(current, browser));
  const bool taken_over = open.name != find_current();
  SIGMA_TRY(SealedVault vault, SealedVault::create(next, random_, options_.cost));
  SIGMA_TRY(open.backup_key, keyring::derive_backup_key(next, random_));
  open.vault = std::make_shared<SealedVault>(std::move(vault));
  SIGMA_CHECK(write(open));
  VersionedFile(folder_.file(open.name)).forget_versions();
  return use(std::move(open), taken_over);
}

Outcome<void> Wallet::switch_to(const std::string& name) {
  if (!folder_.exists(name)) return Problem(404, fmt::format("There is no wallet {}.", folder_.display(name)));
  SIGMA_CHECK(record_.set_wallet_name(name));
  lock();
  return {};
}

std::string Wallet::free_name(std::string_view stem) const {
  const std::string base = std::filesystem::path(stem).stem().string();
  std::string name = base + ".vault";
  for (int number = 2; folder_.exists(name); ++number) name = fmt::format("{}-{}.vault", base, number);
  return name;
}

std::string Wallet::remember_browser(std::string_view browser) {
  return browsers_.remember(current_name(), browser);
}

Outcome<std::string> Wallet::backup(bool with_words, const std::string& label) {
  const std::lock_guard lock(mutex_);
  if (!open_ || idle()) return Problem::locked();
  last_use_ = clock_.now();
  SIGMA_TRY(std::string json,
            keyring::backup_json(open_->keyring, {.label = label, .with_words = with_words}, clock_.now(), random_));
  auto sealed = keyring::seal_backup(json, open_->backup_key, random_);
  crypto::wipe(json);
  if (!sealed) return sealed.error();
  return *sealed;
}

}  // namespace sigma::tokenpass
