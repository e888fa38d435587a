// admit.h - who may bring more than a few KiB of body: asked when the head is there and nothing of
// the body has been read or looked at.
//
// Never more than a first look: what is asked for is decided where it always is.
#pragma once

#include <optional>

#include "in/api/api.h"

namespace halligan::in::api {

// Nothing: the body may come.
std::optional<http::Response> admit(Api& api, const http::Request& head);

}  // namespace halligan::in::api
