#include "routes/error_texts.hpp"

#include <array>

namespace sigma::service {
namespace {

using Texts = std::array<ErrorTexts, kErrorPages>;  // in the order of ErrorPage

constexpr Texts kEnglish = {{
    {"We do not know this application",
     "The application that sent you here is not registered with this server, or its registration has ended.",
     "Nothing was shared. Please tell the people behind the application."},
    {"This application is switched off",
     "The operator of this server has switched the application off, so nobody can sign in to it at the moment.",
     "Nothing was shared. Please ask the people behind the application when it will be back."},
    {"We cannot send you back to this application",
     "The application asked us to send you to an address that it has not registered here. It might belong to somebody "
     "else, so we do not do that.",
     "Nothing was shared. Please tell the people behind the application."},
    {"This sign-in cannot be continued",
     "It took too long, was changed on the way, or was begun in another window or by somebody else.",
     "Please go back to the application that you came from and start again."},
    {"The sign-in request cannot be used",
     "The application that sent you here asked for something that this server cannot do, or asked in a wrong way.",
     "Nothing was shared. Please go back to the application and try again. If it happens again, tell the people behind "
     "it."},
    {"Something went wrong on our side",
     "This server could not answer. That is not your fault, and nothing was shared.",
     "Please try again in a moment. If it happens again, tell the operator of this server the reference below."},
    {"There is nothing here", "This address does not exist, or does not exist any more.",
     "Please check the link, or go back to the application that you came from."},
    {"This page works differently", "It cannot be opened in this way.",
     "Please go back to the application that you came from and try again."},
    {"Too many tries", "A great many requests came from your network in a short time, so we ask for a short pause.",
     "Please wait a minute, and try again."},
    {"You are not signed out yet", "The request to sign you out could not be used, so you are still signed in.",
     "You can sign out on the start page."},
    {"Something went wrong", "The sign-in did not succeed.",
     "Please go back to the application that you came from and try again."},
}};

constexpr Texts kGerman = {{
    {"Wir kennen diese Anwendung nicht",
     "Die Anwendung, die Sie hierher geschickt hat, ist bei diesem Server nicht registriert, oder ihre Registrierung "
     "ist "
     "abgelaufen.",
     "Es wurde nichts weitergegeben. Bitte sagen Sie es den Betreibern der Anwendung."},
    {"Diese Anwendung ist abgeschaltet",
     "Der Betreiber dieses Servers hat die Anwendung abgeschaltet; zurzeit kann sich niemand bei ihr anmelden.",
     "Es wurde nichts weitergegeben. Bitte fragen Sie die Betreiber der Anwendung, wann sie wieder da ist."},
    {"Wir können Sie nicht zu dieser Anwendung zurückschicken",
     "Die Anwendung wollte Sie an eine Adresse schicken lassen, die sie hier nicht registriert hat. Die Adresse könnte "
     "jemand anderem gehören, deshalb tun wir das nicht.",
     "Es wurde nichts weitergegeben. Bitte sagen Sie es den Betreibern der Anwendung."},
    {"Diese Anmeldung kann nicht fortgesetzt werden",
     "Sie hat zu lange gedauert, wurde unterwegs verändert, oder sie wurde in einem anderen Fenster oder von jemand "
     "anderem begonnen.",
     "Bitte gehen Sie zurück zu der Anwendung, von der Sie kamen, und beginnen Sie neu."},
    {"Diese Anmeldeanfrage ist nicht verwendbar",
     "Die Anwendung, die Sie hierher geschickt hat, wollte etwas, das dieser Server nicht kann, oder fragte falsch.",
     "Es wurde nichts weitergegeben. Bitte gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal. Geschieht "
     "es wieder, sagen Sie es ihren Betreibern."},
    {"Bei uns ist etwas schiefgegangen",
     "Dieser Server konnte nicht antworten. Das ist nicht Ihr Fehler, und es wurde nichts weitergegeben.",
     "Bitte versuchen Sie es gleich noch einmal. Geschieht es wieder, nennen Sie dem Betreiber dieses Servers die "
     "Kennung unten."},
    {"Hier ist nichts", "Diese Adresse gibt es nicht, oder nicht mehr.",
     "Bitte prüfen Sie den Link, oder gehen Sie zurück zu der Anwendung, von der Sie kamen."},
    {"Diese Seite funktioniert anders", "Auf diese Weise kann sie nicht geöffnet werden.",
     "Bitte gehen Sie zurück zu der Anwendung, von der Sie kamen, und versuchen Sie es noch einmal."},
    {"Zu viele Versuche",
     "Aus Ihrem Netz kamen in kurzer Zeit sehr viele Anfragen; deshalb bitten wir um eine kurze Pause.",
     "Bitte warten Sie eine Minute, und versuchen Sie es dann noch einmal."},
    {"Sie sind noch nicht abgemeldet",
     "Die Anfrage, Sie abzumelden, war nicht verwendbar; Sie sind also noch angemeldet.",
     "Auf der Startseite können Sie sich abmelden."},
    {"Etwas ist schiefgegangen", "Die Anmeldung ist nicht gelungen.",
     "Bitte gehen Sie zurück zu der Anwendung, von der Sie kamen, und versuchen Sie es noch einmal."},
}};

constexpr Texts kSpanish = {{
    {"No conocemos esta aplicación",
     "La aplicación que le envió aquí no está registrada en este servidor, o su registro ha caducado.",
     "No se compartió nada. Por favor, avise a los responsables de la aplicación."},
    {"Esta aplicación está desactivada",
     "El operador de este servidor ha desactivado la aplicación; por ahora nadie puede iniciar sesión en ella.",
     "No se compartió nada. Por favor, pregunte a los responsables de la aplicación cuándo volverá."},
    {"No podemos devolverle a esta aplicación",
     "La aplicación pidió enviarle a una dirección que no ha registrado aquí. Podría ser de otra persona, así que no "
     "lo "
     "hacemos.",
     "No se compartió nada. Por favor, avise a los responsables de la aplicación."},
    {"Este inicio de sesión no puede continuar",
     "Tardó demasiado, se cambió por el camino, o lo empezó otra ventana u otra persona.",
     "Por favor, vuelva a la aplicación de la que vino y empiece de nuevo."},
    {"La petición de inicio de sesión no se puede usar",
     "La aplicación que le envió aquí pidió algo que este servidor no puede hacer, o lo pidió mal.",
     "No se compartió nada. Por favor, vuelva a la aplicación e inténtelo de nuevo. Si se repite, avise a sus "
     "responsables."},
    {"Algo falló por nuestra parte", "Este servidor no pudo responder. No es culpa suya, y no se compartió nada.",
     "Por favor, inténtelo de nuevo en un momento. Si se repite, dé al operador de este servidor la referencia de "
     "abajo."},
    {"Aquí no hay nada", "Esta dirección no existe, o ya no existe.",
     "Por favor, compruebe el enlace, o vuelva a la aplicación de la que vino."},
    {"Esta página funciona de otro modo", "No se puede abrir de esta manera.",
     "Por favor, vuelva a la aplicación de la que vino e inténtelo de nuevo."},
    {"Demasiados intentos", "Llegaron muchísimas peticiones de su red en poco tiempo, así que pedimos una breve pausa.",
     "Por favor, espere un minuto e inténtelo de nuevo."},
    {"Su sesión aún no está cerrada",
     "La petición de cerrar su sesión no se pudo usar, así que su sesión sigue abierta.",
     "Puede cerrarla en la página de inicio."},
    {"Algo falló", "El inicio de sesión no se completó.",
     "Por favor, vuelva a la aplicación de la que vino e inténtelo de nuevo."},
}};

constexpr const Texts* kTexts[] = {&kEnglish, &kGerman, &kSpanish};  // in the order of Language

constexpr ErrorFrame kFrames[] = {
    {"Reference:", "Start page"},
    {"Kennung:", "Startseite"},
    {"Referencia:", "Página de inicio"},
};

}  // namespace

const ErrorTexts& error_texts(ErrorPage page, Language language) {
  return (*kTexts[static_cast<std::size_t>(language)])[static_cast<std::size_t>(page)];
}

const ErrorFrame& error_frame(Language language) {
  return kFrames[static_cast<std::size_t>(language)];
}

}  // namespace sigma::service
