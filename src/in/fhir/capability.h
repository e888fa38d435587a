// capability.h - what the gateway says of itself: made from the tables that it goes by.
#pragma once

#include <string>

namespace halligan::in::fhir {

std::string capability_statement(const std::string& base);

}  // namespace halligan::in::fhir
