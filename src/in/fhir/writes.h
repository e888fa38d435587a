// writes.h - what writes.cc and changes.cc look at in the same way.
#pragma once

#include <optional>
#include <string>

#include "in/fhir/body.h"
#include "in/fhir/target.h"
#include "needs/record_source.h"

namespace halligan::in::fhir {

NotAllowed not_this(std::string what, int status = 422);
// What is wrong with a resource that a client wants written.
std::optional<NotAllowed> wrong_body(const Resource& resource, const std::string& type);
// As an ETag; empty: not told.
std::string version_of(const needs::RecordAnswer& answer);
// What the record system is asked for where its answer is to be shown.
extern const std::pair<std::string, std::string> give_it_back;

}  // namespace halligan::in::fhir
