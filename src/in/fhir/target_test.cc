#include "in/fhir/target.h"

#include <gtest/gtest.h>

#include "in/fhir/compartment.h"
#include "in/fhir/includes.h"
#include "in/fhir/search_params.h"

namespace halligan::in::fhir {
namespace {

http::Request request(std::string method, const std::string& target, http::Headers headers = {},
                      std::string body = {}) {
  http::Request out;
  out.method = std::move(method);
  out.target = "/fhir/" + target;
  const auto mark = out.target.find('?');
  out.path = out.target.substr(0, mark);
  if (mark != std::string::npos) out.query = out.target.substr(mark + 1);
  out.headers = std::move(headers);
  out.body = std::move(body);
  return out;
}

const http::Headers json{{"Content-Type", "application/fhir+json"}};
const http::Headers patch{{"Content-Type", "application/json-patch+json"}};
const http::Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};

Target classified(const std::string& target) { return classify(request("GET", target)); }

int refusal(const Target& target) {
  const auto* why = std::get_if<NotAllowed>(&target);
  return why == nullptr ? 0 : why->status;
}

TEST(Target, UnderstandsTheFormsOfAChart) {
  EXPECT_EQ(classified("Patient/p-1"), Target(Read{"Patient", "p-1"}));
  EXPECT_EQ(classified("Observation/o-1?_format=json"), Target(Read{"Observation", "o-1"}));
  const Search all{"Observation", PatientId{"p-1"}, {}, count_default};
  for (const auto* spelling : {"Observation?patient=p-1", "Observation?patient=Patient/p-1",
                               "Observation?subject=Patient%2Fp-1", "Observation?p%61tient=p-1",
                               "Observation?&patient=p-1&"})
    EXPECT_EQ(classified(spelling), Target(all)) << spelling;
  EXPECT_EQ(classified("Observation?patient=p-1&category=vital-signs&date=ge2026-01-01&date=lt2026-"
                       "02-01&_count=10"),
            Target(Search{
                "Observation",
                PatientId{"p-1"},
                {{"category", "vital-signs"}, {"date", "ge2026-01-01"}, {"date", "lt2026-02-01"}},
                10}));
  EXPECT_EQ(classify(request("POST", "Observation/_search", form, "patient=p-1")), Target(all));
  EXPECT_EQ(classified("Patient?name=osei&birthdate=1961-04-02"),
            Target(PersonSearch{{{"name", "osei"}, {"birthdate", "1961-04-02"}}, count_default}));
  const Search one{"Patient", PatientId{"p-1"}, {}, count_default};
  EXPECT_EQ(classified("Patient?_id=p-1"), Target(one));
  EXPECT_EQ(classify(request("POST", "Patient/_search", form, "_id=p-1")), Target(one));
  EXPECT_EQ(classified("Patient/p-1/$everything"), Target(Everything{PatientId{"p-1"}}));
  EXPECT_EQ(classified("Observation/o-1/_history/2"), Target(Read{"Observation", "o-1", {}, "2"}));
  EXPECT_EQ(classified("Observation/o-1/_history"),
            Target(History{"Observation", "o-1", count_default}));
  EXPECT_EQ(classified("Observation/o-1/_history?_count=3&_format=json"),
            Target(History{"Observation", "o-1", 3}));
  EXPECT_EQ(classified("Observation/o-1/_history?page=abc"),
            Target(HistoryPage{"Observation", "o-1", "abc"}));
  EXPECT_EQ(classified("Observation?page=abc"), Target(NextPage{"Observation", "abc"}));
  EXPECT_EQ(classify(request("POST", "Observation", json, "{}")), Target(Create{"Observation"}));
  EXPECT_EQ(classify(request(
                "PUT", "Observation/o-1",
                {{"Content-Type", "application/json; charset=utf-8"}, {"If-Match", "W/\"3\""}})),
            Target(Update{"Observation", "o-1", "W/\"3\""}));
  EXPECT_EQ(classify(request("DELETE", "Observation/o-1")), Target(Delete{"Observation", "o-1"}));
  EXPECT_EQ(classified("metadata"), Target(Metadata{}));
  EXPECT_EQ(classified("Binary/b-1?of=Media%2Fm-1"), Target(BinaryOf{"b-1", "Media", "m-1"}));
  // What is included comes last, in the order given.
  EXPECT_EQ(classified("Observation?_include=Observation:encounter&patient=p-1&code=x"),
            Target(Search{"Observation",
                          PatientId{"p-1"},
                          {{"code", "x"}, {"_include", "Observation:encounter"}},
                          count_default}));
  EXPECT_EQ(classified("Group?member=p-1"),
            Target(Search{"Group", PatientId{"p-1"}, {}, count_default}));
}

TEST(Target, RefusesWhatItDoesNotUnderstand) {
  for (const auto* target : {"",
                             "?patient=p-1",
                             "Nonsense/1",
                             "patient/p-1",
                             "Observation",
                             "Observation?code=x",
                             "Observation?patient=",
                             "Observation?patient=p-1,p-2",
                             "Observation?patient=p-1&patient=p-1",
                             "Observation?patient=p-1&subject=p-2",
                             "Observation?patient=p-1&patient=p-2",
                             "Observation?subject:Patient=p-1",
                             "Observation?patient:Patient=p-1",
                             "Observation?patient:missing=true",
                             "Observation?patient=Group/1",
                             "Observation?patient=http://x/Patient/p-1",
                             "Observation?patient=Patient/p-1/_history/1",
                             "Observation?patient.name=x",
                             "Observation?performer=Patient/p-1",
                             "Observation?patient=p-1&_include=*",
                             "Observation?patient=p-1&_revinclude=x",
                             "Observation?patient=p-1&_has:x:y:z=1",
                             "Observation?patient=p-1&_filter=x",
                             "Observation?patient=p-1&_summary=count",
                             "Observation?patient=p-1&_elements=id",
                             "Observation?patient=p-1&_format=xml",
                             "Observation?patient=p-1&_sort=date",
                             "Observation?patient=p-1&_total=accurate",
                             "Observation?patient=p-1&code:in=x",
                             "Observation?patient=p-1&date=nonsense",
                             "Observation?patient=p-1&date=2026-99-99",
                             "Observation?patient=p-1&date=ge2026-01-01T25:00:00Z",
                             "Observation?patient=p-1&code=a&code=b",
                             "Observation?patient=p-1&_count=-1",
                             "Observation?patient=p-1&_count=0",
                             "Observation?patient=p-1&_count=1&_count=2",
                             "Observation?patient=p-1&_count=+1",
                             "Observation?patient=p-1&page=x",
                             "Observation?patient=%ff",
                             "Observation?patient=p%00",
                             "Observation?patient=p-1&_security=R,V",
                             "Observation?patient=p-1&Patient=p-2",
                             "Observation?patient=p-1&encounter=Patient/p-2",
                             "Observation/o-1?patient=p-1",
                             "Observation/o-1/_history?_since=2026-01-01",
                             "Observation/o-1/_history?_count=0",
                             "Observation/o-1/_history?patient=p-1",
                             "Observation/o-1/_history?page=",
                             "Observation/o-1/_history?page=x&_count=1",
                             "Observation/o-1/_history/1?_count=1",
                             "Observation/o-1/_history/..",
                             "Observation/o-1/_history/a b",
                             "Observation/o-1/_history/1/2",
                             "Observation/o-1/_history/",
                             "Observation/_history",
                             "_history",
                             "Binary/1/_history",
                             "Subscription/1/_history/1",
                             "Patient/p-1/Observation",
                             "Patient/p-1/$nonsense",
                             "Patient/p-1/$everything?start=2026",
                             "$everything",
                             "Observation/$lastn",
                             "Patient/p-1/",
                             "Patient//p-1",
                             "Patient/..",
                             "Patient%2Fp-1",
                             "Patient/p 1",
                             "Binary/1",
                             "Bundle/1",
                             "Subscription/1",
                             "Practitioner?name=x",
                             "Patient",
                             "Patient?gender=male",
                             "Patient?_id=p-1,p-2",
                             "Patient?_id=Patient/p-1",
                             "Patient?_id=",
                             "Patient?_id=p-1&_id=p-1",
                             "Patient?_id=p-1&name=x",
                             "Patient?_id:not=p-1",
                             "Patient?nonsense=x",
                             "Patient?name=",
                             "metadata/x",
                             "Observation/_search?patient=p-1"})
    EXPECT_GE(refusal(classified(target)), 400) << target;
}

TEST(Target, RefusesWritesThatAreConditionalOrElsewhere) {
  auto conditional = json;
  conditional.push_back({"If-None-Exist", "code=x"});
  EXPECT_EQ(refusal(classify(request("POST", "Observation", conditional, "{}"))), 400);
  EXPECT_EQ(classify(request("POST", "", json, "{}")), Target(Batch{}));
  EXPECT_EQ(refusal(classify(request("POST", "?_format=json", json, "{}"))), 400);
  EXPECT_EQ(refusal(classify(request("POST", "", patch, "{}"))), 415);
  EXPECT_EQ(refusal(classify(request("PUT", "", json, "{}"))), 405);
  EXPECT_EQ(refusal(classify(request("POST", "Patient", json, "{}"))), 400);
  EXPECT_EQ(refusal(classify(request("POST", "Practitioner", json, "{}"))), 403);
  EXPECT_EQ(refusal(classify(request("POST", "Observation/o-1", json, "{}"))), 405);
  EXPECT_EQ(refusal(classify(request("POST", "Observation",
                                     {{"Content-Type", "application/fhir+xml"}}, "<x/>"))),
            415);
  EXPECT_EQ(refusal(classify(request("POST", "Observation/_search", json, "patient=p-1"))), 415);
  EXPECT_EQ(refusal(classify(request("PUT", "Observation?code=x", json, "{}"))), 405);
  EXPECT_EQ(refusal(classify(request("DELETE", "Observation?patient=p-1"))), 405);
  for (const auto* type : {"application/json", "application/fhir+json", "application/xml-patch+xml",
                           "application/fhir+xml", "application/merge-patch+json", ""})
    EXPECT_EQ(
        refusal(classify(request("PATCH", "Observation/o-1", {{"Content-Type", type}}, "[]"))), 415)
        << type;
  EXPECT_EQ(refusal(classify(request("PATCH", "Observation?code=x", patch, "[]"))), 405);
  EXPECT_EQ(refusal(classify(request("PATCH", "Practitioner/x", patch, "[]"))), 403);
  for (const auto* match : {"", "*", "\"1\"", "W/\"\"", "W/\"1\", W/\"2\"", "W/\"a b\""})
    EXPECT_EQ(
        refusal(classify(request("PUT", "Observation/o-1",
                                 {{"Content-Type", "application/json"}, {"If-Match", match}}))),
        400)
        << match;
  for (const auto* method : {"PUT", "DELETE", "PATCH", "POST"})
    for (const auto* target : {"Observation/o-1/_history", "Observation/o-1/_history/1"})
      EXPECT_EQ(refusal(classify(request(method, target, json, "{}"))), 405) << method;
  for (const auto* method : {"OPTIONS", "TRACE", "get", "head"})
    EXPECT_EQ(refusal(classify(request(method, "Patient/p-1"))), 405) << method;
  EXPECT_EQ(refusal(classify(request("GET", "Patient/p-1", {{"Accept", "application/fhir+xml"}}))),
            406);
}

TEST(Target, TakesAHeadAsWhatItIsTheHeadOf) {
  for (const auto* target :
       {"Patient/p-1", "Observation?patient=p-1", "Patient?name=roe", "Patient/p-1/$everything",
        "metadata", "Observation?page=abc", "Observation", "Observation/_search?patient=p-1"})
    EXPECT_EQ(classify(request("HEAD", target)), classified(target)) << target;
}

TEST(Target, ReadsWhichVersionsTheClientHolds) {
  const auto held = [](const std::string& value) {
    return classify(request("GET", "Observation/o-1", {{"If-None-Match", value}}));
  };
  const auto read = [](std::vector<std::string> versions) {
    return Target{Read{"Observation", "o-1", std::move(versions)}};
  };
  EXPECT_EQ(held("W/\"3\""), read({"3"}));
  EXPECT_EQ(held("\"3\""), read({"3"}));
  EXPECT_EQ(held(" W/\"3\" ,\tW/\"a.b-4\""), read({"3", "a.b-4"}));
  EXPECT_EQ(held("*"), read({"*"}));
  std::string many = "\"1\"";
  for (int i = 0; i < 40; ++i) many += ",\"1\"";
  for (const std::string wrong :
       {"", "3", "W/3", "w/\"3\"", "W/\"\"", "W/\"3", "W/\"a b\"", "*,*", "W/\"3\",", ",W/\"3\"",
        "W/\"3\" W/\"4\"", "W/\"../3\"", "W/\"*\"", many.c_str()})
    EXPECT_EQ(refusal(held(wrong)), 400) << wrong;
  EXPECT_EQ(refusal(classify(request("GET", "Observation/o-1",
                                     {{"If-None-Match", "W/\"1\""}, {"if-none-match", "*"}}))),
            400);
  for (const auto* name : {"If-None-Match", "If-Unmodified-Since"}) {
    EXPECT_EQ(refusal(classify(request("PUT", "Observation/o-1",
                                       {{"Content-Type", "application/json"}, {name, "*"}}))),
              400)
        << "a condition is never passed over";
    EXPECT_EQ(refusal(classify(request("DELETE", "Observation/o-1", {{name, "*"}}))), 400);
  }
}

// Whoever is asked for is who is printed: for every type and parameter, what is printed is
// understood as the same.
TEST(Target, PrintsWhatItUnderstood) {
  std::size_t met = 0;
  const auto holds = [&](const Target& target, const http::Headers& headers) {
    ASSERT_FALSE(std::holds_alternative<NotAllowed>(target)) << print(target);
    EXPECT_EQ(classify(request(std::string{method_of(target)}, print(target), headers)), target)
        << print(target);
    ++met;
  };
  for (const auto& compartment : compartments()) {
    const std::string type{compartment.type};
    for (const auto* id : {"1", "p-000001", "A.b_c",
                           "0123456789012345678901234567890123456789012345678901234567890123"}) {
      holds(Read{type, id}, {});
      holds(Read{type, id, {}, "2"}, {});
      holds(History{type, id, 7}, {});
      holds(HistoryPage{type, id, "a-b_c"}, {});
      holds(Update{type, id, {}}, json);
      holds(Patch{type, id, {}}, patch);
      holds(Delete{type, id}, {});
      if (type == "Patient") holds(Everything{PatientId{id}}, {});
      holds(Search{type, PatientId{id}, {}, 7}, {});
      holds(History{type, id, 7, "2026-05-03T10:00:00.5+02:00"}, {});
      if (refers_to_binaries(type)) holds(BinaryOf{"b-1", type, id}, {});
      if (type == "Patient") continue;
      for (const bool reverse : {false, true})
        for (const auto& link : include_links(type, reverse))
          holds(Search{type,
                       PatientId{id},
                       {{"_id", "x"}, {reverse ? "_revinclude" : "_include", link.name()}},
                       7},
                {});
      for (const auto name : chart_params(type)) {
        const auto kind = *chart_param(type, name);
        const std::string value = kind == ParamKind::date ? "ge2026-05-03T10:00:00+01:00"
                                  : kind == ParamKind::encounter
                                      ? "Encounter/e-1"
                                      : "http://loinc.org|8480-6,a&b=c%d+e f";
        holds(Search{type, PatientId{id}, {{std::string{name}, value}}, count_max}, {});
      }
    }
    if (type != "Patient") holds(Create{type}, json);
    if (type != "Patient") holds(NextPage{type, "a-b_c"}, {});
  }
  holds(Batch{}, json);
  holds(PersonSearch{{{"name", "O'Brien & Søn"}, {"gender", "male"}}, 3}, {});
  EXPECT_GE(met, 1000U);
}

}  // namespace
}  // namespace halligan::in::fhir
