#include "sigma/bap/resolver.hpp"

#include "sigma/core/log.hpp"

namespace sigma::bap {
namespace {

using core::Json;

/// An answer from further in the future was kept while a clock was wrong.
constexpr core::Milliseconds kClockSkew = std::chrono::minutes{1};

// What stands in the cache: when the API was asked, and what it said (null: it knows none).
struct Kept {
  core::UtcTime at;
  std::optional<ChainIdentity> identity;
};

std::string write_kept(core::UtcTime at, const std::optional<ChainIdentity>& identity) {
  return core::dump_json({{"at", at.ms}, {"profile", identity ? identity->profile : Json(nullptr)}});
}

// A cache may be shared and is no place of trust: what comes out of it is checked as if it came from the API.
std::optional<Kept> read_kept(std::string_view text) {
  const auto json = core::parse_json(text);
  if (!json || !json->is_object() || !json->contains("profile")) return std::nullopt;
  const auto at = json->find("at");
  if (at == json->end() || !at->is_number_integer()) return std::nullopt;
  Kept kept{.at = {at->get<std::int64_t>()}, .identity = {}};
  if (json->at("profile").is_null()) return kept;
  auto identity = read_identity(json->at("profile"));
  if (!identity) return std::nullopt;
  kept.identity = std::move(*identity);
  return kept;
}

// The bones of an identity: what has to be known of its keys while the API is down.
Json without_person(Json profile) {
  profile.erase("identity");
  return profile;
}

// An identity whose current key is not `address` any more; which one is, may not be known.
Json with_key_replaced(Json profile, const std::string& address) {
  if (profile["currentAddress"] == address) profile["currentAddress"] = profile["rootAddress"];
  Json& addresses = profile["addresses"];
  if (!addresses.is_array()) addresses = Json::array();
  addresses.push_back({{"address", address}});
  return profile;
}

}  // namespace

struct Resolver::Question {
  bool by_address = true;
  std::string text;

