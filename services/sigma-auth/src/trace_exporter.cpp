#include "trace_exporter.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "metrics_table.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/log.hpp"

namespace sigma::service {
namespace {

constexpr std::size_t kMostWaiting = 4'096;
constexpr std::chrono::seconds kPause{2};
constexpr int kServerSpan = 2, kError = 2;  // SpanKind and StatusCode of OTLP

core::Json text_attribute(const char* key, const std::string& value) {
  return {{"key", key}, {"value", {{"stringValue", value}}}};
}

template <std::size_t N>
std::string hex_of(const std::array<std::uint8_t, N>& id) {
  return core::hex_encode({reinterpret_cast<const char*>(id.data()), N});
}

core::Json render(const http::RequestSpan& span) {
  core::Json json = {{"traceId", hex_of(span.context.trace_id)},
                     {"spanId", hex_of(span.context.span_id)},
                     {"name", span.method + ' ' + span.route},
                     {"kind", kServerSpan},
                     {"startTimeUnixNano", std::to_string(span.start_ns)},
                     {"endTimeUnixNano", std::to_string(span.end_ns)},
                     {"attributes",
                      {text_attribute("http.request.method", span.method),
                       text_attribute("http.route", span.route),
                       {{"key", "http.response.status_code"}, {"value", {{"intValue", std::to_string(span.status)}}}},
                       text_attribute("sigma.request_id", span.request_id)}}};
  if (span.parent) json["parentSpanId"] = hex_of(*span.parent);
  if (span.status >= 500) json["status"] = {{"code", kError}};
  return json;
}

core::Json render(const std::vector<http::RequestSpan>& spans) {
  core::Json rendered = core::Json::array();
  for (const http::RequestSpan& span : spans) rendered.push_back(render(span));
  const core::Json resource = {
      {"attributes", {text_attribute("service.name", "sigma-auth"), text_attribute("service.version", SIGMA_VERSION)}}};
  core::Json scope = {{"scope", {{"name", "sigma-auth"}}}, {"spans", std::move(rendered)}};
  return {{"resourceSpans", {{{"resource", resource}, {"scopeSpans", core::Json::array({std::move(scope)})}}}}};
}

}  // namespace

core::Result<std::unique_ptr<TraceExporter>> TraceExporter::make(const Config& config, core::Metrics& metrics) {
  if (config.otlp_url.empty()) return std::unique_ptr<TraceExporter>();
  http::ClientOptions options;
  options.ca_file = config.outbound_ca_file;
  options.allow_plain_http = options.allow_private_addresses = true;  // the operator chose the address
  SIGMA_TRY(auto client, http::Client::make(std::move(options)));
  return std::unique_ptr<TraceExporter>(new TraceExporter(config.otlp_url + "/v1/traces", std::move(client), metrics));
}

TraceExporter::TraceExporter(std::string url, std::unique_ptr<http::Client> client, core::Metrics& metrics)
    : url_(std::move(url)),
      client_(std::move(client)),
      sent_(core::counter_of(metrics, metric::kTraceSpans, {{"outcome", "sent"}})),
      lost_(core::counter_of(metrics, metric::kTraceSpans, {{"outcome", "lost"}})) {}

void TraceExporter::add(http::RequestSpan span) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMostWaiting) return lost_.Increment();
  waiting_.push_back(std::move(span));
}

core::Task<> TraceExporter::run() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (;;) {
    timer.expires_after(kPause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    std::vector<http::RequestSpan> spans;
    {
      const std::lock_guard lock(mutex_);
      spans.swap(waiting_);
    }
    if (!spans.empty()) co_await send(std::move(spans));
  }
}

core::Task<> TraceExporter::send(std::vector<http::RequestSpan> spans) {
  http::FetchRequest request;
  request.method = http::Method::post;
  request.url = url_;
  request.headers.add("Content-Type", "application/json");
  request.body = core::dump_json(render(spans));
  const auto answer = co_await client_->fetch(std::move(request));
  const bool taken = answer && answer->status / 100 == 2;
  (taken ? sent_ : lost_).Increment(static_cast<double>(spans.size()));
  if (!taken) {
    core::log::warn("traces_not_sent", {{"spans", spans.size()},
                                        {"status", answer ? answer->status : 0},
                                        {"cause", answer ? "" : answer.error().description()}});
  }
}

}  // namespace sigma::service
