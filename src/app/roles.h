// roles.h - the few roles that the program itself knows; every other role is the policy's.
#pragma once

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

}  // namespace halligan::app::role
