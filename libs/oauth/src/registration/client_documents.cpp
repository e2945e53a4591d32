#include "sigma/oauth/registration/client_documents.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>

#include "registration/host_of.hpp"
#include "sigma/oauth/registration/redirect_uri.hpp"
#include "sigma/oauth/registration/sector_identifier.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr std::size_t kMaxClientId = 500;
constexpr std::string_view kHttps = "https://";

Error refused(const std::string& description) {
  return {ErrorCode::invalid_client, "client_id is the address of a document, but " + description};
}

// Draft §3. An address in another spelling would be another client.
core::Result<void> check_address(const std::string& id) {
  if (id.size() > kMaxClientId) return core::Error{core::Code::invalid_input, "is too long."};
  SIGMA_CHECK(check_redirect_uri(id, {}));
  if (!boost::urls::parse_uri(id)->encoded_path().starts_with("/"))
    return core::Error{core::Code::invalid_input, "has no path."};
  return {};
}

// Documents of applications on people's machines often lack application_type, and nobody can register it for them.
void infer_application_type(Json& document) {
  const auto uris = document.find("redirect_uris");
  if (document.contains("application_type") || uris == document.end() || !uris->is_array()) return;
  const bool plain_http = std::ranges::any_of(*uris, [](const Json& uri) {
    return uri.is_string() && uri.get_ref<const std::string&>().starts_with("http://");
  });
  if (plain_http) document["application_type"] = "native";
}

}  // namespace

bool is_document_client(const store::Client& client) {
  return client.metadata.contains(kDocumentMark);
}

bool is_client_id_url(std::string_view client_id) {
  return client_id.starts_with(kHttps);
}

core::Task<Result<store::Client>> ClientDocuments::find(store::ClientId id) {
  const std::string& url = id.str();
  if (const auto good = check_address(url); !good) co_return refused("the address " + good.error().description());
  const auto fetched = co_await documents_.get(url);
  if (!fetched && fetched.error().code() == core::Code::invalid_input)
    co_return refused("the document there " + fetched.error().description());
  if (!fetched) co_return fetched.error();

  Json document = **fetched;
  if (core::json_string(document, "client_id") != url)
    co_return refused("its member client_id is another: the document speaks of somebody else.");
  for (const char* secret : {"client_secret", "client_secret_expires_at"}) {
    if (document.contains(secret)) co_return refused("it holds a secret, which everybody can read there.");
  }
  infer_application_type(document);
  auto [client, faults] = describe_client(document, rules_, clock_.now());
  if (!faults.empty()) co_return refused("it cannot be used: " + describe_faults(faults));
  SIGMA_CO_CHECK(co_await check_sector_identifier(client, further_));
  client.id = id;
  if (client.name.empty()) client.name = host_of(url);
  client.metadata[std::string(kDocumentMark)] = true;
  co_return std::move(client);
}

}  // namespace sigma::oauth