  std::string key() const { return (by_address ? "bap:address:" : "bap:id:") + text; }
  Resolution answer(std::optional<ChainIdentity> identity, bool asked) const {
    Resolution resolution{.identity = std::move(identity), .standing = Standing::stranger, .asked = asked};
    if (resolution.identity && by_address) resolution.standing = standing_of(*resolution.identity, text);
    return resolution;
  }
};

Resolver::Resolver(BapApi* api, cache::Cache& cache, store::ChainKeyStore& keys, const core::Clock& clock,
                   core::Metrics& metrics, ResolverOptions options)
    : api_(api),
      cache_(cache),
      keys_(keys),
      clock_(clock),
      options_(options),
      metrics_(metrics),
      flights_(options.concurrent) {}

core::Task<Resolution> Resolver::of_address(std::string address, Asker asker) {
  co_return co_await resolve({.by_address = true, .text = std::move(address)}, asker);
}

core::Task<Resolution> Resolver::of_id(std::string bap_id, Asker asker) {
  co_return co_await resolve({.by_address = false, .text = std::move(bap_id)}, asker);
}

core::Task<Resolution> Resolver::ask_again(std::string bap_id) {
  Question question{.by_address = false, .text = std::move(bap_id)};
  if (!api_) co_return co_await remembered(std::move(question));
  auto answer = co_await flights_.join(question.key(), [this, question] { return ask(question); });
  if (answer) co_return std::move(*answer);
  co_return co_await remembered(std::move(question));
}

core::Task<Resolution> Resolver::resolve(Question question, Asker asker) {
  if (!api_) co_return co_await remembered(std::move(question));
  const auto until = std::chrono::steady_clock::now() + options_.patience;
  if (auto known = co_await cached(question)) co_return std::move(*known);
  const bool too_busy = asker == Asker::stranger && flights_.under_way() >= options_.for_strangers;
  if (!too_busy) {
    const auto left = std::chrono::ceil<core::Milliseconds>(until - std::chrono::steady_clock::now());
    auto answer = co_await flights_.join(question.key(), [this, question] { return ask(question); }, left);
    if (answer) co_return std::move(*answer);
  }
  co_return co_await remembered(std::move(question));
}

core::Task<std::optional<Resolution>> Resolver::cached(Question question) {
  const auto text = co_await cache_.get(question.key());
  auto kept = text ? read_kept(*text) : std::nullopt;
  if (!kept) co_return std::nullopt;
  const core::Milliseconds age = clock_.now() - kept->at;
  if (age >= options_.lifetime || age < -kClockSkew) co_return std::nullopt;
  metrics_.cached.Increment();
  if (kept->identity && age >= options_.fresh) {
    flights_.launch(co_await boost::asio::this_coro::executor, question.key(),
                    [this, question] { return ask(question); });
  }
  co_return question.answer(std::move(kept->identity), true);
}

core::Task<core::Result<Resolution>> Resolver::ask(Question question) {
  auto answer = co_await ask_api(question);
  if (!answer) {
    const bool refused = answer.error().code() == core::Code::invalid_input;
    (refused ? metrics_.refused : metrics_.unavailable).Increment();
    core::log::warn(refused ? "bap_api_answer_refused" : "bap_api_unavailable",
                    {{"question", question.text}, {"description", answer.error().description()}});
    Resolution known = co_await remembered(question);
    // An answer that cannot be believed is no reason to ask for another one at once.
    if (refused) co_await keep(std::move(question), known.identity, options_.unknown_lifetime);
    co_return known;
  }
  (*answer ? metrics_.known : metrics_.unknown).Increment();
  co_await keep(question, *answer, *answer ? options_.lifetime : options_.unknown_lifetime);
  Resolution resolution = question.answer(std::move(*answer), true);
  if (resolution.standing == Standing::current || resolution.standing == Standing::replaced) {
    store::ChainKey key{.address = question.text,
                        .bap_id = store::BapId{resolution.identity->bap_id},
                        .identity = without_person(resolution.identity->profile),
                        .checked_at = clock_.now(),
                        .named_at = {}};
    if (auto saved = co_await keys_.save(std::move(key)); !saved) core::log::error("chain_key_not_kept", saved.error());
  }
  co_return resolution;
}

core::Task<BapApi::Answer> Resolver::ask_api(Question question) {
  const auto begin = std::chrono::steady_clock::now();
  auto answer = question.by_address ? co_await api_->by_address(question.text) : co_await api_->by_id(question.text);
  metrics_.seconds.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  const bool lost = answer && !*answer && question.by_address;
  if (lost) co_return co_await after_a_loss(std::move(question.text), std::move(answer));
  co_return answer;
}

// An API that only reports current keys says of a replaced one that it knows it not. That must not turn the key into
// one that never spoke for the identity.
core::Task<BapApi::Answer> Resolver::after_a_loss(std::string address, BapApi::Answer answer) {
  SIGMA_CO_TRY(const auto before, co_await keys_.find(address));
  if (!before) co_return answer;
  auto now = co_await api_->by_id(before->bap_id.str());
  if (!now) co_return now;
  if (*now && standing_of(**now, address) != Standing::stranger) co_return now;
  core::log::warn("bap_key_lost", {{"address", address}, {"bap_id", before->bap_id.str()}});
  SIGMA_CO_TRY(auto replaced, read_identity(with_key_replaced(*now ? (*now)->profile : before->identity, address)));
  co_return std::optional(std::move(replaced));
}

core::Task<Resolution> Resolver::remembered(Question question) {
  if (!question.by_address) co_return question.answer(std::nullopt, false);
  auto kept = co_await keys_.find(question.text);
  if (!kept) core::log::error("chain_key_not_read", kept.error());
  if (!kept || !*kept) co_return question.answer(std::nullopt, false);
  auto identity = read_identity((*kept)->identity);
  if (!identity) co_return question.answer(std::nullopt, false);
  co_return question.answer(std::move(*identity), false);
}

core::Task<void> Resolver::keep(Question question, const std::optional<ChainIdentity>& identity,
                                core::Milliseconds lifetime) {
  co_await cache_.put(question.key(), write_kept(clock_.now(), identity), lifetime);
}

}  // namespace sigma::bap
