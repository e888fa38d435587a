// patch_test.cc - PATCH as the standard's examples have it, and as others send it (RFC
// 7644, 3.5.2).
#include "in/scim/patch.h"

#include <gtest/gtest.h>

namespace halligan::in::scim {
namespace {

json::object object(const std::string& text) { return json::parse(text).get_object(); }

// The resource afterwards, or the type of what is wrong.
std::string patched(const std::string& user, const std::string& operations) {
  const auto read = operations_in(object(R"({"Operations":)" + operations + "}"));
  if (const auto* wrong = std::get_if<Error>(&read)) return wrong->type;
  auto resource = object(user);
  if (const auto wrong = scim::apply(std::get<0>(read), resource)) return wrong->type;
  return json::serialize(resource);
}
std::string one(const std::string& user, const std::string& operation) {
  return patched(user, "[" + operation + "]");
}

GroupChange group(const std::string& operations) {
  const auto read = operations_in(object(R"({"Operations":)" + operations + "}"));
  EXPECT_TRUE(std::holds_alternative<std::vector<Operation>>(read)) << operations;
  auto change = group_change(std::get<0>(read));
  EXPECT_TRUE(std::holds_alternative<GroupChange>(change)) << operations;
  return std::get<GroupChange>(std::move(change));
}

using Ids = std::vector<std::string>;

TEST(ScimPatch, DeactivationInEveryDialect) {
  const std::string active = R"({"active":true})";
  const std::string inactive = R"({"active":false})";
  for (
      const char* operation :
      {R"({"op":"replace","path":"active","value":false})",    // the standard
       R"({"op":"Replace","path":"active","value":"False"})",  // Entra ID
       R"({"op":"replace","value":{"active":false}})",         // Okta
       R"({"op":"add","path":"active","value":false})",
       R"({"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:active","value":false})"}) {
    const auto after = object(one(active, operation));
    const auto& said = after.at("active");
    EXPECT_TRUE(said == false || said == "False") << operation << ": " << json::serialize(after);
  }
  EXPECT_EQ(one(inactive, R"({"op":"replace","path":"title","value":"x"})"),
            R"({"active":false,"title":"x"})");
}

TEST(ScimPatch, PartsOfAnAttribute) {
  const std::string name = R"({"name":{"givenName":"Ada","familyName":"Osei"}})";
  EXPECT_EQ(one(name, R"({"op":"replace","path":"name.familyName","value":"Lind"})"),
            R"({"name":{"givenName":"Ada","familyName":"Lind"}})");
  EXPECT_EQ(one(name, R"({"op":"remove","path":"name.familyName"})"),
            R"({"name":{"givenName":"Ada","familyName":null}})")
      << "null is none (RFC 7643, 2.5)";
  EXPECT_EQ(one(name, R"({"op":"Add","value":{"name.familyName":"Lind"}})"),
            R"({"name":{"givenName":"Ada","familyName":"Lind"}})")
      << "no path, and a key with a dot, as Entra ID sends it";
  EXPECT_EQ(one("{}", R"({"op":"add","path":"name.givenName","value":"Ada"})"),
            R"({"name":{"givenName":"Ada"}})");
}

TEST(ScimPatch, ElementsByAFilter) {
  const std::string mails =
      R"({"emails":[{"value":"a@example.com","type":"work"},{"value":"a@home.org","type":"home"}]})";
  EXPECT_EQ(
      one(mails,
          R"({"op":"remove","path":"emails[type eq \"work\" and value ew \"example.com\"]"})"),
      R"({"emails":[{"value":"a@home.org","type":"home"}]})");
  EXPECT_EQ(one(mails, R"({"op":"replace","path":"emails[type eq \"work\"].value","value":"b@x"})"),
            R"({"emails":[{"value":"b@x","type":"work"},{"value":"a@home.org","type":"home"}]})");
  EXPECT_EQ(one("{}", R"({"op":"add","path":"emails[type eq \"work\"].value","value":"b@x"})"),
            R"({"emails":[{"type":"work","value":"b@x"}]})")
      << "one that is not there is made, as Entra ID expects it";
}

TEST(ScimPatch, AListAsAWhole) {
  const std::string two = R"({"emails":[{"value":"a"},{"value":"b","type":"home"}]})";
  EXPECT_EQ(one(two, R"({"op":"add","path":"emails","value":[{"value":"a"},{"value":"c"}]})"),
            R"({"emails":[{"value":"a"},{"value":"b","type":"home"},{"value":"c"}]})")
      << "what is there is not added again";
  EXPECT_EQ(one(two, R"({"op":"REPLACE","path":"emails","value":[{"value":"c"}]})"),
            R"({"emails":[{"value":"c"}]})");
  for (const char* gone : {R"([{"value":"b"}])", R"({"value":"b"})", R"(["b"])"})
    EXPECT_EQ(one(two, std::string{R"({"op":"Remove","path":"emails","value":)"} + gone + "}"),
              R"({"emails":[{"value":"a"}]})")
        << "and nobody else: " << gone;
  EXPECT_EQ(one(two, R"({"op":"remove","path":"emails"})"), R"({"emails":null})");
}

TEST(ScimPatch, AComplexAttributeKeepsWhatIsNotSaid) {
  const std::string name = R"({"name":{"givenName":"Ada","familyName":"Osei"}})";
  EXPECT_EQ(one(name, R"({"op":"replace","path":"name","value":{"familyName":"Lind"}})"),
            R"({"name":{"givenName":"Ada","familyName":"Lind"}})");
  EXPECT_EQ(one(name, R"({"op":"Replace","value":{"name":{"familyName":"Lind"}}})"),
            R"({"name":{"givenName":"Ada","familyName":"Lind"}})");
}

TEST(ScimPatch, WhatIsPrimaryMayBeAText) {
  EXPECT_EQ(one("{}", R"({"op":"Add","path":"roles[primary eq \"True\"].value","value":"r"})"),
            R"({"roles":[{"primary":true,"value":"r"}]})");
  EXPECT_EQ(one(R"({"roles":[{"primary":true,"value":"r"},{"primary":false,"value":"q"}]})",
                R"({"op":"Replace","path":"roles[primary eq \"True\"].value","value":"s"})"),
            R"({"roles":[{"primary":true,"value":"s"},{"primary":false,"value":"q"}]})");
}

TEST(ScimPatch, ExtensionsAreNamedByTheirSchema) {
  const std::string schema{enterprise};
  EXPECT_EQ(one("{}", R"({"op":"Add","path":")" + schema + R"(:department","value":"ED"})"),
            R"({")" + schema + R"(":{"department":"ED"}})");
  EXPECT_EQ(one("{}", R"({"op":"add","value":{")" + schema + R"(:costCenter":"7","title":"x"}})"),
            R"({")" + schema + R"(":{"costCenter":"7"},"title":"x"})");
  EXPECT_EQ(one("{}", R"({"op":"add","value":{")" + schema + R"(":{"division":"North"}}})"),
            R"({")" + schema + R"(":{"division":"North"}})");
  EXPECT_EQ(one("{}", R"({"op":"add","path":"urn:example:own:2.0:User:shoe","value":"44"})"), "{}")
      << "of somebody's own nothing is kept, and nothing is refused for it";
}

TEST(ScimPatch, WhatIsTooMuchIsRefusedAndNotGoneThrough) {
  std::string many = "1";
  for (int i = 2; i < 60'000; ++i) many += "," + std::to_string(i);
  const auto add = R"({"op":"add","path":"emails","value":[)" + many + "]}";
  EXPECT_EQ(one("{}", add), "invalidValue");
  EXPECT_EQ(one("{}", add + "," + add), "tooMany");
  EXPECT_EQ(one("{}", R"({"op":"add","path":"title","value":")" + std::string(70'000, 'x') + "\"}"),
            "tooMany");
  std::string few = "1";
  for (int i = 2; i <= 200; ++i) few += "," + std::to_string(i);
  EXPECT_NE(one("{}", R"({"op":"add","path":"emails","value":[)" + few + "]}"), "invalidValue");
}

TEST(ScimPatch, NobodySetsWhatIsOurs) {
  for (const char* path : {"id", "ID", "meta", "meta.created", "groups"})
    EXPECT_EQ(one("{}", std::string{R"({"op":"replace","path":")"} + path + R"(","value":"x"})"),
              "mutability")
        << path;
}

TEST(ScimPatch, WhatCannotBeReadIsSaidAndNothingIsDone) {
  for (const auto& [operations, type] : std::vector<std::pair<std::string, std::string>>{
           {R"([{"op":"copy","path":"title","value":"x"}])", "invalidSyntax"},
           {R"([{"op":"replace","path":"emails[type eq","value":"x"}])", "invalidPath"},
           {R"([{"op":"remove"}])", "noTarget"},
           {R"([1])", "invalidSyntax"},
           {R"({})", "invalidSyntax"}})
    EXPECT_EQ(patched(R"({"title":"a"})", operations), type) << operations;
  std::string many = "[";
  for (int n = 0; n < 1'001; ++n)
    many += std::string{n == 0 ? "" : ","} + R"({"op":"replace","path":"title","value":"x"})";
  EXPECT_NE(patched("{}", many + "]").front(), '{') << "more than anybody sends";
}

TEST(ScimPatch, MembersComeAndGoInEveryDialect) {
  EXPECT_EQ(group(R"([{"op":"Add","path":"members","value":[{"value":"a"},{"value":"b"}]}])").added,
            (Ids{"a", "b"}));
  for (const char* operation :
       {R"({"op":"remove","path":"members[value eq \"a\"]"})",  // the standard
        R"({"op":"REMOVE","path":"members","value":{"value":"a"}})",
        R"({"op":"Remove","path":"members","value":[{"value":"a"}]})"})  // Entra ID
    EXPECT_EQ(group(std::string{"["} + operation + "]").removed, Ids{"a"}) << operation;
  const auto all = group(R"([{"op":"replace","path":"members","value":[{"value":"c"}]}])");
  ASSERT_TRUE(all.members);
  EXPECT_EQ(*all.members, Ids{"c"});
  const auto none = group(R"([{"op":"remove","path":"members"}])");
  ASSERT_TRUE(none.members);
  EXPECT_TRUE(none.members->empty());
  EXPECT_EQ(group(R"([{"op":"replace","value":{"id":"g","displayName":"ED"}}])").name, "ED")
      << "as Okta renames";
}

TEST(ScimPatch, TheLaterOfTwoOperationsOnAMemberStands) {
  const std::string add = R"({"op":"add","path":"members","value":[{"value":"a"}]})";
  const std::string remove = R"({"op":"remove","path":"members[value eq \"a\"]"})";
  const std::string replace = R"({"op":"replace","path":"members","value":[{"value":"b"}]})";
  EXPECT_EQ(group("[" + add + "," + remove + "]").removed, Ids{"a"});
  EXPECT_TRUE(group("[" + add + "," + remove + "]").added.empty());
  EXPECT_EQ(group("[" + remove + "," + add + "]").added, Ids{"a"});
  EXPECT_TRUE(group("[" + remove + "," + add + "]").removed.empty());
  EXPECT_EQ(group("[" + replace + "," + add + "]").members, (Ids{"b", "a"}));
  EXPECT_EQ(group("[" + replace + "," + add + "," + remove + "]").members, Ids{"b"});
}

}  // namespace
}  // namespace halligan::in::scim
