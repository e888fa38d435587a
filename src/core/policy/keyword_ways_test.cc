// keyword_ways_test.cc - the words of [[card]], [vouching] and [lockout], as keyword_test.cc has
// the others.
#include "core/policy/keyword_fixture.h"
#include "core/policy/print.h"

namespace halligan::policy {
namespace {

const std::string reviewed = "review = { by = \"officer\", within = \"24h\" }\n";
const std::string card =
    "[[card]]\ndrawer = \"desk\"\nlabel = \"The desk\"\nroles = [\"nurse\"]\nplace = [\"ward\"]\n"
    "keepers = [\"doctor\"]\nsession = \"1h\"\nassigned = \"2h\"\n" +
    reviewed;
const std::string words_of_colleagues = "[vouching]\nroles = [\"nurse\"]\nat_most = 2\n" + reviewed;

ast::Policy policy_of(const std::string& more) {
  const auto parsed = parse(fixture::base + more);
  EXPECT_TRUE(parsed.policy) << more;
  return parsed.policy.value_or(ast::Policy{});
}
// The first thing that is wrong with it; nothing where nothing is.
std::string wrong(const std::string& more) {
  const auto parsed = parse(fixture::base + more);
  for (const auto& message : parsed.policy ? check(*parsed.policy) : parsed.messages)
    if (message.severity == Severity::error) return message.what;
  return {};
}

TEST(Keyword, card) {
  EXPECT_EQ(wrong(card), "");
  EXPECT_EQ(wrong(replaced(card, "roles = [\"nurse\"]\n", "")),
            "[[card]] needs `roles`, for example roles = [\"nurse\"]");
  EXPECT_EQ(wrong(replaced(card, "\"nurse\"", "\"clerk\"")).substr(0, 16), "no role is named");
  EXPECT_NE(wrong(replaced(card, "\"nurse\"", "\"privacy-officer\"")), "");
  EXPECT_NE(wrong(replaced(card, "[\"ward\"]", "[\"cellar\"]")), "");
  EXPECT_NE(wrong(replaced(card, reviewed, "")), "");
  EXPECT_NE(
      wrong(replaced(card, "within = \"24h\"", "within = \"24h\", unless = \"staff : knows\"")),
      "");
}
TEST(Keyword, drawer) {
  EXPECT_EQ(policy_of(card).drawers.at(0).name.text, "desk");
  EXPECT_EQ(policy_of(card).drawers.at(0).label, "The desk");
  EXPECT_NE(wrong(card + card).find("two drawers of cards are named"), std::string::npos);
}
TEST(Keyword, keepers) {
  EXPECT_EQ(policy_of(card).drawers.at(0).keepers.at(0).text, "doctor");
  EXPECT_TRUE(
      policy_of(replaced(card, "keepers = [\"doctor\"]\n", "")).drawers.at(0).keepers.empty());
}
TEST(Keyword, assigned) {
  EXPECT_EQ(policy_of(card).drawers.at(0).assigned, Millis{2 * 3'600'000});
  EXPECT_EQ(policy_of(card).drawers.at(0).session, Millis{3'600'000});
  const auto plain = replaced(replaced(card, "session = \"1h\"\n", ""), "assigned = \"2h\"\n", "");
  EXPECT_EQ(policy_of(plain).drawers.at(0).assigned, Millis{4 * 3'600'000});
  EXPECT_EQ(policy_of(plain).drawers.at(0).session, Millis{4 * 3'600'000});
  EXPECT_NE(wrong(replaced(card, "\"2h\"", "\"8d\"")), "");
  EXPECT_NE(wrong(replaced(card, "\"1h\"", "\"13h\"")), "");
}
TEST(Keyword, vouching) {
  EXPECT_EQ(wrong(words_of_colleagues), "");
  EXPECT_FALSE(policy_of("").vouching);
  EXPECT_NE(wrong(replaced(words_of_colleagues, "\"nurse\"", "\"administrator\"")), "");
  EXPECT_NE(wrong(replaced(words_of_colleagues, reviewed, "")), "");
}
TEST(Keyword, at_most) {
  EXPECT_EQ(policy_of(words_of_colleagues).vouching->at_most, 2);
  EXPECT_EQ(policy_of(replaced(words_of_colleagues, "at_most = 2\n", "")).vouching->at_most, 3);
  EXPECT_NE(wrong(replaced(words_of_colleagues, "at_most = 2", "at_most = 21")), "");
}
TEST(Keyword, lockout) {
  EXPECT_EQ(policy_of("").lockout.after, 100);
  EXPECT_EQ(policy_of("[lockout]\nafter = 3\n").lockout.after, 3);
  EXPECT_EQ(wrong("[lockout]\n" + reviewed), "[lockout] needs `after`, for example after = 20");
  for (const char* bad : {"2", "101"})
    EXPECT_NE(wrong("[lockout]\nafter = " + std::string{bad} + "\n"), "");
}
TEST(Keyword, WhatIsPrintedIsReadAgain) {
  const auto policy = policy_of(words_of_colleagues + "[lockout]\nafter = 9\n" + reviewed + card);
  const auto again = parse(print(policy));
  ASSERT_TRUE(again.policy);
  EXPECT_EQ(*again.policy, policy);
}

}  // namespace
}  // namespace halligan::policy
