// sign_in.h - what every way of signing in shares: the terminal that it is done at, and the answer.
#pragma once

#include <optional>
#include <string>

#include "app/sessions.h"
#include "in/api/api.h"
#include "in/http/json.h"

namespace halligan::in::api {

// How somebody asks for a session: at which terminal, as claimed, and whether a browser keeps it.
struct Doorway {
  TerminalId terminal;
  Sealed<std::string> terminal_secret;
  bool cookie = false;      // the token goes into a cookie, for a browser
  std::string certificate;  // that it showed when it connected, as in http::Request; empty: none
};
// As its cookie says, where this browser was made a terminal.
std::optional<Doorway> terminal_of_browser(const http::Request& request);
// A browser that names no terminal is the one that it was made.
Doorway read_doorway(http::Fields& fields, const http::Request& request);

// It goes with the browser; the session itself ends as any other.
http::Header set_session_cookie(std::string_view token, std::string_view more = {});

// The name of the secret that the terminal proved itself by; nothing where it did not. One that is
// not named is found by its certificate.
Result<std::optional<std::string>> terminal_proved(Api& api, Doorway& given);

// Whether this is the PIN of a card.
Result<bool> pin_matches(Api& api, const CardId& card, const std::string& kept_as,
                         const Sealed<std::string>& pin);

http::Response signed_in(const app::SignIn::Done& done, const std::string& token, bool cookie);

}  // namespace halligan::in::api
