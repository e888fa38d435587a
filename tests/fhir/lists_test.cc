// lists_test.cc - resources that name others: Lists, Groups, Bundles. Whom they name is what they
// say, so each of those patients decides.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

std::string list(const std::string& id, const std::string& items, const std::string& rest = {}) {
  return R"({"resourceType":"List","id":")" + id +
         R"(","subject":{"reference":"Patient/p-1"},"entry":[)" + items + "]" + rest + "}";
}
std::string item(const std::string& reference) {
  return R"({"item":{"reference":")" + reference + "\"}}";
}
std::string group(const std::string& members) {
  return R"({"resourceType":"Group","id":"g","member":[)" + members + "]}";
}
std::string member(const std::string& reference) {
  return R"({"entity":{"reference":")" + reference + "\"}}";
}

TEST(Lists, OfOnesOwnPatientThatNamesOthers) {
  struct Case {
    std::string items;
    bool given;
  };
  for (
      const auto& [items, given] : std::vector<Case>{
          {item("Condition/c-1"), true},
          {item("Patient/p-1"), true},
          {item("Patient/p-2"), true},
          {item("Patient/p-3"), false},
          {item("Condition/c-1") + "," + item("Patient/hidden"), false},
          {item("http://upstream.internal/fhir/Patient/p-3"), false},
          {item("https://elsewhere.example/fhir/Patient/p-1"), false},
          {item("Patient?name=roe"), false},
          {R"({"item":{"type":"Patient","identifier":{"value":"7"}}})", false},
          {R"({"item":{"type":"Patient","display":"Roe"}})", false},
          {R"({"item":{"reference":"Condition/c-1"},"extension":[{"url":"x","valueReference":{"reference":"Patient/p-3"}}]})",
           false},
      }) {
    World world;
    world.records.put(list("l", items));
    EXPECT_EQ(world.get("dr-a", "List/l").status == 200, given) << items;
    const auto found = world.get("dr-a", "List?patient=p-1");
    EXPECT_EQ(found.ids().size(), given ? 1U : 0U) << found.body;
    World other;
    other.records.put(list("l", items));
    other.break_glass("dr-b", "p-1");
    EXPECT_EQ(other.get("dr-b", "List/l").status == 200,
              given && items.find("p-2") == std::string::npos)
        << "a glass is for one chart" << items;
  }
}

TEST(Lists, OfPeopleTakeTheRightToEachOfThem) {
  const auto status = [](const std::string& text) {
    World world;
    world.records.put(text);
    return world.get("dr-a", "Group/g").status;
  };
  EXPECT_EQ(status(group(member("Patient/p-1") + "," + member("Patient/p-2"))), 200);
  EXPECT_NE(status(group(member("Patient/p-1") + "," + member("Patient/p-3"))), 200);
  EXPECT_NE(status(group(member("Patient/hidden"))), 200);
  EXPECT_NE(status(group(member("Practitioner/x"))), 200) << "in nobody's chart";
  EXPECT_NE(
      status(group(member("Patient/p-1") + "," + R"({"entity":{"identifier":{"value":"7"}}})")),
      200);
  EXPECT_NE(
      status(
          R"({"resourceType":"Group","id":"g","member":[{"entity":{"reference":"Patient/p-1"}}],"characteristic":[{"valueReference":{"reference":"Patient/p-3"}}]})"),
      200);
  World world;
  world.records.put(group(member("Patient/p-1") + "," + member("Patient/p-3")));
  EXPECT_TRUE(world.get("dr-a", "Group?member=Patient/p-1").ids().empty());
}

TEST(Lists, NobodyIsPutOnOneByWhoMayNotWriteInTheirChart) {
  World world;
  auto anew = list("l", item("Patient/p-3"));
  anew.erase(anew.find(R"("id":"l",)"), 9);
  EXPECT_EQ(world.ask("dr-a", "POST", "List", anew).status, 422) << "it belongs to one chart";
  world.records.put(list("l", item("Patient/p-1"), R"(,"meta":{"versionId":"4"})"));
  EXPECT_NE(world.ask("dr-a", "PUT", "List/l", list("l", item("Patient/p-3"))).status, 200);
  EXPECT_TRUE(world.records.writes().empty());
}

// A Bundle within what is given, or instead of it, is taken apart or not given.
TEST(Lists, BundlesInBundles) {
  const auto bundle = [](const std::string& inside) {
    return R"({"resourceType":"Bundle","id":"x","type":"searchset","entry":[{"resource":)" +
           inside + "}]}";
  };
  World world;
  world.records.page = {bundle(observation("o-1", "p-1")), bundle(observation("o-3", "p-3")),
                        bundle(bundle(observation("o-3", "p-3"))), observation("o-9", "p-1")};
  EXPECT_EQ(world.get("dr-a", "Observation?patient=p-1").ids(), std::vector<std::string>{"o-9"});
  world.records.page = {
      observation("o-1", "p-1", R"(,"contained":[)" + bundle(observation("o-3", "p-3")) + "]"),
      observation("o-2", "p-1",
                  R"(,"contained":[)" + bundle(bundle(observation("o-3", "hidden"))) + "]"),
      observation("o-4", "p-1",
                  R"(,"contained":[)" + bundle(R"({"resourceType":"Patient"})") + "]"),
      observation("o-5", "p-1", R"(,"contained":[)" + bundle(observation("o-6", "p-2")) + "]")};
  EXPECT_EQ(world.get("dr-a", "Observation?patient=p-1").ids(), std::vector<std::string>{"o-5"});
  world.records.put_at("Bundle/x", bundle(observation("o-1", "p-1")));
  EXPECT_EQ(world.get("dr-a", "Bundle/x").status, 403);
  EXPECT_EQ(world.ask("dr-a", "POST", "Bundle", bundle(observation("o-1", "p-1"))).status, 403);
}

// Whoever is another name of a patient is that patient, too.
TEST(Lists, LinkedPatients) {
  World world;
  world.records.put(
      R"({"resourceType":"Patient","id":"p-1","link":[{"other":{"reference":"Patient/p-3"},"type":"seealso"}]})");
  EXPECT_NE(world.get("dr-a", "Patient/p-1").status, 200);
  world.records.put(
      R"({"resourceType":"Patient","id":"p-1","link":[{"other":{"reference":"Patient/p-2"},"type":"seealso"}]})");
  EXPECT_EQ(world.get("dr-a", "Patient/p-1").status, 200);
}

}  // namespace
}  // namespace halligan::tests
