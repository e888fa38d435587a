// offer.h - an offer as JSON text: what a client needs to ask a person, and then to break the glass.
#pragma once

#include <string>

#include "app/refusal.h"

namespace halligan::in::fhir {

std::string offer_json(const app::Offer& offer);

}  // namespace halligan::in::fhir
