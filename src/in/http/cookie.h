// cookie.h - one cookie of a request (RFC 6265), read one way or not at all.
#pragma once

#include <optional>
#include <string_view>

#include "in/http/message.h"

namespace halligan::in::http {

// The value of the cookie of exactly that name. Nothing where there is none, or more than one in
// all Cookie headers together. Pairs stand apart by "; " as browsers write them, and a value ends
// nowhere else. Of other cookies nothing is asked: whatever else runs on this host name may set
// them.
std::optional<std::string_view> cookie(const Request& request, std::string_view name);

}  // namespace halligan::in::http
