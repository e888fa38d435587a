#include "in/fhir/body.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <algorithm>

#include "base/limits.h"
#include "in/fhir/compartment.h"

namespace halligan::in::fhir {
namespace {

const Bases bases{.ours = "https://halligan.example/fhir",
                  .upstream = "http://127.0.0.1:8103/fhir"};

Resource read(std::string_view text) {
  auto scanned = scan_resource(text, bases);
  EXPECT_TRUE(std::holds_alternative<Resource>(scanned)) << text;
  return std::holds_alternative<Resource>(scanned) ? std::get<Resource>(std::move(scanned))
                                                   : Resource{};
}
bool malformed(std::string_view text) {
  return std::holds_alternative<Malformed>(scan_resource(text, bases));
}

std::string observation(const std::string& rest) {
  return R"({"resourceType":"Observation","id":"o-1","subject":{"reference":"Patient/p-1"})" +
         rest + "}";
}

// {"a":[{"b":{"reference":...}}]} for "a.b"
boost::json::value nested(std::string_view path, const boost::json::value& leaf) {
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return boost::json::object{{path, boost::json::array{leaf}}};
  return boost::json::object{
      {path.substr(0, dot), boost::json::array{nested(path.substr(dot + 1), leaf)}}};
}

// A reference to what is contained is looked up, not searched for: as many of the one as of the
// other must not take their product of steps.
TEST(Body, BoundsWhatOneResourceRefersToAndContains) {
  const auto with = [](std::size_t references, std::size_t contained) {
    std::string out = R"(,"performer":[{"reference":"#a"})";
    for (std::size_t i = 1; i < references; ++i) out += R"(,{"reference":"#a"})";
    out += R"(],"contained":[{"resourceType":"Device","id":"a"})";
    for (std::size_t i = 1; i < contained; ++i) out += R"(,{"resourceType":"Basic"})";
    return read(observation(out + "]"));
  };
  EXPECT_TRUE(with(limits::resource_references_max - 1, limits::resource_contained_max).checkable);
  for (const auto& [references, contained] :
       {std::pair{limits::resource_references_max, std::size_t{1}},
        {std::size_t{1}, limits::resource_contained_max + 1},
        {std::size_t{500'000}, std::size_t{500'000}}}) {
    const auto resource = with(references, contained);
    EXPECT_TRUE(resource.too_much);
    EXPECT_FALSE(resource.checkable);
  }
  EXPECT_FALSE(with(2, 2).too_much);
  std::string codes = R"(,"meta":{"security":[{"code":"c"})";
  for (std::size_t i = 0; i < limits::resource_codes_max; ++i)
    codes += R"(,{"code":"c)" + std::to_string(i) + "\"}";
  EXPECT_TRUE(read(observation(codes + "]}")).too_much);
}

// Every listed parameter of all 67 types: somebody named there has the resource in their chart.
TEST(Body, FindsAPatientInEveryLinkOfEveryType) {
  std::size_t met = 0;
  for (const auto& compartment : compartments())
    for (const auto& link : compartment.used())
      for (const auto* spelling : {"Patient/foreign", "Patient/foreign/_history/3",
                                   "https://halligan.example/fhir/Patient/foreign",
                                   "http://127.0.0.1:8103/fhir/Patient/foreign"}) {
        auto body = nested(link.path, boost::json::object{{"reference", spelling}}).as_object();
        body["resourceType"] = compartment.type;
        body["id"] = "x-1";
        const auto resource = read(boost::json::serialize(body));
        EXPECT_TRUE(resource.checkable) << compartment.type << " " << link.path;
        EXPECT_TRUE(std::ranges::binary_search(resource.patients, "foreign"))
            << compartment.type << " " << link.path;
        ++met;
      }
  EXPECT_GE(met, 67U * 4U);
}

TEST(Body, DoesNotTrustALinkThatItCannotCheck) {
  for (const auto& compartment : compartments())
    for (const auto& link : compartment.used())
      for (const auto& leaf :
           {boost::json::object{{"reference", "http://elsewhere.example/fhir/Patient/1"}},
            boost::json::object{{"reference", "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"}},
            boost::json::object{{"reference", "#inside"}},
            boost::json::object{{"reference", "Patient?identifier=1"}},
            boost::json::object{{"reference", "patient/1"}}, boost::json::object{{"reference", 5}},
            boost::json::object{{"reference", "Practitioner/1"}, {"type", "Patient"}},
            boost::json::object{{"reference", "Patient/1"}, {"type", "Practitioner"}},
            boost::json::object{{"identifier", {{"value", "943-476-5919"}}}}}) {
        auto body = nested(link.path, leaf).as_object();
        body["resourceType"] = compartment.type;
        EXPECT_FALSE(read(boost::json::serialize(body)).checkable) << boost::json::serialize(body);
      }
  EXPECT_TRUE(
      read(observation(R"(,"performer":[{"display":"Dr. Who"},{"reference":"Practitioner/1"},)"
                       R"({"reference":"https://x.example/Practitioner/2"}])"))
          .checkable);
  EXPECT_FALSE(
      read(R"({"resourceType":"Observation","subject":{"display":"Jane Roe"}})").checkable);
}

TEST(Body, ReadsWhatIsInsideAsWhatItIs) {
  const auto contained = read(observation(
      R"(,"contained":[{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p-2"},
    "meta":{"security":[{"code":"HIV"}],"tag":[{"system":"urn:halligan:glass","code":"g-1"}]}}])"));
  EXPECT_EQ(contained.patients, (std::vector<std::string>{"p-1", "p-2"}));
  EXPECT_EQ(contained.labels, std::vector<std::string>{"HIV"});
  EXPECT_EQ(contained.glass_tags, std::vector<std::string>{"g-1"});
  EXPECT_FALSE(
      read(observation(R"(,"contained":[{"resourceType":"Patient","id":"p-2"}])")).checkable);
  EXPECT_FALSE(read(R"({"resourceType":"Observation","subject":{"reference":"#p"},)"
                    R"("contained":[{"resourceType":"Patient","id":"p"}]})")
                   .checkable);
  EXPECT_TRUE(read(observation(R"(,"performer":[{"reference":"#r"}],)"
                               R"("contained":[{"resourceType":"Practitioner","id":"r"}])"))
                  .checkable);
  EXPECT_EQ(read(R"({"resourceType":"Bundle",)"
                 R"("entry":[{"resource":{"resourceType":"Patient","id":"p-3"}}]})")
                .patients,
            std::vector<std::string>{"p-3"});
  EXPECT_FALSE(
      read(observation(R"(,"contained":[{"subject":{"reference":"Patient/p-2"}}])")).checkable);
  EXPECT_EQ(read(R"({"resourceType":"Device","patient":{"reference":"Patient/p-4"}})").patients,
            std::vector<std::string>{"p-4"});
  // Who is meant cannot be followed: it is somebody, all the same.
  const std::string urn = R"("reference":"urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7")";
  for (const std::string& who :
       {R"("patient":{)" + urn + "}", std::string{R"("patient":{"display":"Jane Roe"})"},
        R"("extension":[{"valueReference":{"type":"Patient",)" + urn + "}}]",
        std::string{R"("owner":{"type":"Patient","identifier":{"value":"1"}})"}})
    EXPECT_FALSE(read(R"({"resourceType":"Device",)" + who + "}").checkable) << who;
  EXPECT_TRUE(read(R"({"resourceType":"Device","owner":{)" + urn + "}}").checkable);
  EXPECT_EQ(
      read(
          R"({"resourceType":"Patient","id":"p-5","link":[{"other":{"reference":"Patient/p-6"}}]})")
          .patients,
      (std::vector<std::string>{"p-5", "p-6"}));
}

TEST(Body, ReadsLabelsCategoriesAndDates) {
  const auto resource =
      read(observation(R"(,"meta":{"versionId":"7","lastUpdated":"2026-05-03T10:00:00Z",
    "security":[{"code":"R"},{"system":"x","code":"PSYTHPN"}]},)"
                       R"("category":[{"coding":[{"code":"laboratory"},{"code":"a"}]},{"text":"x"}],
    "effectiveDateTime":"2026-05-03T11:00:00+01:00","issued":"2026-06-01T00:00:00Z")"));
  EXPECT_EQ(resource.labels, (std::vector<std::string>{"PSYTHPN", "R"}));
  EXPECT_EQ(resource.categories, (std::vector<std::string>{"a", "laboratory"}));
  EXPECT_EQ(resource.dated, parse_instant("2026-05-03T10:00:00Z"));
  EXPECT_EQ(resource.version, "7");
  EXPECT_EQ(resource.updated, parse_instant("2026-05-03T10:00:00Z"));
  EXPECT_EQ(read(R"({"resourceType":"Condition","subject":{"reference":"Patient/p"},)"
                 R"("recordedDate":"2026-05"})")
                .dated,
            parse_instant("2026-05-01T00:00:00Z"));
  EXPECT_EQ(read(R"({"resourceType":"AllergyIntolerance",)"
                 R"("patient":{"reference":"Patient/p"},"category":["food"]})")
                .categories,
            std::vector<std::string>{"food"});
  EXPECT_FALSE(read(observation(R"(,"meta":{"security":[{"display":"secret"}]})")).checkable);
  EXPECT_EQ(read(observation(R"(,"relatesTo":[])")).supersedes, "relatesTo");
  EXPECT_FALSE(read(observation("")).dated.has_value());
  // A date without a time of day begins at midnight where the hospital is.
  auto there = bases;
  there.zone = std::make_shared<const policy::Zone>(policy::Zone::named("Europe/London").value());
  const auto dated = [&](const std::string& date) {
    const auto found = scan_resource(observation(",\"issued\":\"" + date + "\""), there);
    return std::get<Resource>(found).dated;
  };
  EXPECT_EQ(dated("2026-05-03"), parse_instant("2026-05-02T23:00:00Z"));
  EXPECT_EQ(dated("2026-05"), parse_instant("2026-04-30T23:00:00Z"));
  EXPECT_EQ(dated("2026"), parse_instant("2026-01-01T00:00:00Z"));
  EXPECT_EQ(dated("2026-05-03T10:00:00Z"), parse_instant("2026-05-03T10:00:00Z"));
  EXPECT_FALSE(dated("2026-05-03T10:00:00").has_value());
  EXPECT_FALSE(dated("some day").has_value());
}

