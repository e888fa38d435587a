// secrets.h - where the vault keeps what people and terminals prove themselves by.
//
// Every secret that an administrator sets has a place of its own, named by the entry that recorded
// it (`kept_as`): one that was replaced, or came back with an older copy of the vault, is nobody's.
#pragma once

#include <string>

#include "in/api/api.h"

namespace halligan::in::api {

struct SecretPlace {
  std::string owner;
  std::string kind;
};
// `owner`: "staff/osei"; `kind`: "password". Without a name: the first secret, which began with the
// ledger.
inline SecretPlace place_of(const std::string& owner, const std::string& kind,
                            const std::string& kept_as) {
  if (kept_as.empty()) return {.owner = owner, .kind = kind};
  return {.owner = owner + "/" + kind + "/" + kept_as, .kind = kind};
}

// Empty where there is none.
inline Result<Sealed<std::string>> secret_of(Api& api, const std::string& owner,
                                             const std::string& kind, const std::string& kept_as) {
  const auto place = place_of(owner, kind, kept_as);
  auto held = api.edge.vault.secret(place.owner, place.kind);
  if (!held) return held.fault();
  return *held ? std::move(**held) : Sealed<std::string>{};
}

}  // namespace halligan::in::api
