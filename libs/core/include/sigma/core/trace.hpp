// Which request of which system a piece of work belongs to (W3C Trace Context), carried along by the executor of its
// coroutines: no function needs a parameter for it.
#pragma once
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/core/task.hpp"

namespace sigma::core {

struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};  ///< not all zero
  std::array<std::uint8_t, 8> span_id{};    ///< not all zero
  bool sampled = false;                     ///< somebody records it
};

/// "00-<trace id>-<parent id>-<flags>" (W3C Trace Context §3.2); nothing when malformed. A later version's text is read
/// as far as version 00 goes, as §3.2.4 asks.
std::optional<TraceContext> parse_traceparent(std::string_view text);
std::string to_traceparent(const TraceContext& context);
std::string trace_id_text(const TraceContext& context);

/// What the coroutines of one connection work for at the moment. One thread.
struct TraceSlot {
  std::optional<TraceContext> current;
};

/// `inner` with a slot that current_trace() finds.
boost::asio::any_io_executor with_trace(boost::asio::any_io_executor inner, std::shared_ptr<const TraceSlot> slot);

/// The trace that the calling coroutine works for; nothing when nobody traces.
Task<std::optional<TraceContext>> current_trace();

}  // namespace sigma::core
