#include "routes/language.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sigma/core/encoding.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kCookie = "sigma.language";  // web/src/lib/i18n.ts
constexpr std::string_view kTags[] = {"en", "de", "es"};
constexpr std::size_t kMostTags = 20;  // nobody speaks more

/// By the primary subtag: "de-AT" is German.
std::optional<Language> language_named(std::string_view tag) {
  const std::string primary = core::to_lower_ascii(tag.substr(0, tag.find('-')));
  const auto* const found = std::ranges::find(kTags, std::string_view(primary));
  if (found == std::end(kTags)) return std::nullopt;
  return static_cast<Language>(found - std::begin(kTags));
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Thousandths; what cannot be read counts as the most.
int weight_of(std::string_view parameters) {
  const auto q = parameters.find("q=");
  if (q == std::string_view::npos) return 1000;
  double weight = 1;
  const std::string_view number = parameters.substr(q + 2);
  std::from_chars(number.data(), number.data() + number.size(), weight);
  return static_cast<int>(weight * 1000);
}

std::optional<Language> accepted(std::string_view list) {
  std::optional<Language> best;
  int best_weight = 0;
  for (std::size_t i = 0; i < kMostTags && !list.empty(); ++i) {
    const auto comma = list.find(',');
    const std::string_view element = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    const auto semicolon = element.find(';');
    const int weight = semicolon == std::string_view::npos ? 1000 : weight_of(element.substr(semicolon));
    const auto language = language_named(without_blanks(element.substr(0, semicolon)));
    if (!language || weight <= best_weight) continue;
    best = language;
    best_weight = weight;
  }
  return best;
}

}  // namespace

std::string_view tag_of(Language language) {
  return kTags[static_cast<std::size_t>(language)];
}

Language language_of(const http::Request& request, std::string_view ui_locales) {
  if (const auto cookie = request.cookie(kCookie)) {
    if (const auto chosen = language_named(*cookie)) return *chosen;
  }
  for (std::size_t i = 0; i < kMostTags && !ui_locales.empty(); ++i) {
    const auto blank = ui_locales.find(' ');
    if (const auto asked = language_named(ui_locales.substr(0, blank))) return *asked;
    ui_locales.remove_prefix(blank == std::string_view::npos ? ui_locales.size() : blank + 1);
  }
  const auto header = request.headers.find("Accept-Language");
  return (header ? accepted(*header) : std::nullopt).value_or(Language::en);
}

Language language_of(const http::Request& request) {
  const auto query = http::Form::parse(request.query);
  return language_of(request, query ? query->find("ui_locales").value_or("") : "");
}

}  // namespace sigma::service
