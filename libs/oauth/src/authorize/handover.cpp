#include "sigma/oauth/authorize/handover.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/number.hpp"

namespace sigma::oauth {
namespace {

constexpr std::string_view kPurpose = "oauth_query";

bool is_ours(std::string_view name) {
  return name == "ba_iat" || name == "ba_sel" || name == "ba_ref" || name == "ba_scope" || name == "exp" ||
         name == "sig";
}

Error refused(std::string description) {
  return {ErrorCode::invalid_signature, std::move(description)};
}

std::optional<std::int64_t> number(const http::Form& form, std::string_view name) {
  return core::parse_number<std::int64_t>(form.find(name).value_or(""));
}

}  // namespace

http::Form Handover::strip(const http::Form& parameters) {
  http::Form stripped;
  for (const auto& [name, value] : parameters.parameters()) {
    if (!is_ours(name)) stripped.add(name, value);
  }
  return stripped;
}

std::string Handover::sign(const http::Form& parameters, const Progress& progress) const {
  http::Form form = strip(parameters);
  form.add("ba_iat", std::to_string(progress.started_at.ms));
  if (progress.identity_selected) form.add("ba_sel", "1");
  if (progress.consent_identity) form.add("ba_ref", *progress.consent_identity);
  if (progress.shown_scopes) form.add("ba_scope", *progress.shown_scopes);
  form.add("exp", std::to_string((clock_.now() + settings_.interaction_lifetime).seconds()));
  const std::string signed_part = form.encode();
  return signed_part + "&sig=" + core::base64url_encode(sealer_.mac(kPurpose, signed_part));
}

Result<Handover::Opened> Handover::open(std::string_view oauth_query) const {
  const auto parsed = http::Form::parse(oauth_query);
  if (!parsed) return refused("The oauth_query cannot be read; hand back the page's query string unchanged.");
  const auto mac = core::base64url_decode(parsed->find("sig").value_or(""));
  http::Form covered;
  for (const auto& [name, value] : parsed->parameters()) {
    if (name != "sig") covered.add(name, value);
  }
  if (!mac || !sealer_.verify_mac(kPurpose, covered.encode(), *mac)) {
    return refused(
        "The oauth_query was changed or does not come from this server; start the sign-in again in the application.");
  }
  const auto expires = number(covered, "exp");
  const auto started = number(covered, "ba_iat");
  if (!expires || !started || *expires <= clock_.now().seconds()) {
    return refused("This sign-in took too long; go back to the application and start again.");
  }
  Progress progress;
  progress.started_at = core::UtcTime{*started};
  progress.identity_selected = covered.find("ba_sel") == "1";
  if (const auto identity = covered.find("ba_ref")) progress.consent_identity = std::string(*identity);
  if (const auto scopes = covered.find("ba_scope")) progress.shown_scopes = std::string(*scopes);
  return Opened{strip(covered), std::move(progress)};
}

}  // namespace sigma::oauth
