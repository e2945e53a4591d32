// Clients that describe themselves at their client_id (draft-ietf-oauth-client-id-metadata-document).
#pragma once
#include <string_view>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_metadata.hpp"
#include "sigma/oauth/registration/remote_documents.hpp"

namespace sigma::oauth {

/// The member of its metadata that marks such a client.
inline constexpr std::string_view kDocumentMark = "client_id_metadata_document";
/// Bytes that such a document may have (draft §4.2 recommends 5 KB).
inline constexpr std::size_t kMaxClientDocument = 10 * 1024;

bool is_document_client(const store::Client& client);
/// True for what can only be meant as the address of a document.
bool is_client_id_url(std::string_view client_id);

/// Reads clients from the documents at their client_id. Whoever controls the address is the client; nobody vouches for
/// what it says of itself. So it holds no secrets, takes no part in grants without a person, and people are always
/// asked.
class ClientDocuments {
 public:
  /// `documents`: the clients' own, of at most kMaxClientDocument bytes; `further`: what those point to.
  ClientDocuments(RemoteDocuments& documents, RemoteDocuments& further, const core::Clock& clock,
                  const Settings& settings)
      : documents_(documents),
        further_(further),
        clock_(clock),
        rules_(registration_rules(Registrar::document, settings)) {}

  /// invalid_client with what is wrong with the address or the document; temporarily_unavailable.
  core::Task<Result<store::Client>> find(store::ClientId id);

 private:
  RemoteDocuments& documents_;
  RemoteDocuments& further_;
  const core::Clock& clock_;
  const RegistrationRules rules_;
};

}  // namespace sigma::oauth
