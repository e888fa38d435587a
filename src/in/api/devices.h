// devices.h - browsers that somebody signed in with before.
//
// A cookie says so, made for one person and good for none other. It opens nothing: failures of
// others, from whatever address, do not slow its person down there, nor lock their password there.
// (OWASP, "Slow Down Online Guessing Attacks with Device Cookies".)
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "in/http/message.h"
#include "needs/dice.h"
#include "needs/vault.h"

namespace halligan::in::api {

class Devices {
 public:
  Devices(needs::Vault& vault, needs::Dice& dice) : vault_(vault), dice_(dice) {}

  struct Whose {
    std::string user;  // as it is typed
    std::string
        password;  // the name of the secret: another password makes the browser a stranger's
  };
  // The device's name, where the request's cookie is one of this person's, and of the last 180
  // days.
  std::optional<std::string> of(const http::Request& request, const Whose& whose, Instant now);
  // Nothing where the vault does not answer: then it is a stranger's again.
  std::optional<http::Header> cookie_for(const Whose& whose, Instant now);

 private:
  std::optional<std::string> code_of(std::string_view name, std::string_view user,
                                     std::string_view password);

  needs::Vault& vault_;
  needs::Dice& dice_;
  std::mutex mutex_;
  std::string key_;  // from the vault, once it is asked for
};

}  // namespace halligan::in::api
