#include "sigma/oauth/userinfo/claims.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

/// ID tokens come back in addresses (id_token_hint), which proxies cut off at 8 KB.
constexpr std::size_t kMaxProfileInIdToken = 2'048;

std::optional<std::string> from_profile(const Subject& subject, std::string_view member) {
  if (!subject.profile || !subject.profile->profile.is_object()) return std::nullopt;
  const Json& profile = subject.profile->profile;
  const auto identity = profile.find("identity");
  if (identity == profile.end()) return std::nullopt;
  auto value = core::json_string(*identity, member);
  return value && value->empty() ? std::nullopt : value;
}

// "Satoshi van Nakamoto" → "Satoshi van", "Nakamoto"; a single word has neither.
void add_names(Json& claims, const Subject& subject, const std::string& name) {
  auto given = from_profile(subject, "givenName");
  auto family = from_profile(subject, "familyName");
  const auto blank = name.rfind(' ');
  if (!given && !family && blank != std::string::npos) {
    given = name.substr(0, blank);
    family = name.substr(blank + 1);
  }
  if (given) claims["given_name"] = *given;
  if (family) claims["family_name"] = *family;
}

// What a browser can show. Profiles also refer to images on chain (b://…, an outpoint), which only wallets can read.
bool is_showable(std::string_view image) {
  return image.starts_with("https:") || image.starts_with("http:") || image.starts_with("data:");
}

// Without the images that are held in data: URIs.
Json slim(const Json& profile) {
  Json copy = profile;
  const auto identity = copy.find("identity");
  if (identity == copy.end() || !identity->is_object()) return copy;
  for (auto member = identity->begin(); member != identity->end();) {
    const auto* text = member->get_ptr<const Json::string_t*>();
    member = text && text->starts_with("data:") ? identity->erase(member) : std::next(member);
  }
  return copy;
}

}  // namespace

std::string display_name(const Subject& subject) {
  for (const char* member : {"alternateName", "name"}) {
    if (auto name = from_profile(subject, member)) return *name;
  }
  if (subject.profile && !subject.profile->name.empty()) return subject.profile->name;
  return subject.user.name;
}

std::optional<std::string> display_picture(const Subject& subject) {
  if (!subject.profile) return subject.user.image;
  if (auto image = from_profile(subject, "image"); image && is_showable(*image)) return image;
  // Never the account's: that may be the picture of another identity, and would tell that the two are one person.
  return subject.profile->image && is_showable(*subject.profile->image) ? subject.profile->image : std::nullopt;
}

Json subject_claims(const Subject& subject, const Scopes& scopes) {
  Json claims = Json::object();
  const std::string name = display_name(subject);
  if (has_scope(scopes, "profile")) {
    claims["name"] = name;
    add_names(claims, subject, name);
    if (const auto picture = display_picture(subject)) claims["picture"] = *picture;
    if (subject.with_entitlements) {
      claims["roles"] = subject.user.roles;
      claims["subscriptionTier"] = subject.user.subscription_tier;
    }
    claims["updated_at"] = (subject.profile ? subject.profile->updated_at : subject.user.updated_at).seconds();
  }
  if (has_scope(scopes, "email") && subject.user.email) {
    claims["email"] = *subject.user.email;
    claims["email_verified"] = subject.user.email_verified;
  }
  if (subject.profile) {
    claims["pubkey"] = subject.profile->member_pubkey;
    claims["bap_id"] = subject.profile->bap_id.str();
    if (has_scope(scopes, "profile")) {
      claims["bap"] = core::dump_json(subject.profile->profile);
      claims["bap_name"] = name;
    }
  } else if (subject.user.pubkey) {
    claims["pubkey"] = *subject.user.pubkey;
  }
  return claims;
}

void add_requested_claims(Json& claims, const Subject& subject, const std::vector<std::string>& names) {
  if (names.empty()) return;
  const Json all = subject_claims(subject, {"profile", "email"});
  for (const std::string& name : names) {
    if (const auto known = all.find(name); known != all.end()) claims[name] = *known;
  }
}

std::vector<std::string> requested_claims(const Json& details, const char* place) {
  std::vector<std::string> names;
  const auto request = details.is_object() ? details.find("claims") : details.end();
  if (request == details.end() || !request->contains(place)) return names;
  for (const Json& name : request->at(place)) names.push_back(name.get<std::string>());
  return names;
}

Json id_token_claims(const Subject& subject, const Scopes& scopes, const std::vector<std::string>& requested) {
  Json claims = subject_claims(subject, scopes);
  add_requested_claims(claims, subject, requested);
  const auto picture = core::json_string(claims, "picture");
  if (picture && picture->starts_with("data:")) claims.erase("picture");
  if (claims.contains("bap") && subject.profile) {
    // The same image inside the profile string would defeat the purpose, and so would a long story.
    std::string profile = core::dump_json(slim(subject.profile->profile));
    if (profile.size() > kMaxProfileInIdToken)
      claims.erase("bap");
    else
      claims["bap"] = std::move(profile);
  }
  return claims;
}

}  // namespace sigma::oauth
