#include "sigma/core/trace.hpp"

#include <boost/asio/this_coro.hpp>

#include "sigma/core/encoding.hpp"

namespace sigma::core {
namespace {

namespace asio = boost::asio;

/// Lower-case hex into `out`; false for anything else, and for zeros only, which mean "none" (§3.2.2.3, §3.2.2.4).
bool read_id(std::string_view hex, std::span<std::uint8_t> out) {
  if (hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) return false;
  if (hex.find_first_not_of('0') == std::string_view::npos) return false;
  const auto bytes = hex_decode(hex);
  if (!bytes || bytes->size() != out.size()) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  return hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// Forwards everything to the executor it wraps.
class TracedExecutor {
 public:
  TracedExecutor(asio::any_io_executor inner, std::shared_ptr<const TraceSlot> slot)
      : inner_(std::move(inner)), slot_(std::move(slot)) {}

  const TraceSlot& slot() const { return *slot_; }

  template <class Property>
    requires asio::can_query_v<const asio::any_io_executor&, Property>
  decltype(auto) query(const Property& property) const {
    return asio::query(inner_, property);
  }
  template <class Property>
    requires asio::can_require_v<const asio::any_io_executor&, Property>
  TracedExecutor require(const Property& property) const {
    return {asio::require(inner_, property), slot_};
  }
  template <class Property>
    requires asio::can_prefer_v<const asio::any_io_executor&, Property>
  TracedExecutor prefer(const Property& property) const {
    return {asio::prefer(inner_, property), slot_};
  }
  template <class Function>
  void execute(Function&& function) const {
    inner_.execute(std::forward<Function>(function));
  }
  friend bool operator==(const TracedExecutor& a, const TracedExecutor& b) noexcept {
    return a.inner_ == b.inner_ && a.slot_ == b.slot_;
  }

 private:
  asio::any_io_executor inner_;
  std::shared_ptr<const TraceSlot> slot_;
};

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  constexpr std::size_t kLength = 55;  // of version 00
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const std::string_view version = text.substr(0, 2), flags = text.substr(53, 2);
  const bool longer = text.size() > kLength;
  if (version == "ff" || (version == "00" && longer) || (longer && text[kLength] != '-')) return {};
  for (const std::string_view digits : {version, flags})
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  TraceContext context;
  if (!read_id(text.substr(3, 32), context.trace_id) || !read_id(text.substr(36, 16), context.span_id)) return {};
  context.sampled = (hex_decode(flags)->front() & 1) != 0;
  return context;
}

std::string to_traceparent(const TraceContext& context) {
  return fmt::format("00-{}-{}-{}", trace_id_text(context), hex_of(context.span_id), context.sampled ? "01" : "00");
}

std::string trace_id_text(const TraceContext& context) {
  return hex_of(context.trace_id);
}

asio::any_io_executor with_trace(asio::any_io_executor inner, std::shared_ptr<const TraceSlot> slot) {
  return TracedExecutor(std::move(inner), std::move(slot));
}

Task<std::optional<TraceContext>> current_trace() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto* traced = executor.target<TracedExecutor>();
  co_return traced ? traced->slot().current : std::nullopt;
}

}  // namespace sigma::core
