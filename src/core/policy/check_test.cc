// check_test.cc - every refusal and warning of check, word for word.
#include "core/policy/check.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "core/policy/ask_fixture.h"

namespace halligan::policy {
namespace {

using fixture::base;
using fixture::replaced;

// What check says of `rules`, with lines counted from the first of them.
std::string said(const std::string& rules, const std::string& before = base) {
  const auto parsed = parse(before + rules);
  if (!parsed.policy) return "does not parse: " + to_text(parsed.messages.front(), "p");
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  std::string out;
  for (auto message : check(*parsed.policy)) {
    // The hospital of the fixture has relations that these few rules do not use.
    if (message.what.starts_with("no path uses")) continue;
    message.at.line = message.at.line > lines ? message.at.line - lines : 0;
    out += to_text(message, "p") + "\n";
  }
  return out;
}

const std::string allow = "[[allow]]\nname = \"a\"\nroles = [\"nurse\"]\nactions = [\"read\"]\n";
const std::string deny = "[[deny]]\nname = \"d\"\n";
const std::string glass =
    "[[glass]]\nreason = \"g\"\nlabel = \"G\"\npurpose = \"BTG\"\nroles = [\"doctor\"]\n"
    "review = { by = \"officer\", within = \"24h\" }\n";
const std::string seal = "[[seal]]\nname = \"s\"\n";

TEST(Check, TheDemoPolicyHasNoErrors) {
  std::ifstream in("demo/policy.toml");
  std::stringstream text;
  text << in.rdbuf();
  const auto parsed = parse(text.str());
  ASSERT_TRUE(parsed.policy);
  std::string messages;
  for (const auto& message : check(*parsed.policy)) messages += message.what + "\n";
  EXPECT_EQ(messages,
            "`excluded-by-patient` is hidden, yet where everybody else would be offered glass its "
            "absence tells that something is there\n"
            "only `privacy-officer` can do this, and only they review it: each of them needs a "
            "colleague, since nobody reviews their own case\n");
}

TEST(Check, UndefinedNames) {
  EXPECT_EQ(said(replaced(allow, "nurse", "nurze")),
            "p:3:10: error: no role is named `nurze`; did you mean `nurse`?\n");
  EXPECT_EQ(said(deny + "flags = [\"VIQ\"]\n"),
            "p:3:10: error: no flag is named `VIQ`; did you mean `VIP`?\n");
  EXPECT_EQ(said(deny + "place = \"wrad\"\n"),
            "p:3:9: error: no place is named `wrad`; did you mean `ward`?\n");
  EXPECT_EQ(said(deny + "when = \"staff : memmber\"\n"),
            "p:3:17: error: no relation is named `memmber`; did you mean `member`?\n");
  EXPECT_EQ(said(deny + "data = [\"fact:knews\"]\n"),
            "p:3:9: error: no relation or flag is named `knews`; did you mean `knows`?\n");
  EXPECT_EQ(said(deny + "data = [\"vitals\"]\n"), "p:3:9: error: no class is named `vitals`\n");
  EXPECT_EQ(said(seal + "except = [\"b\"]\nask = { notice = \"n\" }\n" + allow),
            "p:3:11: error: no allow rule or reason is named `b`; did you mean `a`?\n");
  EXPECT_EQ(said(allow + "review = { by = \"ofiscer\", within = \"1h\" }\n"),
            "p:5:17: error: no role is named `ofiscer`; did you mean `officer`?\n");
  EXPECT_EQ(said("[[case]]\nkind = \"glass\"\nby = \"boss\"\n"),
            "p:3:6: error: no role is named `boss`; known are: `doctor`, `nurse`, `officer`\n");
  EXPECT_EQ(said(allow + allow), "p:6:8: error: two rules are named `a`\n");
  EXPECT_EQ(said(allow, replaced(base, "Europe/London", "Europe/Lundon")),
            "p:0:12: error: `Europe/Lundon` is not a time zone that IANA knows; write one such as "
            "Europe/London\n");
}

// Nobody names an item yet, so these would be false whatever was recorded.
TEST(Check, PathsOverAnItemAreNotYetEnforced) {
  EXPECT_EQ(said(allow + "when = \"item : ^wrote\"\n"),
            "p:5:9: error: a path that starts at `item` is not yet enforced; take it out\n");
  EXPECT_EQ(said(deny + "unless = \"item : ^wrote\"\n"),
            "p:3:11: error: a path that starts at `item` is not yet enforced; take it out\n");
  EXPECT_EQ(said(deny + "via = \"staff : wrote\"\n"),
            "p:3:8: error: a path that ends at `item` is not yet enforced; take it out\n");
  EXPECT_EQ(
      said(replaced(glass, "within = \"24h\"", "within = \"24h\", unless = \"item : ^wrote\"")),
      "p:6:54: error: a path that starts at `item` is not yet enforced; take it out\n");
}

TEST(Check, PathsThatDoNotJoinOrDoNotEndAtTheObject) {
  EXPECT_EQ(said(allow + "via = \"staff : member / knows\"\n"),
            "p:5:25: error: `knows` starts at `staff`, but the path has come to `team`\n");
  EXPECT_EQ(said(allow + "via = \"staff : shuns\"\n"),
            "p:5:16: error: `shuns` starts at `patient`, but the path has come to `staff`\n");
  EXPECT_EQ(said(allow + "via = \"staff : ^knows\"\n"),
            "p:5:17: error: `^knows` starts at `patient`, but the path has come to `staff`\n");
  EXPECT_EQ(said(allow + "via = \"staff : member\"\n"),
            "p:5:8: error: `via` must end at the patient or the item, but ends at `team`\n");
  EXPECT_EQ(said(allow + "via = \"staff : knows | wrote\"\n"),
            "p:5:8: error: one alternative ends at `patient`, another at `item`\n");
  EXPECT_EQ(said(allow + "via = \"session : knows\"\n"),
            "p:5:18: error: a path from `session` goes on with `focus`, `department` or "
            "`application`, found `knows`\n");
  EXPECT_EQ(said(allow + "when = \"staff : focus\"\n"),
            "p:5:17: error: `focus` is the first step of a path from `session` and of no other\n");
  EXPECT_EQ(said(allow + "when = \"staff : recorded_by_self\"\n"),
            "p:5:17: error: `staff : recorded_by_self` is the whole `when` or `unless` of a seal "
            "and stands nowhere else\n");
  EXPECT_EQ(said(allow + "via = \"staff : acts_as[leed]\"\n"),
            "p:5:16: error: `leed` is not a value of relation `acts_as`; did you mean `lead`?\n");
  EXPECT_EQ(said(allow + "around = { knows = { lag = \"7d\" } }\n"),
            "p:5:12: error: `around` speaks of `knows`, which no path of `a` uses\n");
  std::string nine = "knows";
  for (int i = 0; i < 4; ++i) nine += " / ^knows / knows";
  EXPECT_EQ(said(allow + "when = \"staff : " + nine + "\"\n"),
            "p:5:9: error: written out without `|`, a path has at most 32 alternatives of at most "
            "8 steps\n");
}

TEST(Check, Contradictions) {
  EXPECT_EQ(said(allow + "except_roles = [\"nurse\"]\n"),
            "p:1:1: error: `a` can never apply: every role in `roles` is also in `except_roles`\n"
            "p:1:1: error: `a` can never apply: a deny rule without conditions shuts all that it "
            "gives\n");
  EXPECT_EQ(said(allow + "via = \"staff : knows\"\nunless = \"staff : knows\"\n"),
            "p:1:1: error: `a` can never apply: its `unless` is the same path as its `via`\n");
  EXPECT_EQ(said(allow + "data = [\"Patient\", \"-Patient\"]\n"),
            "p:1:1: error: `a` can never apply: its `data` takes away all that it adds\n");
  EXPECT_EQ(said(deny + "data = [\"Claim\"]\nexcept_roles = [\"doctor\"]\n" + allow +
                 "data = [\"Claim\"]\n"),
            "p:5:1: error: `a` can never apply: a deny rule without conditions shuts all that it "
            "gives\n");
  EXPECT_EQ(
      said(replaced(glass, "roles =", "actions = [\"modify\"]\nroles =")),
      "p:1:1: error: a reason gives `read` and `append`; `modify` always rests on an allow rule\n");
  EXPECT_EQ(said("[classes]\nc = [\"e\"]\ne = [\"c\"]\n"),
            "p:2:1: error: class `c` is made of itself, through `e`\n"
            "p:3:1: error: class `e` is made of itself, through `c`\n");
}

TEST(Check, ADenyThatMayBeUnknownSaysWhatThen) {
  const auto unknown = [](const std::string& why) {
    return "p:1:1: error: `d` may be unknown (" + why + "): say if_unknown = \"deny\" or \"owe\"\n";
  };
  EXPECT_EQ(said(deny + "via = \"staff : told\"\n"),
            unknown("its `via` rests on a feed or a terminal"));
  EXPECT_EQ(said(deny + "when = \"terminal : stands_in\"\n"),
            unknown("its `when` rests on a feed or a terminal"));
  EXPECT_EQ(said(deny + "unless = \"patient : lies_on\"\n"),
            unknown("its `unless` rests on a feed or a terminal"));
  EXPECT_EQ(said(deny + "place = \"ward\"\n"),
            unknown("`place` is unknown at a terminal that nobody enrolled"));
  EXPECT_EQ(said(deny + "data = [\"Observation{30d}\"]\n"),
            unknown("its `data` asks for a category or an age, which a resource may lack"));
  EXPECT_EQ(said(deny + "flags = [\"VIP\"]\n",
                 replaced(base, "VIP = {}", "VIP = { source = \"adt\", stale_after = \"1h\" }")),
            unknown("flag `VIP` comes from a feed"));
  EXPECT_EQ(said(deny + "via = \"staff : told\"\nif_unknown = \"deny\"\n"), "");
  EXPECT_EQ(said(deny + "via = \"staff : knows\"\n"), "");
  EXPECT_EQ(said(deny + "via = \"staff : told\"\nif_unknown = \"owe\"\n"),
            "p:1:1: error: if_unknown = \"owe\" leaves a decision owed, and nobody is to make it: "
            "add [[case]] with kind = "
            "\"decision-owed\", `by` and `within`\n");
}

TEST(Check, ClassesThatNobodyOpensInAnEmergency) {
  const std::string claims = "[classes]\nclaims = [\"Claim\"]\n";
  const std::string shut = deny + "data = [\"claims\"]\nexcept_roles = [\"officer\"]\n";
  EXPECT_EQ(said(claims + shut + glass),
            "p:2:1: error: no reason opens class `claims`; if that is meant, say "
            "never_in_emergency = true\n");
  EXPECT_EQ(said(claims + glass), "");
  const std::string meant = "[classes]\nclaims = { of = [\"Claim\"], never_in_emergency = true }\n";
  EXPECT_EQ(said(meant + shut + glass), "");
  EXPECT_EQ(said(meant + glass),
            "p:2:1: error: class `claims` says never_in_emergency, but the reason `g` opens it\n");
  EXPECT_EQ(said("[classes]\nnotes = { of = [\"label:PSYTHPN\"], named_only = true }\n" + glass),
            "p:2:1: error: no reason opens class `notes`; if that is meant, say never_in_emergency "
            "= true\n");
  EXPECT_EQ(said("[classes]\nadding = [\"fact:knows\"]\n" + glass), "");
}

TEST(Check, ProofAndReview) {
  EXPECT_EQ(said(glass + "proof = { any = [\"password\"] }\n"),
            "p:7:9: error: `password` in the proof of `g` is weaker than login: a glass never asks "
            "for less\n");
  EXPECT_EQ(said(replaced(glass, "\"officer\"", "\"doctor\"")),
            "p:6:10: warning: only `doctor` can do this, and only they review it: each of them "
            "needs a colleague, since "
            "nobody reviews their own case\n");
  EXPECT_EQ(said(allow + "prompts = { owed = \"1h\", ask = [\"Why?\"] }\n"),
            "p:5:11: error: answers are owed, but nobody reviews them: add `review`\n");
}

TEST(Check, WarningsSayWhatIsGivenAway) {
  EXPECT_EQ(said(deny + "via = \"staff : knows\"\nhide = true\n" + glass),
            "p:1:1: warning: `d` is hidden, yet where everybody else would be offered glass its "
            "absence tells that "
            "something is there\n");
  EXPECT_EQ(said(deny + "via = \"staff : knows\"\nhide = true\n"), "");
  EXPECT_EQ(said(glass + "ends = { focus = false, idle = \"30m\", after = \"4h\" }\n"),
            "p:1:1: warning: `g` does not end with the focus: charts opened earlier stay open "
            "behind the one in front\n"
            "p:1:1: warning: `g` stays open 30m without use: an unattended screen shows the chart "
            "that long\n"
            "p:1:1: warning: `g` stays open up to 4h: access outlives the emergency that it was "
            "given for\n");
  EXPECT_EQ(said(glass + "ends = { idle = \"15m\", after = \"1h\" }\n"), "");
  EXPECT_EQ(said(glass + "repeat = { within = \"7d\", asks = \"nothing\" }\n"),
            "p:7:10: warning: `repeat` gives away that each opening is explained: for 7d the same "
            "person opens the chart "
            "again unasked\n");
  EXPECT_EQ(said(replaced(glass, "roles = [\"doctor\"]\n", "")),
            "p:1:1: warning: everybody who can log in may give the reason `g`; name `roles`\n");
  EXPECT_EQ(said(replaced(allow, "roles = [\"nurse\"]\n", "")),
            "p:1:1: warning: `a` lets everybody into every chart: it has no roles, place, path or "
            "data\n");
  EXPECT_EQ(said(seal + "flags = [\"VIP\"]\n"),
            "p:1:1: warning: `s` has no `ask`: it removes grants, in an emergency too; a deny "
            "would say so\n");
  EXPECT_EQ(said(allow +
                 "via = \"staff : knows\"\n[[allow]]\nname = \"log\"\nroles = [\"nurse\"]\ndata = "
                 "[\"fact:knows\"]\nactions = [\"append\"]\n"),
            "p:9:9: warning: who adds a `knows` by `log` gets in by it, unseen: a seal with when = "
            "\"staff : "
            "recorded_by_self\" and a review would show it\n");
  EXPECT_EQ(check(*parse(base).policy).front().what, "no path uses relation `knows`");
}

TEST(Check, CasesThatCloseThemselves) {
  const std::string closes = "[[case]]\nkind = \"glass\"\ncloses_itself = true\n";
  EXPECT_EQ(said(closes),
            "p:1:1: error: cases of kind `glass` close themselves, but no [[explain]] could "
            "explain one\n");
  EXPECT_EQ(said("[[explain]]\nname = \"x\"\nvia = \"staff : knows\"\nwithin = \"2d\"\n" + closes),
            "p:5:1: warning: cases of kind `glass` close themselves on an explanation: nobody "
            "looks at them\n");
}

}  // namespace
}  // namespace halligan::policy
