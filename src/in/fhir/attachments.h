// attachments.h - which Binary a resource refers to: what is in one is read by whoever may read
// what refers to it, so nobody makes such a reference here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in/fhir/body.h"

namespace halligan::in::fhir {

// Whether an attachment of the resource is this Binary of the record system.
bool refers_to_binary(const Resource& resource, std::string_view id, const Bases& bases);

// Whether it refers to one, in whatever spelling, to which `before` does not refer; `before` may be
// null: there was nothing.
bool adds_binary(const Resource& wanted, const Resource* before, const Bases& bases);

// What the Binary says of whose it is (securityContext): nothing, a patient, or the resource `of`.
bool fits_context(const Resource& binary, const std::string& of, const Bases& bases);

}  // namespace halligan::in::fhir
