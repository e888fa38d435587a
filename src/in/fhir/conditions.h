// conditions.h - what the headers of a request say beside what it asks for: which versions its
// client holds, and what it wishes to be answered.
//
// A condition that is not understood is refused, a wish is passed over: RFC 9110, 13 and RFC 7240.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in/http/message.h"

namespace halligan::in::fhir {

// "W/\"3\"" -> "3". Of a resource's versions and nothing else; nothing where it is not one.
std::optional<std::string> version_in(std::string_view etag);
std::string etag_of(std::string_view version);

inline constexpr std::string_view any_version = "*";

// Of If-None-Match: versions, or any_version alone; empty where the header is not there. Nothing
// where it cannot be understood.
std::optional<std::vector<std::string>> held_versions(const http::Request& request);
bool holds(const std::vector<std::string>& held, std::string_view version);

// What a write is to be answered with.
enum class Wish { none, minimal, representation, outcome };
Wish wish_of(const http::Request& request);

}  // namespace halligan::in::fhir
