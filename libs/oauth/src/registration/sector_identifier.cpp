#include "sigma/oauth/registration/sector_identifier.hpp"

#include <algorithm>

namespace sigma::oauth {
namespace {

Error refused(const std::string& description) {
  return {ErrorCode::invalid_client_metadata, "sector_identifier_uri: its document " + description};
}

// The first redirect URI that the document lacks.
std::optional<std::string> missing_in(const core::Json& document, const store::Client& client) {
  for (const std::string& uri : client.redirect_uris) {
    if (!document.is_array() || std::ranges::find(document, core::Json(uri)) == document.end()) return uri;
  }
  return std::nullopt;
}

}  // namespace

core::Task<Result<void>> check_sector_identifier(const store::Client& client, RemoteDocuments& documents) {
  const auto uri = core::json_string(client.metadata, "sector_identifier_uri");
  if (!uri) co_return Result<void>{};
  auto document = co_await documents.get(*uri);
  if (document && missing_in(**document, client)) document = co_await documents.newer(*uri, *document);
  if (!document && document.error().code() != core::Code::invalid_input) co_return document.error();
  if (!document) co_return refused(document.error().description());
  if (const auto missing = missing_in(**document, client))
    co_return refused(fmt::format("must be an array that holds every one of redirect_uris; {} is missing.", *missing));
  co_return Result<void>{};
}

}  // namespace sigma::oauth
