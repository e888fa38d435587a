// roles.h - the few roles that the program itself knows; every other role is the policy's.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "app/access.h"

namespace halligan::app::role {

inline constexpr std::string_view administrator = "administrator";
inline constexpr std::string_view privacy_officer = "privacy-officer";
inline constexpr std::string_view ledger_reader = "ledger-reader";
inline constexpr std::string_view interface = "interface";  // a feed; goes with no other role
inline constexpr std::array built_in{administrator, privacy_officer, ledger_reader, interface};

inline Refusal needed(std::string what) {
  return {.why = Why::role_needed, .what = std::move(what)};
}

// Whose live session it is, where one of these roles is theirs; else why not, in the words `takes`.
struct Asked {
  const Session* session = nullptr;
  std::optional<Refusal> refusal;
};
inline Asked asked_by(const State& state, const std::string& token_hash, const Now& now,
                      std::initializer_list<std::string_view> roles, const char* takes) {
  Asked out{.session = live_session(state, token_hash, now), .refusal = {}};
  if (out.session == nullptr)
    out.refusal = no_session(state, token_hash, now);
  else if (!has_any_role(state, *out.session, roles))
    out.refusal = needed(takes);
  return out;
}

// Whether what somebody asked for earlier still stands: who has left, or lost the role, is no
// second person any more.
inline bool still_has_one(const State& state, const StaffId& who,
                          std::initializer_list<std::string_view> roles) {
  const auto* person = state.person(who);
  return person != nullptr && person->active && std::ranges::any_of(roles, [&](auto role) {
           return std::ranges::find(person->roles, role) != person->roles.end();
         });
}

}  // namespace halligan::app::role
