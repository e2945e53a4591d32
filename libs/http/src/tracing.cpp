#include "tracing.hpp"

#include <chrono>
#include <random>

namespace sigma::http {
namespace {

/// Ids of traces need to be different, not secret.
std::uint64_t next_random() {
  thread_local std::mt19937_64 generator([] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }());
  return generator();
}

template <std::size_t N>
void fill(std::array<std::uint8_t, N>& id) {
  for (std::size_t i = 0; i < N; i += 8) {
    const std::uint64_t number = next_random() | 1;  // never all zero
    for (std::size_t byte = 0; byte < 8; ++byte) id[i + byte] = static_cast<std::uint8_t>(number >> (8 * byte));
  }
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

RequestTracer::RequestTracer(const ServerOptions& options)
    : options_(options), slot_(options.on_span ? std::make_shared<core::TraceSlot>() : nullptr) {}

boost::asio::any_io_executor RequestTracer::executor(boost::asio::any_io_executor plain) const {
  return slot_ ? core::with_trace(std::move(plain), slot_) : plain;
}

void RequestTracer::begin(std::optional<std::string_view> traceparent, bool trusted) {
  if (!slot_) return;
  parent_.reset();
  std::optional<core::TraceContext> context;
  if (traceparent) context = core::parse_traceparent(*traceparent);
  if (context) {
    parent_ = context->span_id;
  } else {
    fill(context.emplace().trace_id);
  }
  const bool decided = parent_ && trusted;
  if (!decided) context->sampled = static_cast<double>(next_random() >> 11) * 0x1p-53 < options_.trace_ratio;
  fill(context->span_id);
  slot_->current = context;
}

void RequestTracer::end(const Request& request, const std::string& route, int status, double seconds) {
  if (!slot_ || !slot_->current || !slot_->current->sampled) return;
  RequestSpan span{.context = *slot_->current,
                   .parent = parent_,
                   .end_ns = now_ns(),
                   .method = std::string(to_string(request.method)),
                   .route = route,
                   .request_id = request.request_id,
                   .status = status};
  span.start_ns = span.end_ns - static_cast<std::int64_t>(seconds * 1e9);
  options_.on_span(std::move(span));
}

std::string RequestTracer::trace_id() const {
  return slot_ && slot_->current ? core::trace_id_text(*slot_->current) : "";
}

}  // namespace sigma::http
