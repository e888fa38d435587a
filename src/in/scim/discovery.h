// discovery.h - what a SCIM server says of itself (RFC 7643, 5 to 7): it never changes.
#pragma once

#include <string>

#include "in/http/router.h"

namespace halligan::in::scim {

// To anybody: nothing of it is anybody's.
void add_discovery(http::Router& router, const std::string& base);

}  // namespace halligan::in::scim
