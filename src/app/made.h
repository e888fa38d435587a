// made.h - what a command with an idempotency key made the first time (P7).
#pragma once

#include <string>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

// How a repeated command recognises its own work: a glass by its id, other things as "kind/id".
std::string made_name(const facts::Fact& fact);

enum class Repeated { no, same, other };
Repeated repeated(const Context& context, const std::string& made);
Refusal key_used_otherwise();

}  // namespace halligan::app
