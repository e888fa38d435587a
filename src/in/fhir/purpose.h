// purpose.h - the purpose of use that a request declares, in its Category header.
//
//   Category: http://terminology.hl7.org/CodeSystem/v3-ActReason#ETREAT; scheme="..."; label="..."
//
// It is written into the entry, and opens nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "in/http/message.h"

namespace halligan::in::fhir {

inline constexpr std::string_view act_reason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

// Empty where none is declared; nothing where it cannot be understood.
std::optional<std::string> purpose_of(const http::Request& request);

}  // namespace halligan::in::fhir
