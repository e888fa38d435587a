// writes.h - what writes.cc and changes.cc look at in the same way.
#pragma once

#include <optional>
#include <string>

#include "in/fhir/body.h"
#include "in/fhir/target.h"
#include "in/http/message.h"
#include "needs/record_source.h"

namespace halligan::in::fhir {

// An update, a patch or a delete.
struct Change {
  enum class How { update, patch, remove } how = How::update;
  std::string type;
  std::string id;
  std::string if_match{};  // as an ETag; empty: not conditional
};
Change change_of(const Update& target);
Change change_of(const Patch& target);
Change change_of(const Delete& target);

NotAllowed not_this(std::string what, int status = 422);
// What is wrong with a resource that a client wants written.
std::optional<NotAllowed> wrong_body(const Resource& resource, const std::string& type);
NotAllowed not_by_binary();
// As an ETag; empty: not told.
std::string version_of(const needs::RecordAnswer& answer);
// "http://upstream/fhir/Observation/o-9/_history/1" -> "o-9"; else the id in the body.
std::string new_id_of(const needs::RecordAnswer& answer, const std::string& type,
                      const Bases& bases);
http::Response unknown_whether_written();
// The ledger stopped when the record system "took" it.
http::Response written_but(const std::string& what);
// What the record system is asked for where its answer is to be shown.
extern const std::pair<std::string, std::string> give_it_back;

}  // namespace halligan::in::fhir