TEST(Body, RefusesWhatTwoReadersCouldReadTwoWays) {
  EXPECT_TRUE(malformed(observation(R"(,"subject":{"reference":"Patient/p-2"})")));
  EXPECT_TRUE(malformed(observation(R"(,"\u0073ubject":{"reference":"Patient/p-2"})")));
  EXPECT_TRUE(malformed(observation(R"(,"code":{"text":"a","text":"b"})")));
  for (const auto* text :
       {"", "[]", "1", "{}", "null", "{\"resourceType\":\"Observation\"",
        "{\"resourceType\":\"Observation\"}x", "{\"resourceType\":\"Observation\",}",
        "\xef\xbb\xbf{}", "{\"resourceType\":\"\xff\"}", "{'resourceType':'Observation'}"})
    EXPECT_TRUE(malformed(text)) << text;
  std::string deep = R"({"resourceType":"Observation","x":)" + std::string(2'000, '[') +
                     std::string(2'000, ']') + "}";
  EXPECT_TRUE(malformed(deep));
}

TEST(Body, CutsAPageIntoItsWholeResources) {
  const std::string first =
      "{ \"resourceType\" : \"Observation\",\n  \"id\":\"o-1\", "
      "\"subject\":{\"reference\":\"Patient/p-1\"}, \"value\": 1.50 }";
  const std::string second =
      R"({"resourceType":"Observation","id":"o-2","note":[{"text":"}]\"\\"}],)"
      R"("subject":{"reference":"Patient/p-2"}})";
  const auto page = scan_searchset(
      R"({"resourceType":"Bundle","type":"searchset","total":9,"link":[{"relation":"self","url":"x"},
    {"relation":"next",)"
      R"("url":"http://127.0.0.1:8103/fhir/Observation?patient=p-1&_offset=2"}],"entry":[{"fullUrl":"a","resource":)" +
          first + R"(,"search":{"mode":"match"}},{"resource":)" + second +
          R"(},{"fullUrl":"nothing"},{"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}},
    {"search":{"mode":"include"},"resource":{"resourceType":"Patient","id":"p-9"}}]})",
      bases);
  ASSERT_TRUE(std::holds_alternative<Page>(page)) << std::get<Malformed>(page).what;
  const auto& found = std::get<Page>(page);
  ASSERT_EQ(found.matches.size(), 2U);
  EXPECT_EQ(found.matches[0].bytes, first);
  EXPECT_EQ(found.matches[1].bytes, second);
  EXPECT_EQ(found.matches[1].patients, std::vector<std::string>{"p-2"});
  EXPECT_EQ(found.next, "Observation?patient=p-1&_offset=2");
}

