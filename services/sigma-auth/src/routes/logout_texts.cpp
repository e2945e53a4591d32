#include "routes/logout_texts.hpp"

#include <algorithm>
#include <charconv>

#include "sigma/core/encoding.hpp"

namespace sigma::service {
namespace {

constexpr LogoutTexts kTexts[] = {
    {.language = "en",
     .ask_title = "Sign out?",
     .ask_named = "{} asks to sign you out of Sigma Auth.",
     .ask = "Do you want to sign out of Sigma Auth in this browser?",
     .signed_in_as = "You are signed in as",
     .yes = "Sign out",
     .no = "Stay signed in",
     .done_title = "You are signed out",
     .done = "Nobody is signed in here in this browser any more. You can close this page.",
     .elsewhere = "An application that you used may still keep you signed in; sign out there too.",
     .again = "Sign in again"},
    {.language = "de",
     .ask_title = "Abmelden?",
     .ask_named = "{} möchte Sie von Sigma Auth abmelden.",
     .ask = "Möchten Sie sich in diesem Browser von Sigma Auth abmelden?",
     .signed_in_as = "Sie sind angemeldet als",
     .yes = "Abmelden",
     .no = "Angemeldet bleiben",
     .done_title = "Sie sind abgemeldet",
     .done = "In diesem Browser ist hier niemand mehr angemeldet. Sie können diese Seite schließen.",
     .elsewhere =
         "In einer Anwendung, die Sie benutzt haben, sind Sie vielleicht noch angemeldet; melden Sie sich auch "
         "dort ab.",
     .again = "Wieder anmelden"},
    {.language = "es",
     .ask_title = "¿Cerrar la sesión?",
     .ask_named = "{} pide cerrar su sesión en Sigma Auth.",
     .ask = "¿Quiere cerrar su sesión de Sigma Auth en este navegador?",
     .signed_in_as = "Ha iniciado sesión como",
     .yes = "Cerrar la sesión",
     .no = "Seguir con la sesión abierta",
     .done_title = "La sesión está cerrada",
     .done = "Ya no hay ninguna sesión abierta aquí en este navegador. Puede cerrar esta página.",
     .elsewhere = "Una aplicación que usó puede mantener su sesión abierta; ciérrela también allí.",
     .again = "Iniciar sesión de nuevo"},
};

constexpr std::size_t kMostTags = 20;  // nobody speaks more

/// By the primary subtag: "de-AT" is German.
const LogoutTexts* texts_in(std::string_view tag) {
  const std::string language = core::to_lower_ascii(tag.substr(0, tag.find('-')));
  const auto* const found = std::ranges::find(kTexts, std::string_view(language), &LogoutTexts::language);
  return found == std::end(kTexts) ? nullptr : found;
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

const LogoutTexts* accepted(std::string_view list) {
  const LogoutTexts* best = nullptr;
  int best_weight = 0;
  for (std::size_t i = 0; i < kMostTags && !list.empty(); ++i) {
    const auto comma = list.find(',');
    const std::string_view element = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    const auto semicolon = element.find(';');
    const int weight = semicolon == std::string_view::npos ? 1000 : weight_of(element.substr(semicolon));
    const LogoutTexts* texts = texts_in(without_blanks(element.substr(0, semicolon)));
    if (texts == nullptr || weight <= best_weight) continue;
    best = texts;
    best_weight = weight;
  }
  return best;
}

}  // namespace

const LogoutTexts& logout_texts(const http::Request& request, std::string_view ui_locales) {
  for (std::size_t i = 0; i < kMostTags && !ui_locales.empty(); ++i) {
    const auto blank = ui_locales.find(' ');
    if (const auto* texts = texts_in(ui_locales.substr(0, blank))) return *texts;
    ui_locales.remove_prefix(blank == std::string_view::npos ? ui_locales.size() : blank + 1);
  }
  const auto header = request.headers.find("Accept-Language");
  const LogoutTexts* texts = header ? accepted(*header) : nullptr;
  return texts == nullptr ? kTexts[0] : *texts;
}

}  // namespace sigma::service
