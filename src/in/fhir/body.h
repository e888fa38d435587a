// body.h - what there is to know of resources before they may leave or be written: whose charts
// they belong to, labels, categories, date. Their bytes are never changed here, but by splice_tag
// and without_upstream.
//
// BOUNDS  bytes, depth and entries are limited; a key that is there twice is refused wherever it
// is:
//         two readers could take two meanings from it.
// INVARIANT: what names a patient in a way that cannot be checked is not `checkable`, and is
// withheld.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "core/policy/zone.h"

namespace halligan::in::fhir {

// Addresses whose resources are those of the record system: ours and upstream's, without a slash at
// the end. And where the hospital is: a date without a time of day begins there at midnight.
struct Bases {
  std::string ours;
  std::string upstream;
  std::shared_ptr<const policy::Zone> zone{};  // none: no policy is in force, and UTC will do
};

inline constexpr std::string_view glass_tag_system = "urn:halligan:glass";

struct Resource {
  std::string type;
  std::string id;  // empty: none that is text
  bool has_id = false;
  std::string version;  // meta.versionId, where it can stand in an ETag
  std::optional<Instant> updated;
  std::vector<std::string> patients;  // in whose compartment it lies; sorted, each once
  std::vector<std::string> labels;    // of it and of what it contains; sorted, each once
  std::vector<std::string> categories;
  std::optional<Instant> dated;  // the earliest moment its date can mean
  bool checkable = true;
  bool too_much = false;   // more references, contained resources, patients or codes than one may
  std::string supersedes;  // what, anywhere in it, takes the place of another; empty: nothing
  bool modified = false;   // a modifierExtension anywhere in it
  bool searches = false;   // a reference that is a search, which the record system would carry out
  std::vector<std::string> urns;        // "urn:uuid:..." of references; sorted, each once
  std::vector<std::string> glass_tags;  // codes of our own tag, anywhere in it
  std::string bytes;                    // as they came
};

struct Malformed {
  std::string what;  // for people: no values
};

std::variant<Resource, Malformed> scan_resource(std::string_view text, const Bases& bases);

struct Page {
  std::vector<Resource> matches;   // entries of search mode "match", or of none
  std::vector<Resource> included;  // of search mode "include", where they are asked for
  std::string next;                // below upstream's base; empty: the last page
};
std::variant<Page, Malformed> scan_searchset(std::string_view text, const Bases& bases,
                                             bool with_included = false);

// What a resource refers to at a path such as "performer.actor": "Type/id" of the record system's.
std::vector<std::string> references_of(std::string_view resource, std::string_view path,
                                       const Bases& bases);

// A page of an instance's history, in the record system's order.
struct Version {
  Resource resource;  // of no type where it was deleted
  bool deleted = false;
  bool first = false;           // it was created by this one
  std::optional<Instant> at{};  // when it was written or deleted
};
struct VersionPage {
  std::vector<Version> versions;
  std::string next;
};
std::variant<VersionPage, Malformed> scan_history(std::string_view text, const Bases& bases);

// What a client sends to be answered request by request.
struct BatchRequest {
  std::string full_url;
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> conditions;  // header and value
  std::string media_type;                                       // of the body; empty: there is none
  std::string body;
};
struct BatchBody {
  std::string type;  // "batch", "transaction" ...
  std::vector<BatchRequest> requests;
};
std::variant<BatchBody, Malformed> scan_batch(std::string_view text);

// What the record system says became of one request of a transaction.
struct PartDone {
  int status = 0;  // 0: it cannot be read
  std::string location;
  std::string etag;
  std::string resource;  // its bytes; empty: none
};
// In the order of the requests; malformed where it is no transaction-response.
std::variant<std::vector<PartDone>, Malformed> scan_transaction_response(std::string_view text);

// The person search shows these and nothing else; as JSON of a Patient with its id.
std::variant<std::string, Malformed> minimal_demographics(const Resource& patient);

// The resource without the record system's own address: a reference that begins with it becomes a
// relative one, "Patient/p-1"; anywhere else our address takes its place. Other bytes stay.
std::string without_upstream(std::string_view text, const Bases& bases);

// The resource with one more meta.tag; its other bytes stay. `text` has passed scan_resource.
std::string splice_tag(std::string_view text, std::string_view system, std::string_view code);

}  // namespace halligan::in::fhir
