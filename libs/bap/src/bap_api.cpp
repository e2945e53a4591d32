#include "sigma/bap/bap_api.hpp"

#include <fmt/format.h>

namespace sigma::bap {
namespace {

using core::Code;
using core::Json;

core::Error unbelievable(std::string description) {
  return {Code::invalid_input, std::move(description)};
}

BapApi::Answer read_answer(const http::Response& response, std::size_t max_depth) {
  // Redirects are not followed: where to is not what the operator configured.
  if (response.status >= 300 && response.status < 400) return unbelievable("it redirects");
  if (response.status >= 500 || response.status == 401 || response.status == 403 || response.status == 429)
    return core::Error{Code::unavailable, fmt::format("it answers with status {}", response.status)};
  auto json = core::parse_json(response.body, max_depth);
  if (!json) return unbelievable("it does not answer JSON: " + json.error().description());
  const auto status = core::json_string(*json, "status");
  if (status == "error") return std::optional<ChainIdentity>{};  // with 200, 400 or 404: it knows no such thing
  if (response.status != 200 || status != "success")
    return unbelievable(fmt::format("it answers with status {} and no word of success", response.status));
  const auto result = json->find("result");
  if (result == json->end() || result->is_null()) return std::optional<ChainIdentity>{};
  SIGMA_TRY(auto identity, read_identity(*result));
  return std::optional(std::move(identity));
}

}  // namespace

core::Task<BapApi::Answer> BapApi::ask(std::string path, Json question) {
  http::FetchRequest request;
  request.method = http::Method::post;
  request.url = options_.base_url + path;
  request.headers.add("Content-Type", "application/json; charset=utf-8");
  request.headers.add("Accept", "application/json");
  request.headers.add("format", "json");
  request.headers.add("token", options_.token);
  request.body = core::dump_json(question);
  request.body_limit = options_.max_bytes;
  request.repeatable = true;
  SIGMA_CO_TRY(const http::Response response, co_await fetcher_.fetch(std::move(request)));
  co_return read_answer(response, options_.max_depth);
}

core::Task<BapApi::Answer> BapApi::by_address(std::string address) {
  SIGMA_CO_TRY(auto identity, co_await ask("/identity/validByAddress", {{"address", address}}));
  if (!identity) co_return std::move(identity);
  const Standing standing = standing_of(*identity, address);
  if (standing == Standing::stranger) co_return unbelievable("it answers with an identity of another address");
  if (standing == Standing::current && !identity->valid)
    co_return unbelievable("it calls the address the current one, and not valid");
  co_return std::move(identity);
}

core::Task<BapApi::Answer> BapApi::by_id(std::string bap_id) {
  SIGMA_CO_TRY(auto identity, co_await ask("/identity/get", {{"idKey", bap_id}}));
  if (identity && identity->bap_id != bap_id) co_return unbelievable("it answers with another identity");
  co_return std::move(identity);
}

}  // namespace sigma::bap