TEST(Body, FollowsNoLinkThatLeadsElsewhere) {
  const auto with_next = [](const std::string& url) {
    return scan_searchset(
        R"({"resourceType":"Bundle","link":[{"relation":"next","url":")" + url + "\"}]}", bases);
  };
  for (const auto* url :
       {"http://evil.example/fhir/Observation?x", "http://127.0.0.1:8103/fhir/../admin", "", "a b"})
    EXPECT_TRUE(std::holds_alternative<Malformed>(with_next(url))) << url;
  EXPECT_TRUE(std::holds_alternative<Page>(with_next("?_getpages=1")));
  EXPECT_TRUE(std::holds_alternative<Malformed>(
      scan_searchset(R"({"resourceType":"Bundle",)"
                     R"("\u0065ntry":[{"resource":{"resourceType":"Patient","id":"p"}}]})",
                     bases)));
  EXPECT_TRUE(std::holds_alternative<Malformed>(
      scan_searchset(R"({"resourceType":"Bundle",)"
                     R"("entry":[{"\u0072esource":{"resourceType":"Patient","id":"p"}}]})",
                     bases)));
}

TEST(Body, SplicesOneTagAndNothingElse) {
  for (const std::string text :
       {R"({"resourceType":"Observation"})", R"( { "resourceType":"Observation","meta":{ } })",
        R"({"meta":{"versionId":"1"},"resourceType":"Observation"})",
        R"({"resourceType":"Observation","meta":{"tag":[]}})",
        R"({"resourceType":"Observation","meta":{"tag":[ {"system":"a",)"
        R"("code":"b"} ],"source":"x"}})"}) {
    const auto spliced = splice_tag(text, glass_tag_system, "g\"1");
    auto before = boost::json::parse(text).as_object();
    auto after = boost::json::parse(spliced).as_object();
    auto& tags = after["meta"].as_object()["tag"].as_array();
    ASSERT_FALSE(tags.empty()) << spliced;
    EXPECT_EQ(tags[0], (boost::json::object{{"system", glass_tag_system}, {"code", "g\"1"}}))
        << spliced;
    EXPECT_EQ(read(spliced).glass_tags, std::vector<std::string>{"g\"1"});
    tags.erase(tags.begin());
    if (tags.empty() && text.find("tag") == std::string::npos)
      after["meta"].as_object().erase("tag");
    if (text.find("meta") == std::string::npos) after.erase("meta");
    EXPECT_EQ(before, after) << spliced;
  }
}

