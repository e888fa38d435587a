// renewing.h - a new secret of somebody or something.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/refusal.h"
#include "in/api/api.h"
#include "in/api/secrets.h"

namespace halligan::in::api {

// First whether it may be, then the secret under a name of
// its own, then the entry that gives the name. Whoever is second of two leaves theirs, and what was
// kept before proves nothing any more. Nothing where it was done.
template <class Command, class May>
std::optional<http::Response> renew(Api& api, const http::Request& request,
                                    const std::string& owner, const char* kind, Command command,
                                    May may,
                                    const std::function<Result<Sealed<std::string>>()>& made) {
  command.token_hash = session_hash(request);
  std::optional<app::Refusal> no;
  const auto looked = api.run(
      [&](app::House& house, const Now& now) { no = may(house.state(), command.token_hash, now); });
  if (!looked) return api.faulted(looked.fault());
  if (no) return api.refused(*no);
  const auto secret = made();
  if (!secret) return api.faulted(secret.fault());
  command.kept_as = to_hex(api.edge.dice.roll<8>());
  const auto place = place_of(owner, kind, command.kept_as);
  if (const auto kept = api.edge.vault.set_secret(place.owner, place.kind, *secret); !kept)
    return api.faulted(kept.fault());
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());  // it may have been recorded: the secret stays
  // What it replaces stays: a backup whose entries end before this one names it.
  const auto* refusal = std::get_if<app::Refusal>(&asked->get());
  if (refusal == nullptr) return std::nullopt;
  (void)api.edge.vault.drop_secrets(place.owner);
  return api.refused(*refusal);
}

}  // namespace halligan::in::api
