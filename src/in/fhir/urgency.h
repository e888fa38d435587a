// urgency.h - which FHIR requests go first, and which can be asked for again later.
//
// Asked before a worker has the request and before it is understood (target.h): a rough look at
// its shape. What is taken for another kind than it is waits in another line, and no more.
#pragma once

#include "in/edge.h"
#include "in/http/urgency.h"

namespace halligan::in::fhir {

// One resource, or a search within one chart, is ordinary, or under glass for whom `edge` knows to
// have broken it; whole charts, histories, batches and searches for people are bulk.
http::Urgency urgency(const Edge& edge, const http::Request& request);

}  // namespace halligan::in::fhir
