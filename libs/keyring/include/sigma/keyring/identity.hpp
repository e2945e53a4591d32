#pragma once
#include <map>
#include <string>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"

namespace sigma::keyring {

struct Attribute {
  std::string value;
  std::string nonce;  ///< 64 hex characters; salts the claim (sigma/bap/attestation.hpp)
};

/// A BAP identity in the words of the backups that carry it.
struct Identity {
  std::string name;
  std::string description;
  std::string id_key;        ///< the BAP id
  std::string root_path;     ///< "bap:<n>", a BIP-32 path, or empty when the wallet's only key is the member key
  std::string root_address;  ///< P2PKH of the key at root_path; the id is made of it
  std::string previous_path;
  std::string current_path;  ///< of the key that signs now
  std::string id_seed;       ///< nearly always empty; else a branch of its own below the wallet's root
  std::map<std::string, Attribute> attributes;

  /// <n> of "bap:<n>", or of ".../<n>'/0'"; 0 when the path has another form.
  int counter() const;
};

core::Json to_json(const Identity& identity);
/// Code::invalid_input when a member is missing or of another type.
core::Result<Identity> identity_from_json(const core::Json& json);

}  // namespace sigma::keyring
