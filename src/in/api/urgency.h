// urgency.h - which requests of the API go first, and which can be asked for again later.
//
// Asked before a worker has the request: it looks at the method and the path alone.
#pragma once

#include "in/http/message.h"
#include "in/http/urgency.h"

namespace halligan::in::api {

http::Urgency urgency(const http::Request& request);

}  // namespace halligan::in::api
