// keyword_case_test.cc - the words of [[explain]] and [[case]], as keyword_test.cc has the others.
#include "core/policy/keyword_fixture.h"

namespace halligan::policy {
namespace {

// Which explanation accounts for an access of `me` to p1 at the question's time.
std::string explained(const std::string& rules, const std::string& facts,
                      ast::CaseKind kind = ast::CaseKind::glass, const std::string& puppet = {}) {
  std::string why;
  auto ready = fixture::prepare({.policy = rules, .facts = facts}, why);
  if (!ready) return why;
  auto stage = Stage::set(ready->policy, ready->test.world);
  const auto& evidence = stage->evidence();
  Asker me;
  me.staff = evidence.find("staff", "me");
  const auto in_hands = evidence.find("staff", puppet);
  if (!puppet.empty()) me.hands = {&in_hands, 1};
  const auto found = stage->engine().explanation_of(
      evidence, kind, me, Subject::of(evidence.find("patient", "p1")), ready->test.question.now);
  if (!found) return "nothing";
  return stage->engine().policy().explains[found->explain].name.text + " " +
         evidence.text_of(found->facts.at(0));
}

const std::string explain =
    "[[explain]]\nname = \"x\"\nvia = \"staff : knows\"\nwithin = \"2d\"\ncases = [\"glass\"]\n";
const std::string came_later = "\"knows(me, p1) from 2026-03-03\"";

TEST(Keyword, explain) {
  EXPECT_EQ(explained(explain, came_later), "x knows(staff/me, patient/p1)");
  EXPECT_EQ(explained("", came_later), "nothing");
  EXPECT_EQ(explained(replaced(explain, "\"2d\"", "\"2h\""), came_later), "nothing");  // within
  EXPECT_EQ(explained(explain, "\"knows(me, p1) from 2026-03-03 by me\""),
            "nothing");  // never by one's own word
  const auto theirs = "\"knows(me, p1) from 2026-03-03 by them\"";
  EXPECT_EQ(explained(explain, theirs), "x knows(staff/me, patient/p1)");
  EXPECT_EQ(explained(explain, theirs, ast::CaseKind::glass, "them"), "nothing");  // nor a puppet's
}
TEST(Keyword, cases) {
  EXPECT_EQ(explained(explain, came_later, ast::CaseKind::seal), "nothing");
  EXPECT_EQ(
      explained(replaced(explain, "cases = [\"glass\"]\n", ""), came_later, ast::CaseKind::seal),
      "x knows(staff/me, patient/p1)");
}
TEST(Keyword, case_of_a_kind) {
  const std::string owed =
      "[[case]]\nkind = \"decision-owed\"\nby = \"officer\"\nwithin = \"24h\"\n";
  const std::string text = fixture::base + deny + "via = \"staff : told\"\nif_unknown = \"owe\"\n" +
                           allow + "via = \"staff : knows\"\n";
  EXPECT_FALSE(has_errors(check(*parse(text + owed).policy)));
  EXPECT_TRUE(has_errors(check(*parse(text).policy)));
}
TEST(Keyword, kind) {
  needs({.policy = "[[case]]\nkind = \"glass\"\n"}, "kind = \"glass\"\n", "[[case]] needs `kind`");
}
TEST(Keyword, closes_itself) {
  const std::string policy =
      fixture::base + explain + "[[case]]\nkind = \"glass\"\ncloses_itself = true\n";
  EXPECT_TRUE(parse(policy).policy->cases.at(0).closes_itself);
  EXPECT_FALSE(
      parse(replaced(policy, "closes_itself = true\n", "")).policy->cases.at(0).closes_itself);
}
TEST(Keyword, unless_of_review) {
  const std::string unless = ", unless = \"patient : lies_on(ward)\", lead = \"12h\", lag = \"2h\"";
  const std::string rules =
      allow + "review = { by = \"officer\", within = \"72h\"" + unless + " }\n";
  const auto accounted = [&](const std::string& policy, const std::string& fact) {
    std::string why;
    auto ready = fixture::prepare({.policy = policy, .facts = fact}, why);
    EXPECT_TRUE(ready) << why;
    auto stage = Stage::set(ready->policy, ready->test.world);
    const auto& evidence = stage->evidence();
    Asker me;
    me.staff = evidence.find("staff", "me");
    return stage->engine().accounted_for(evidence, *stage->engine().find_rule("a"), me,
                                         Subject::of(evidence.find("patient", "p1")),
                                         ready->test.question.now);
  };
  const std::string in_lag = "\"lies_on(p1, w1) from 2026-03-02T11:59 source adt\"";
  const std::string after_lag = "\"lies_on(p1, w1) from 2026-03-02T12:01 source adt\"";
  const std::string in_lead = "\"lies_on(p1, w1) until 2026-03-01T22:01 source adt\"";
  const std::string before_lead = "\"lies_on(p1, w1) until 2026-03-01T21:59 source adt\"";
  EXPECT_EQ(accounted(rules, in_lag), Truth::yes);
  EXPECT_NE(accounted(rules, after_lag), Truth::yes);
  EXPECT_EQ(accounted(rules, in_lead), Truth::yes);
  EXPECT_NE(accounted(rules, before_lead), Truth::yes);
  EXPECT_EQ(accounted(replaced(rules, unless, ""), in_lag), Truth::no);
}
TEST(Keyword, each_kind_of_case) {
  const std::pair<const char*, ast::CaseKind> kinds[] = {
      {"glass", ast::CaseKind::glass},
      {"seal", ast::CaseKind::seal},
      {"access", ast::CaseKind::access},
      {"self-made-relation", ast::CaseKind::self_made_relation},
      {"decision-owed", ast::CaseKind::decision_owed},
      {"patient-question", ast::CaseKind::patient_question},
      {"expired-review", ast::CaseKind::expired_review}};
  for (const auto& [word, kind] : kinds)
    for (const auto& [other, asked] : kinds)
      EXPECT_EQ(explained(replaced(explain, "\"glass\"", "\"" + std::string(word) + "\""),
                          came_later, asked),
                kind == asked ? "x knows(staff/me, patient/p1)" : "nothing")
          << word << ", " << other;
}

}  // namespace
}  // namespace halligan::policy
