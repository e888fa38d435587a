// parse_test.cc - what is wrong with a file is said once, in full, at its line and column; what is
// right prints to text that reads the same.
#include "core/policy/parse.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/policy/ask_fixture.h"
#include "core/policy/diff.h"
#include "core/policy/parse_path.h"
#include "core/policy/print.h"

namespace halligan::policy {
namespace {

std::string said(const std::string& text) {
  std::string out;
  for (const auto& message : parse(text).messages) out += to_text(message, "p") + "\n";
  return out;
}

const std::string top = "hospital = \"H\"\ntimezone = \"Europe/London\"\n";

TEST(Parse, SaysEverythingThatIsWrongAtItsPlace) {
  EXPECT_EQ(
      said(top + R"([[allow]]
name    = "Open Referral"
actions = ["read", "reed"]
rols    = ["nurse"]
via     = "staff : member // referral"
review  = { by = "officer", within = "soon", quue = "x" }
[[deny]]
name = 7
hide = "yes"
)"),
      "p:4:11: error: a name is written in small letters, digits, - and _, such as open-referral; "
      "found "
      "`Open Referral` in `name`\n"
      "p:5:20: error: `reed` is not one of `actions`; did you mean `read`?\n"
      "p:6:1: error: `rols` is not a key of [[allow]]; did you mean `roles`?\n"
      "p:7:28: error: expected the name of a relation, `^` or `(`, found `/`\n"
      "p:8:38: error: `within` is a time such as \"15m\", \"8h\" or \"1h30m\", found \"soon\"\n"
      "p:8:46: error: `quue` is not a key of `review`; did you mean `queue`?\n"
      "p:10:8: error: `name` is a name, found a whole number\n"
      "p:11:8: error: `hide` is true or false, found a text\n");
}

TEST(Parse, NotationsPointIntoTheString) {
  EXPECT_EQ(said(top + "[classes]\nc = [\"Observatoin\"]\n"),
            "p:4:7: error: expected `*`, a FHIR R4 resource type, `label:CODE`, `fact:RELATION` or "
            "a class, found "
            "`Observatoin`; did you mean `Observation`?\n");
  EXPECT_EQ(said(top + "[[deny]]\nname = \"d\"\nwhen = \"stuff : member\"\n"),
            "p:5:9: error: a path starts at `staff`, `terminal`, `session`, `patient` or `item`, "
            "found `stuff`; did you "
            "mean `staff`?\n");
  EXPECT_EQ(said(top + "[[deny]]\nname = \"d\"\nwhen = \"staff : (member\"\n"),
            "p:5:24: error: expected `)`\n");
  EXPECT_EQ(said(top + "[classes]\nc = [\"-*\"]\n"),
            "p:4:5: error: class `c` must have at least one member that is not taken away, such as "
            "\"*\"\n");
}

TEST(Parse, OtherFilesAreRefusedWhole) {
  EXPECT_EQ(said("hospital = \n"),
            "p:1:12: error: this is not TOML: Error while parsing key-value pair: expected value, "
            "saw '\\n'\n");
  EXPECT_EQ(said("hospital = \"\xff\"\n"),
            "p:1:1: error: a policy file is UTF-8, and this is not\n");
  EXPECT_EQ(said(std::string(limits::policy_bytes_max + 1, '#')),
            "p:1:1: error: a policy file has at most 1048576 bytes, found 1048577\n");
  EXPECT_EQ(said(top + "deny = 3\n"),
            "p:3:8: error: `deny` is written [[deny]], once for each; found a whole number\n");
}

// The TOML library asserts that a name follows the bracket; somebody's file must not stop a server.
TEST(Parse, ATableWithoutANameIsRefusedAndStopsNothing) {
  const auto parsed = parse("[= 1]\n");
  EXPECT_FALSE(parsed.policy);
  ASSERT_EQ(parsed.messages.size(), 1U);
  EXPECT_EQ(parsed.messages[0].what, "this is not TOML: a key or a value is missing");
}

TEST(Parse, DeepBracketsAndManyRulesAreBounded) {
  const std::string deep = "staff : " + std::string(100, '(') + "a" + std::string(100, ')');
  EXPECT_TRUE(std::holds_alternative<NotationError>(parse_path(deep, {})));
  std::string many = top;
  for (std::size_t i = 0; i <= limits::policy_rules_max; ++i) {
    many += "[[deny]]\nname = \"d" + std::to_string(i) + "\"\n";
  }
  EXPECT_NE(said(many).find("a policy has at most 2000 rules, found 2001"), std::string::npos);
}

// The library walks a key of many parts by calling itself, until the stack ends.
TEST(Parse, AKeyOfManyPartsIsRefusedAndStopsNothing) {
  std::string key = "a";
  for (int i = 0; i < 300'000; ++i) key += ".a";
  for (const auto& text :
       {key + " = 1\n", "[" + key + "]\n", "x = {\"a\\\"\" = 1, " + key + " = 1}\n"})
    EXPECT_NE(said(top + text).find("a line has too many dots"), std::string::npos);
}

// Each is named twice by the one before: by the paths to it, the last is named 2^n times.
TEST(Parse, ClassesThatNameEachOtherTwiceTakeNoLonger) {
  const auto policy = [](std::size_t count) {
    std::string text = top + "roles = [\"doctor\"]\n[classes]\n";
    for (std::size_t i = 0; i < count; ++i) {
      const auto next = i + 1 < count ? "c" + std::to_string(i + 1) : std::string{"Observation"};
      text += "c" + std::to_string(i) + " = { of = [\"" + next + "\", \"" + next +
              "\"], never_in_emergency = true }\n";
    }
    return text +
           "[[allow]]\nname = \"a\"\nroles = [\"doctor\"]\nactions = [\"read\"]\ndata = "
           "[\"c0\"]\n";
  };
  const auto parsed = parse(policy(limits::policy_classes_max));
  ASSERT_TRUE(parsed.policy) << said(policy(limits::policy_classes_max));
  for (const auto& message : check(*parsed.policy)) ADD_FAILURE() << to_text(message, "p");
  Evidence evidence;
  EXPECT_TRUE(Engine::compile(*parsed.policy, evidence).ok());
  EXPECT_NE(said(policy(limits::policy_classes_max + 1))
                .find("a policy has at most 128 classes, found 129"),
            std::string::npos);
}

TEST(Parse, ReversingAGroupReversesItsSteps) {
  const auto text = [](const std::string& path) {
    const auto read = parse_path(path, {});
    return std::holds_alternative<ast::Path>(read) ? path_text(std::get<ast::Path>(read))
                                                   : "refused";
  };
  EXPECT_EQ(text("patient:^(member/(cares|knows))"), "patient : (^cares | ^knows) / ^member");
  EXPECT_EQ(text("staff : ^^a / (b / c) | (d | e)"), "staff : a / b / c | d | e");
  EXPECT_EQ(text("staff : a(ward)[lead] / ^b"), "staff : a(ward)[lead] / ^b");
  EXPECT_EQ(text("staff : "), "refused");
  EXPECT_EQ(text("staff : a |"), "refused");
  EXPECT_EQ(text("staff : a b"), "refused");
  EXPECT_EQ(text("staff : a[]"), "refused");
}

std::string demo() {
  std::ifstream in("demo/policy.toml");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// Each field of every kind of thing, so that printing can lose nothing unseen.
const std::string everything =
    top + R"(login = ["password"]
roles = ["doctor"]
[relations]
knows = { from = "staff", to = "patient", source = "adt", stale_after = "1d12h", values = ["lead"] }
[flags]
VIP = { source = "adt", stale_after = "15m" }
[places]
ward = { kinds = ["room"], ids = ["W 1"] }
[classes]
a = ["*", "-Observation{laboratory, 30d}", "label:R", "fact:knows", "fact:flag:VIP", "b"]
b = { of = ["Patient{36h}"], named_only = true, never_in_emergency = true }
[console]
locale = "de-CH"
lock = "1m30s"
recent_charts = true
[[deny]]
name = "d"
roles = ["doctor"]
except_roles = ["doctor"]
place = "ward"
flags = "VIP"
data = "a"
actions = "modify"
via = "staff : ^(knows(ward)[lead]) | knows / knows"
when = "session : focus"
unless = "item : knows"
around = { knows = { lead = "1d12h", lag = "36h" } }
if_unknown = "deny"
hide = true
text = "a \"quoted\" \\ text\nof two lines \u0001"
[[seal]]
name = "s"
except = ["w", "g"]
ask = { notice = "n", acknowledge = "k", prompts = ["p"], )"
          R"(proof = { any = ["totp", "password"], not_older_than = "90s" }, )"
          R"(review = { by = "doctor", within = "1h30m", queue = "q", rank = 2, )"
          R"(unless = "patient : ^knows", lead = "1d", lag = "2h" } }
[[allow]]
name = "w"
actions = ["search", "read"]
ends = { focus = false, idle = "1m", after = "2m" }
[[glass]]
reason = "g"
label = "L"
help = "H"
purpose = "BTG"
prompts = { owed = "30m", ask = ["x", "y"] }
review = { by = "doctor", within = "1d" }
repeat = { within = "7d", asks = "nothing" }
[[explain]]
name = "e"
via = "staff : knows"
within = "2d"
cases = ["glass", "seal"]
[[case]]
kind = "patient-question"
by = "doctor"
within = "7d"
queue = "q"
rank = 1
closes_itself = true
)";

TEST(Print, ReadsTheSame) {
  for (const auto& text : {everything, demo(), top}) {
    const auto first = parse(text);
    ASSERT_TRUE(first.policy) << said(text);
    const auto printed = print(*first.policy);
    const auto second = parse(printed);
    ASSERT_TRUE(second.policy) << printed << said(printed);
    EXPECT_EQ(*first.policy, *second.policy) << printed;
    EXPECT_EQ(print(*second.policy), printed);
  }
}

TEST(Print, LosesNoLine) {
  // Taking any line out of the full policy must show in the print, or printing forgets something.
  const auto whole = print(*parse(everything).policy);
  std::size_t compared = 0;
  std::size_t from = 0;
  while (from < everything.size()) {
    const auto end = everything.find('\n', from) + 1;
    const auto other = parse(everything.substr(0, from) + everything.substr(end));
    if (other.policy && everything[from] != '[') {
      EXPECT_NE(print(*other.policy), whole) << everything.substr(from, end - from);
      ++compared;
    }
    from = end;
  }
  EXPECT_GT(compared, 25U);
}

TEST(Diff, NamesWhatChanges) {
  const auto before = *parse(everything).policy;
  EXPECT_EQ(diff_text(diff(before, before)), "no change\n");
  auto after = before;
  after.timezone.text = "Europe/Paris";
  after.relations[0].values.clear();
  std::erase_if(after.rules, [](const auto& rule) { return rule.kind == ast::RuleKind::seal; });
  ast::Rule added;
  added.kind = ast::RuleKind::allow;
  added.name.text = "new";
  added.actions = {ast::Action::read};
  after.rules.push_back(added);
  EXPECT_EQ(diff_text(diff(before, after)).substr(0, 255),
            "changed: timezone\n"
            "- timezone = \"Europe/London\"\n"
            "+ timezone = \"Europe/Paris\"\n"
            "changed: relations knows\n"
            "- knows = { from = \"staff\", to = \"patient\", source = \"adt\", stale_after = "
            "\"1d12h\", values = [\"lead\"] }\n"
            "+ knows = { from = \"staff\", to = \"patient\", source =");
  const auto text = diff_text(diff(before, after));
  EXPECT_NE(text.find("removed: seal s\n- name = \"s\"\n- except"), std::string::npos) << text;
  EXPECT_NE(text.find("added: allow new\n+ name = \"new\"\n+ actions = [\"read\"]\n"),
            std::string::npos)
      << text;
}

TEST(Diff, NamesWhatScreensDo) {
  const auto before = *parse(everything).policy;
  auto after = before;
  after.console = {};
  after.console.lock = Millis{10'000};
  EXPECT_EQ(diff_text(diff(before, after)),
            "removed: console locale\n- locale = \"de-CH\"\n"
            "changed: console lock\n- lock = \"1m30s\"\n+ lock = \"10s\"\n"
            "removed: console recent_charts\n- recent_charts = true\n");
}

TEST(Diff, TheOrderOfRulesIsPartOfThePolicy) {
  const auto before = *parse(everything).policy;
  auto after = before;
  std::swap(after.rules[2], after.rules[3]);
  ASSERT_EQ(diff(before, after).size(), 1U);
  EXPECT_EQ(diff(before, after)[0].what, "the order of the rules");
}

}  // namespace
}  // namespace halligan::policy