TEST(Body, ShowsLittleOfAPerson) {
  const auto patient = read(
      R"({"resourceType":"Patient","id":"p-1","name":[{"family":"Roe","given":["Jane"],"use":"official"},{"family":"Old"}],
    "gender":"female","birthDate":"1961-04-02","address":[{"city":"x"}],)"
      R"("telecom":[{"value":"1"}],"identifier":[{"value":"2"}]})");
  EXPECT_EQ(std::get<std::string>(minimal_demographics(patient)),
            R"({"resourceType":"Patient","id":"p-1","name":[{"family":"Roe",)"
            R"("given":["Jane"]}],"gender":"female","birthDate":"1961-04-02"})");
}

TEST(Body, FindsTheRecordSystemsAddressHoweverJsonSpellsIt) {
  for (const auto* spelling :
       {R"(http://127.0.0.1:8103/fhir)", R"(http:\/\/127.0.0.1:8103\/fhir)",
        R"(http:\//127.0.0.1:8103/fhir)", R"(http:\u002f\u002F127.0.0.1:8103/fhir)",
        R"(\u0068ttp://127.0.0.1:8103/fhir)", R"(HTTP://127.0.0.1:8103/FHIR)"}) {
    const std::string address{spelling};
    EXPECT_EQ(without_upstream("[\"" + address + "/Patient/1\"]", bases), R"(["Patient/1"])");
    EXPECT_EQ(without_upstream("[\"see " + address + "\"]", bases),
              R"(["see https://halligan.example/fhir"])");
    const auto longer = "[\"" + address + "r/Patient/1\"]";
    EXPECT_EQ(without_upstream(longer, bases), longer);
  }
  for (const auto* other : {R"(["\\u0068ttp://127.0.0.1:8103/fhir"])", R"(["http://127.0.0.1:8103)",
                            R"(["\u00)", "h", ""})
    EXPECT_EQ(without_upstream(other, bases), other);
}

}  // namespace
}  // namespace halligan::in::fhir
