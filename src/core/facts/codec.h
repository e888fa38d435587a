// codec.h - facts to JSON and back: the plain form of an entry's body.
//
// One fact has one spelling: members in the order of their declaration, defaults left out.
// decode(encode(x)) == x, and decode refuses what encode could not have written (unknown kind,
// unknown member, wrong type), so that a later version's entry is never half understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/facts/facts.h"

namespace halligan::facts {

std::string encode(const Body& body);
std::optional<Body> decode(std::string_view text);

// A fact's members as JSON, for people and tests (state dumps, `entries --json`).
std::string fact_json(const Fact& fact);

}  // namespace halligan::facts
