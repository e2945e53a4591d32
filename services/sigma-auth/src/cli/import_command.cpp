// Moves an installation of the Sigma cloud's software here (docs/how-to/migrate-from-the-sigma-cloud.md).
#include "cli/invocation.hpp"
#include "import/cloud_database.hpp"
#include "import/cloud_rows.hpp"

namespace sigma::service {
namespace {

using core::Json;
using core::Result;

// What has become of one kind of row.
struct Tally {
  int created = 0;
  int known = 0;
  Json skipped = Json::array();

  void count(bool was_created) { ++(was_created ? created : known); }
  void skip(const std::string& id, const std::string& why) { skipped.push_back({{"id", id}, {"why", why}}); }
  Json to_json() const { return {{"created", created}, {"known", known}, {"skipped", skipped}}; }
};

// Each answers whether it was new here.

Result<bool> keep_client(store::ClientStore& clients, oauth::Audit& audit, store::Client client) {
  const store::ClientId id = client.id;
  SIGMA_TRY(const bool created, run_to_end(clients.create(std::move(client))));
  if (created) {
    auto event = command_event(oauth::AuditType::client_created);
    event.client_id = id;
    event.detail["by"] = "import";
    audit.record(std::move(event));
  }
  return created;
}

core::Task<Result<bool>> keep_person(store::UserStore& users, CloudPerson person) {
  SIGMA_CO_TRY(const auto known, co_await users.find(person.user.id));
  if (known) co_return false;
  const store::UserId id = person.user.id;
  SIGMA_CO_TRY(const store::User kept, co_await users.create_with_profile(person.user, person.identities.front()));
  if (kept.id != id) {
    co_return core::Error{core::Code::conflict,
                          fmt::format("their key belongs to {} here, who signed in before the import.", kept.id.str())};
  }
  for (std::size_t i = 1; i < person.identities.size(); ++i) {
    SIGMA_CO_TRY(const auto addition, co_await users.add_profile(person.identities[i]));
    if (addition == store::ProfileAddition::done) continue;
    const std::string_view why = addition == store::ProfileAddition::elsewhere ? "belongs to somebody else here"
                                                                               : "finds no room in its account";
    co_return core::Error{core::Code::conflict, fmt::format("identity {} {}.", person.identities[i].bap_id.str(), why)};
  }
  co_return true;
}

core::Task<Result<bool>> keep_consent(store::Store& store, store::Consent consent) {
  SIGMA_CO_TRY(const auto user, co_await store.users.find(consent.user_id));
  SIGMA_CO_TRY(const auto client, co_await store.clients.find(consent.client_id));
  if (!user || !client) co_return core::Error{core::Code::not_found, "its person or its application is not here."};
  SIGMA_CO_TRY(const auto known, co_await store.consents.find(consent.user_id, consent.client_id, consent.bap_id));
  if (known) co_return false;
  SIGMA_CO_CHECK(co_await store.consents.remember(std::move(consent)));
  co_return true;
}

bool is_outage(const core::Error& error) {
  return error.code() != core::Code::invalid_input && error.code() != core::Code::conflict &&
         error.code() != core::Code::not_found;
}

class Import {
 public:
  Import(Invocation& run, CloudDatabase& cloud, bool dry_run) : run_(run), cloud_(cloud), dry_run_(dry_run) {}

  Result<void> into(const AuditedStore& target) {
    store::Store& store = target.store;
    const auto clients = [&](const Json& row) { return client(store, target.audit, row); };
    const auto users = [&](const Json& row) { return user(store.users, row); };
    const auto consents = [&](const Json& row) { return consent(store, row); };
    SIGMA_CHECK(cloud_.each_client(clients));
    SIGMA_CHECK(cloud_.each_user(users));
    SIGMA_CHECK(cloud_.each_consent(consents));
    record(target.audit);
    print_json({{"dry_run", dry_run_},
                {"clients", clients_.to_json()},
                {"users", users_.to_json()},
                {"consents", consents_.to_json()}});
    return {};
  }

 private:
  // One row for people and consents: there may be a hundred thousand. Applications have rows of their own.
  void record(oauth::Audit& audit) const {
    if (dry_run_ || clients_.created + users_.created + consents_.created == 0) return;
    auto event = command_event(oauth::AuditType::data_imported);
    event.detail = {{"clients", clients_.created}, {"users", users_.created}, {"consents", consents_.created}};
    audit.record(std::move(event));
  }

  Result<void> client(store::Store& store, oauth::Audit& audit, const Json& row) {
    const std::string id = core::json_string(row, "client_id").value_or("");
    auto read = cloud_client(row, run_.clock.now());
    return note(clients_, id, read, [&] { return keep_client(store.clients, audit, std::move(*read)); });
  }

  Result<void> user(store::UserStore& users, const Json& row) {
    const std::string id = core::json_string(row, "id").value_or("");
    SIGMA_TRY(const auto identities, cloud_.identities_of(id));
    auto read = cloud_person(row, identities, run_.clock.now());
    return note(users_, id, read, [&] { return run_to_end(keep_person(users, std::move(*read))); });
  }

  Result<void> consent(store::Store& store, const Json& row) {
    const std::string id = core::json_string(row, "id").value_or("");
    auto read = cloud_consent(row, run_.clock.now());
    return note(consents_, id, read, [&] { return run_to_end(keep_consent(store, std::move(*read))); });
  }

  // One bad row does not hold up the others; a database that fails does.
  template <class T, class Keep>
  Result<void> note(Tally& tally, const std::string& id, const Result<T>& read, const Keep& keep) {
    const Result<bool> kept = !read ? Result<bool>(read.error()) : dry_run_ ? Result<bool>(true) : keep();
    if (kept) {
      tally.count(*kept);
    } else if (is_outage(kept.error())) {
      return kept.error();
    } else {
      tally.skip(id, kept.error().description());
    }
    return {};
  }

  Invocation& run_;
  CloudDatabase& cloud_;
  bool dry_run_;
  Tally clients_, users_, consents_;
};

}  // namespace

void add_import_command(CLI::App& app, Invocation& run) {
  const auto url = std::make_shared<std::string>();
  const auto dry_run = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "import", "Take applications, people, identities and consents over from the Sigma cloud's database; repeatable");
  command->add_option("url", *url, "postgresql://…, read and never written; a password may be in PGPASSWORD")
      ->required();
  command->add_flag("--dry-run", *dry_run, "Read and check, keep nothing");
  command->callback([&run, url, dry_run] {
    run.action = [&run, url, dry_run]() -> Result<void> {
      if (!url->starts_with("postgresql://") && !url->starts_with("postgres://")) {
        return core::Error{core::Code::invalid_input,
                           "import: name the cloud's database as postgresql://user@host/database; others cannot be "
                           "read."};
      }
      SIGMA_TRY(CloudDatabase cloud, CloudDatabase::open(*url));
      return with_audit(
          run, "import", [&](const AuditedStore& target) { return Import(run, cloud, *dry_run).into(target); },
          EmbeddedFiles::made);
    };
  });
}

}  // namespace sigma::service
