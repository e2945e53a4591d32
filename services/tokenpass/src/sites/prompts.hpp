#pragma once
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "problem.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sites/scopes.hpp"

namespace sigma::tokenpass {

/// A question that waits for the person: may this site do this?
struct Prompt {
  std::string id;
  std::string origin;
  std::string host;
  Scopes scopes;
  std::string icon;
  std::string bap_id;  ///< the identity that the site would like; the person decides
  core::UtcTime asked;
  bool joined = false;  ///< the same question waited already
};

/// The questions that wait. Thread-safe; in memory only: a question that nobody answers is forgotten.
class Prompts {
 public:
  static constexpr std::size_t kMaxPrompts = 32;
  static constexpr core::Milliseconds kLifetime = std::chrono::minutes{5};

  Prompts(const core::Clock& clock, core::Random& random) : clock_(clock), random_(random) {}

  /// Asks; a site that asks the same again joins its earlier question. When too many wait, the latest of whoever has
  /// the most makes room, and nothing is answered when that would be the same owner.
  std::optional<Prompt> ask(Prompt prompt);
  /// Returns when the question was decided, or after `limit`; true when it was decided.
  Task<bool> wait(std::string id, std::chrono::milliseconds limit);
  std::optional<Prompt> find(std::string_view id) const;
  std::vector<Prompt> list() const;  ///< oldest first
  /// Takes the question away and wakes who waits for it; what it was, if it was still there.
  std::optional<Prompt> decide(std::string_view id);
  void forget_all();

 private:
  struct Waiter {
    std::string id;
    boost::asio::any_io_executor executor;
    std::shared_ptr<boost::asio::steady_timer> timer;
  };
  void forget_old();
  bool make_room_for(std::string_view host);
  void wake(std::string_view id);

  const core::Clock& clock_;
  core::Random& random_;
  mutable std::mutex mutex_;
  std::vector<Prompt> prompts_;
  std::vector<Waiter> waiters_;
};

}  // namespace sigma::tokenpass
