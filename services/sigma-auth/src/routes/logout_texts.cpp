#include "routes/logout_texts.hpp"

namespace sigma::service {
namespace {

constexpr LogoutTexts kTexts[] = {
    // in the order of Language
    {.ask_title = "Sign out?",
     .ask_named = "{} asks to sign you out of Sigma Auth.",
     .ask = "Do you want to sign out of Sigma Auth in this browser?",
     .signed_in_as = "You are signed in as",
     .yes = "Sign out",
     .no = "Stay signed in",
     .done_title = "You are signed out",
     .done = "Nobody is signed in here in this browser any more. You can close this page.",
     .elsewhere = "An application that you used may still keep you signed in; sign out there too.",
     .again = "Sign in again"},
    {.ask_title = "Abmelden?",
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
    {.ask_title = "¿Cerrar la sesión?",
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

}  // namespace

const LogoutTexts& logout_texts(Language language) {
  return kTexts[static_cast<std::size_t>(language)];
}

}  // namespace sigma::service
