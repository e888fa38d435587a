// forms_test.cc - docs/fhir-forms.md is what the gateway does: every row of it is asked here.
//
// HALLIGAN_PRINT_FORMS=1 prints the page.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "in/fhir/target.h"

namespace halligan::in::fhir {
namespace {

struct Row {
  std::string method;
  std::string target;  // below the base
  std::string note;    // of what is taken
  http::Headers headers{};
};

const http::Headers resource{{"Content-Type", "application/fhir+json"}};
const http::Headers json_patch{{"Content-Type", "application/json-patch+json"}};
http::Headers with(http::Headers headers, const std::string& name, const std::string& value) {
  headers.push_back({name, value});
  return headers;
}

std::vector<Row> rows() {
  return {
      {"GET", "metadata", "without a session", {}},
      {"GET", "Observation/o-1", "by its own subject", {}},
      {"HEAD", "Observation/o-1", "the same decision and entry as GET; so for every GET below", {}},
      {"GET",
       "Observation/o-1",
       "304 where that version stands, under the entry of a read",
       {{"If-None-Match", "W/\"1\""}}},
      {"GET", "Observation/o-1", "", {{"If-None-Match", "1"}}},
      {"GET", "Observation/o-1/_history/1", "by its own subject, and today's labels", {}},
      {"GET", "Observation/o-1/_history?_count=10", "each version as when it is read alone", {}},
      {"GET",
       "Observation/o-1/_history?_since=2026-05-03T10:00:00Z",
       "those written or deleted since",
       {}},
      {"GET", "Observation/o-1/_history?_since=2026-01-01", "", {}},
      {"GET", "Observation/o-1/_history?_at=2026-05-03T10:00:00Z", "", {}},
      {"GET", "Observation/_history", "", {}},
      {"GET", "_history", "", {}},
      {"GET", "Observation?patient=p-1", "within one chart", {}},
      {"POST",
       "Observation/_search",
       "the form holds what would be the query",
       {{"Content-Type", "application/x-www-form-urlencoded"}}},
      {"GET", "Observation?code=x", "", {}},
      {"GET",
       "Observation?patient=p-1&_include=Observation:encounter",
       "what is given refers to, where it is in the same chart or in nobody's; each decided by "
       "itself",
       {}},
      {"GET",
       "Observation?patient=p-1&_revinclude=DiagnosticReport:result",
       "what refers to what is given, in the same way",
       {}},
      {"GET", "Observation?patient=p-1&_include=*", "", {}},
      {"GET", "Observation?patient=p-1&_revinclude=*", "", {}},
      {"GET", "Observation?patient=p-1&_include:iterate=Observation:has-member", "", {}},
      {"GET", "Patient?_id=p-1&_revinclude=Observation:patient", "", {}},
      {"GET", "Observation?patient=p-1&_has:x:y:z=1", "", {}},
      {"GET", "Observation?patient=p-1&code:in=x", "", {}},
      {"GET", "Observation?patient=p-1&_sort=date", "", {}},
      {"GET", "Observation?patient=p-1&_total=accurate", "", {}},
      {"GET", "Observation?patient=p-1&_summary=count", "", {}},
      {"GET", "Observation?patient=p-1&_elements=id", "", {}},
      {"GET", "Observation?patient=p-1&_count=0", "", {}},
      {"GET", "Observation?patient=p-1&_format=xml", "", {}},
      {"GET", "Patient?_id=p-1", "one chart", {}},
      {"GET", "Patient?name=roe", "a person: a few demographics of each", {}},
      {"GET", "Patient?gender=male", "", {}},
      {"GET", "Patient/p-1/$everything", "bounded", {}},
      {"GET", "Patient/p-1/Observation", "", {}},
      {"GET", "Patient/p-1/$summary", "", {}},
      {"GET", "Practitioner/x", "what is nobody's chart, where a rule names it", {}},
      {"GET", "Practitioner?name=x", "", {}},
      {"GET",
       "Binary/b-1?of=DocumentReference/d-1",
       "by the DocumentReference, DiagnosticReport or Media that refers to it",
       {}},
      {"GET", "Binary/b-1", "", {}},
      {"GET", "Binary/b-1?of=Observation/o-1", "", {}},
      {"GET", "Binary/b-1/_history", "", {}},
      {"POST", "Binary", "", resource},
      {"GET", "Subscription/s-1", "", {}},
      {"GET", "Nonsense/1", "", {}},
      {"GET", "?_type=Observation", "", {}},
      {"POST", "Observation", "an append to one chart", resource},
      {"POST", "Observation",
       "the resource that came back where it may be read, else as return=minimal",
       with(resource, "Prefer", "return=representation")},
      {"POST", "Observation", "", with(resource, "If-None-Exist", "code=x")},
      {"POST", "Observation", "", {{"Content-Type", "application/fhir+xml"}}},
      {"POST", "Patient", "", resource},
      {"POST", "Practitioner", "", resource},
      {"PUT", "Observation/o-1", "old and new subject both; never under a glass", resource},
      {"PUT", "Observation/o-1", "held to that version", with(resource, "If-Match", "W/\"1\"")},
      {"PUT", "Observation/o-1", "", with(resource, "If-None-Match", "*")},
      {"PUT", "Observation?code=x", "", resource},
      {"PATCH", "Observation/o-1", "as the update that it comes to; takes the right to read, too",
       json_patch},
      {"PATCH", "Observation/o-1", "", resource},
      {"PATCH", "Observation/o-1", "", {{"Content-Type", "application/merge-patch+json"}}},
      {"PATCH", "Observation?code=x", "", json_patch},
      {"DELETE", "Observation/o-1", "never under a glass", {}},
      {"DELETE", "Observation?patient=p-1", "", {}},
      {"DELETE", "Observation/o-1/_history", "", {}},
      {"POST", "",
       "a Bundle of type batch: each request as when it comes alone; of type transaction: writes, "
       "all or none, by ordinary grants alone",
       resource},
      {"OPTIONS", "Observation/o-1", "", {}},
  };
}

std::string line(const Row& row) {
  http::Request request;
  request.method = row.method;
  request.target = "/fhir/" + row.target;
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
  request.headers = row.headers;
  if (row.target.ends_with("/_search")) request.body = "patient=p-1";
  std::string out = "| `" + row.method + " " + row.target + "`";
  for (const auto& header : row.headers) out += "<br>`" + header.name + ": " + header.value + "`";
  const auto target = classify(request);
  if (const auto* why = std::get_if<NotAllowed>(&target))
    return out + " | " + std::to_string(why->status) + " | " + why->what + " |\n";
  return out + " | taken | " + row.note + " |\n";
}

std::string page() {
  std::string out =
      "# Forms of FHIR at the gateway\n\n"
      "What `/fhir` takes of FHIR R4, and what it refuses with which words. "
      "`tests/fhir/forms_test.cc` asks each\n"
      "row and compares this page with the answers; what is taken is decided and written down "
      "first.\n\n"
      "| request | | |\n|---|---|---|\n";
  for (const auto& row : rows()) out += line(row);
  return out;
}

TEST(Forms, ThePageIsWhatTheGatewayDoes) {
  if (std::getenv("HALLIGAN_PRINT_FORMS") != nullptr) std::cout << page();
  std::ifstream file{"docs/fhir-forms.md"};
  std::ostringstream held;
  held << file.rdbuf();
  EXPECT_TRUE(held.str() == page())
      << "print it anew: HALLIGAN_PRINT_FORMS=1, --gtest_brief=1, from the line that begins with #";
}

// A row that is taken says how, and one that is refused needs no note: its reason is the answer's.
TEST(Forms, EveryRowSaysOneThing) {
  for (const auto& row : rows())
    EXPECT_EQ(line(row).find("| taken |") != std::string::npos, !row.note.empty())
        << row.method << " " << row.target;
}

}  // namespace
}  // namespace halligan::in::fhir
