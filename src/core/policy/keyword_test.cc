// keyword_test.cc - every word of the grammar: an answer that is another without it.
//
// Keyword.<word> takes the word out of a policy and asks again. The last test reads the parser and
// finds a word that has no test.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "core/policy/keyword_fixture.h"

namespace halligan::policy {
namespace {

// What people are told of a rule, beyond the answer.
ast::Rule rule_of(const std::string& policy, const std::string& name) {
  const auto parsed = parse(fixture::base + policy);
  EXPECT_TRUE(parsed.policy.has_value());
  if (!parsed.policy) return {};
  for (const auto& rule : parsed.policy->rules) {
    if (rule.name.text == name) return rule;
  }
  ADD_FAILURE() << name;
  return {};
}
ast::Rule rule_without(const std::string& policy, const std::string& name,
                       const std::string& part) {
  return rule_of(replaced(policy, part, ""), name);
}

// ---- The top.

TEST(Keyword, hospital) {
  needs({.policy = allow}, "hospital = \"St. Elsewhere\"\n", "the policy needs `hospital`");
}

TEST(Keyword, timezone) {
  needs({.policy = allow}, "timezone = \"Europe/London\"\n", "the policy needs `timezone`");
  // A day later by London's clock, but not by Tokyo's.
  const Question q{
      .policy = allow + "via = \"staff : knows\"\naround = { knows = { lag = \"1d\" } }\n",
      .facts = "\"knows(me, p1) until 2026-03-28T12:00\"",
      .now = "2026-03-29T11:30:00Z"};
  changes(q, "Europe/London", "deny", "permit a (nothing)", "UTC");
}

TEST(Keyword, login) {
  const Question q{.policy = glass, .asker = R"(roles = ["doctor"], proof = "password")"};
  EXPECT_EQ(outcome(q), "glass g (reason, proof 2; owed: review g)");
  Question weaker = q;
  weaker.policy = replaced(fixture::base, "roles =", "login = [\"password\"]\nroles =") + glass;
  EXPECT_EQ(outcome(weaker), glass_offer);
}

TEST(Keyword, roles) {
  changes({.policy = allow + "roles = [\"nurse\"]\n"}, "roles = [\"nurse\"]\n", "deny",
          "permit a (nothing)");
  EXPECT_EQ(outcome({.policy = allow + "roles = [\"nurze\"]\n"}),
            "refused: no role is named `nurze`; did you mean `nurse`?");
}

TEST(Keyword, relations) {
  needs({.policy = allow + "via = \"staff : knows\"\n"},
        "knows     = { from = \"staff\",      to = \"patient\" }\n",
        "no relation is named `knows`");
}

TEST(Keyword, flags) {
  changes({.policy = deny + "flags = [\"VIP\"]\n" + allow, .facts = "\"VIP(p2)\""},
          "flags = [\"VIP\"]\n", "permit a (nothing)", "deny d");
  EXPECT_EQ(outcome({.policy = deny + "flags = [\"VIP\"]\n" + allow, .facts = "\"VIP(p1)\""}),
            "deny d");
}

TEST(Keyword, places) {
  needs({.policy = allow + "place = \"ward\"\n", .asker = R"(place = "unit/w1")"},
        "[places]\nward = { ids = [\"w1\"] }\n", "no place is named `ward`");
}

TEST(Keyword, classes) {
  const std::string classes = "[classes]\nvitals = [\"Observation\"]\n";
  needs({.policy = classes + allow + "data = [\"vitals\"]\n"}, classes,
        "no class is named `vitals`");
}

// What screens are told; the answers are the same with it and without.
ast::Console screens(const std::string& console) {
  const std::string text = fixture::base + console + allow;
  const auto parsed = parse(text);
  EXPECT_TRUE(parsed.policy.has_value()) << text;
  EXPECT_EQ(outcome({.policy = console + allow}), "permit a (nothing)");
  return parsed.policy ? parsed.policy->console : ast::Console{};
}
TEST(Keyword, console) {
  EXPECT_EQ(screens("[console]\n"), ast::Console{});
  EXPECT_EQ(screens(""), ast::Console{});
  EXPECT_EQ(outcome({.policy = "[console]\nlocal = \"en\"\n" + allow}),
            "refused: `local` is not a key of [console]; did you mean `locale`?");
}
TEST(Keyword, locale) {
  EXPECT_EQ(screens("").locale.text, "en-GB");
  for (const std::string good : {"de", "en-US", "zh-Hant-TW", "sr-Latn", "es-419", "haw-US"})
    EXPECT_EQ(screens("[console]\nlocale = \"" + good + "\"\n").locale.text, good);
  for (const std::string bad : {"e", "english", "en_GB", "en-", "-en", "en--GB", "en-GB-x", "e1",
                                "en-G", "en-1234", "en-Latn-", "en-Latn-GB-oed", "en-12"})
    EXPECT_EQ(
        outcome({.policy = "[console]\nlocale = \"" + bad + "\"\n" + allow}),
        "refused: `" + bad +
            "` is not a language of BCP 47, perhaps with script and region; write one such as "
            "en-GB");
}
TEST(Keyword, lock) {
  EXPECT_EQ(screens("").lock, std::nullopt);
  EXPECT_EQ(screens("[console]\nlock = \"10s\"\n").lock, Millis{10'000});
  EXPECT_EQ(screens("[console]\nlock = \"8h\"\n").lock, Millis{8 * 3'600'000});
  for (const std::string bad : {"9s", "8h1s", "1d"})
    EXPECT_EQ(outcome({.policy = "[console]\nlock = \"" + bad + "\"\n" + allow}),
              "refused: `lock` of [console] is a time from \"10s\" to \"8h\"");
}
TEST(Keyword, recent_charts) {
  EXPECT_FALSE(screens("").recent_charts);
  EXPECT_TRUE(screens("[console]\nrecent_charts = true\n").recent_charts);
}

TEST(Keyword, deny) { changes({.policy = deny + allow}, deny, "deny d", "permit a (nothing)"); }
TEST(Keyword, allow) { changes({.policy = allow}, allow, "permit a (nothing)", "deny"); }
TEST(Keyword, glass) { changes({.policy = glass}, glass, glass_offer, "deny"); }
TEST(Keyword, seal) {
  const std::string seal = "[[seal]]\nname = \"s\"\nask = { acknowledge = \"Yes.\" }\n";
  changes({.policy = seal + allow}, seal, "glass a (acknowledge s)", "permit a (nothing)");
}

// ---- Relations, flags, places, classes.

TEST(Keyword, from) {
  EXPECT_EQ(outcome({.policy = replaced(fixture::base, "member    = { from = \"staff\",      to",
                                        "member = { to") +
                               allow}),
            "refused: `member` in [relations] needs `from`, for example from = \"staff\"");
}
TEST(Keyword, to) {
  EXPECT_EQ(outcome({.policy = replaced(fixture::base,
                                        "member    = { from = \"staff\",      to = \"team\" }",
                                        "member = { from = \"staff\" }") +
                               allow}),
            "refused: `member` in [relations] needs `to`, for example to = \"team\"");
}

TEST(Keyword, source) {
  const Question q{.policy = glass + "when = \"staff : told\"\n", .fresh = false};
  changes(q,
          "told      = { from = \"staff\",      to = \"patient\", source = \"adt\", stale_after = "
          "\"15m\" }",
          "glass g (reason, confirm; owed: review g)", "deny",
          "told = { from = \"staff\", to = \"patient\" }");
}

TEST(Keyword, stale_after) {
  EXPECT_NE(outcome({.policy = replaced(fixture::base, ", stale_after = \"15m\"", "") + allow})
                .find("`lies_on` has a source but no `stale_after`"),
            std::string::npos);
}

TEST(Keyword, values) {
  const Question q{.policy = allow + "via = \"staff : acts_as[lead]\"\n",
                   .facts = "\"acts_as(me, p1)[lead]\""};
  changes(q, ", values = [\"lead\", \"guest\"]", "permit a (nothing)",
          "refused: `lead` is not a value of relation `acts_as`; it declares no `values`");
}

TEST(Keyword, ids) {
  const Question q{.policy = allow + "place = \"ward\"\n", .asker = R"(place = "unit/w1")"};
  changes(q, "ids = [\"w1\"]", "permit a (nothing)", "deny", "ids = [\"w2\"]");
}

TEST(Keyword, kinds) {
  const Question q{.policy = replaced(fixture::base, "ids = [\"w1\"]", "kinds = [\"ambulance\"]") +
                             allow + "place = \"ward\"\n",
                   .asker = R"(place = "ambulance/a7")"};
  changes(q, "kinds = [\"ambulance\"]", "permit a (nothing)", "deny", "kinds = [\"room\"]");
}

TEST(Keyword, of) {
  const std::string of = "of = [\"Observation\"], ";
  const Question q{.policy = "[classes]\nc = { " + of + "named_only = true }\n" + allow +
                             "data = [\"c\"]\n"};
  needs(q, of, "class `c` needs `of`");
}

TEST(Keyword, named_only) {
  changes({.policy = "[classes]\nnotes = { of = [\"label:PSYTHPN\"], named_only = true }\n" + allow,
           .asks = "read Observation of p1 labelled PSYTHPN"},
          ", named_only = true", "deny", "permit a (nothing)");
}

TEST(Keyword, never_in_emergency) {
  const std::string text = fixture::base +
                           "[classes]\nnotes = { of = [\"label:PSYTHPN\"], named_only = true, "
                           "never_in_emergency = true }\n" +
                           glass;
  EXPECT_FALSE(has_errors(check(*parse(text).policy)));
  EXPECT_TRUE(has_errors(check(*parse(replaced(text, ", never_in_emergency = true", "")).policy)));
}

TEST(Keyword, everything) {
  changes({.policy = allow + "data = [\"*\"]\n"}, "\"*\"", "permit a (nothing)", "deny",
          "\"Patient\"");
}
TEST(Keyword, taken_away) {
  changes({.policy = allow + "data = [\"*\", \"-Observation\"]\n"}, ", \"-Observation\"", "deny",
          "permit a (nothing)");
}
TEST(Keyword, label_of_data) {
  changes({.policy = allow + "data = [\"label:R\", \"Patient\"]\n",
           .asks = "read Observation of p1 labelled R"},
          "\"label:R\", ", "permit a (nothing)", "deny");
}
TEST(Keyword, fact) {
  changes({.policy = replaced(allow, "read", "append") + "data = [\"fact:cares\", \"Patient\"]\n",
           .asks = "append fact:cares of p1"},
          "\"fact:cares\", ", "permit a (nothing)", "deny");
}
TEST(Keyword, category) {
  changes({.policy = allow + "data = [\"Observation{laboratory}\"]\n",
           .asks = "read Observation of p1 in imaging"},
          "{laboratory}", "deny", "permit a (nothing)");
}
TEST(Keyword, age) {
  changes({.policy = allow + "data = [\"Observation{30d}\"]\n",
           .asks = "read Observation of p1 dated 2026-01-01"},
          "{30d}", "deny", "permit a (nothing)");
}

// ---- Conditions.

TEST(Keyword, name) { needs({.policy = allow}, "name = \"a\"\n", "[[allow]] needs `name`"); }
TEST(Keyword, reason) { needs({.policy = glass}, "reason = \"g\"\n", "[[glass]] needs `reason`"); }

TEST(Keyword, except_roles) {
  changes({.policy = deny + "except_roles = [\"doctor\"]\n" + allow},
          "except_roles = [\"doctor\"]\n", "permit a (nothing)", "deny d");
}
TEST(Keyword, place) {
  changes({.policy = allow + "place = [\"ward\"]\n", .asker = R"(place = "unit/w2")"},
          "place = [\"ward\"]\n", "deny", "permit a (nothing)");
}
TEST(Keyword, data) {
  changes({.policy = allow + "data = [\"Patient\"]\n"}, "data = [\"Patient\"]\n", "deny",
          "permit a (nothing)");
}
TEST(Keyword, actions) {
  needs({.policy = allow}, "actions = [\"read\"]\n", "[[allow]] needs `actions`");
  changes({.policy = glass + "actions = [\"read\"]\n", .asks = "append Observation of p1"},
          "actions = [\"read\"]\n", "deny", glass_offer);
}
TEST(Keyword, via) {
  changes({.policy = allow + "via = \"staff : knows\"\n"}, "via = \"staff : knows\"\n", "deny",
          "permit a (nothing)");
}
TEST(Keyword, when) {
  changes({.policy = allow + "when = \"staff : member\"\n"}, "when = \"staff : member\"\n", "deny",
          "permit a (nothing)");
}
TEST(Keyword, unless) {
  changes({.policy = allow + "unless = \"staff : member\"\n", .facts = "\"member(me, t1)\""},
          "unless = \"staff : member\"\n", "deny", "permit a (nothing)");
}
TEST(Keyword, around) {
  changes({.policy = allow + "via = \"staff : knows\"\naround = { knows = { lag = \"7d\" } }\n",
           .facts = "\"knows(me, p1) until 2026-03-01\""},
          "around = { knows = { lag = \"7d\" } }\n", "permit a (nothing)", "deny");
}
TEST(Keyword, lead) {
  changes({.policy = allow + "via = \"staff : knows\"\naround = { knows = { lead = \"7d\" } }\n",
           .facts = "\"knows(me, p1) from 2026-03-09\""},
          "lead = \"7d\"", "permit a (nothing)", "deny");
}
TEST(Keyword, lag) {
  changes({.policy = allow + "via = \"staff : knows\"\naround = { knows = { lag = \"36h\" } }\n",
           .facts = "\"knows(me, p1) until 2026-03-01\""},
          "lag = \"36h\"", "permit a (nothing)", "deny", "lag = \"33h\"");
}
TEST(Keyword, if_unknown) {
  changes(
      {.policy = deny + "via = \"staff : told\"\nif_unknown = \"owe\"\n" + allow, .fresh = false},
      "if_unknown = \"owe\"\n", "permit a (owed: decision d)", "deny d");
}
TEST(Keyword, hide) {
  changes({.policy = deny + "hide = true\n" + allow}, "hide = true\n", "deny", "deny d");
}
TEST(Keyword, text) {
  EXPECT_EQ(rule_of(deny + "text = \"Not here.\"\n", "d").text, "Not here.");
  EXPECT_EQ(rule_without(deny + "text = \"Not here.\"\n", "d", "text = \"Not here.\"\n").text, "");
}

// ---- Paths.

TEST(Keyword, staff) {
  changes({.policy = allow + "when = \"staff : works_on\"\n", .facts = "\"works_on(me, w1)\""},
          "staff : works_on", known, "deny", "terminal : stands_in");
}
TEST(Keyword, terminal) {
  const Question q{.policy = allow + "via = \"terminal : stands_in / ^lies_on\"\n",
                   .facts = "\"stands_in(t1, w1)\", \"lies_on(p1, w1) source adt\"",
                   .asker = R"(terminal = "t1")"};
  changes(q, "terminal : stands_in", known, "deny", "staff : works_on");
}
TEST(Keyword, patient) {
  changes({.policy = allow + "when = \"patient : lies_on\"\n",
           .facts = "\"lies_on(p1, w1) source adt\""},
          "patient : lies_on", known, "deny", "staff : works_on");
}
TEST(Keyword, item) {
  changes({.policy = allow + "when = \"item : ^wrote\"\n",
           .asks = "read Observation of p1 item o1",
           .facts = "\"wrote(lind, o1)\""},
          "item : ^wrote", known, "deny", "staff : wrote");
}
TEST(Keyword, session) {
  changes({.policy = allow + "via = \"session : focus\"\n", .asker = "focus = \"p1\""},
          "session : focus", known, "deny", "staff : knows");
}
TEST(Keyword, focus) {
  EXPECT_EQ(outcome({.policy = allow + "via = \"session : focus\"\n", .asker = "focus = \"p1\""}),
            known);
  EXPECT_EQ(outcome({.policy = allow + "via = \"session : focus\"\n", .asker = "focus = \"p2\""}),
            "deny");
  EXPECT_EQ(outcome({.policy = allow + "via = \"session : focus\"\n"}), "deny");
}
TEST(Keyword, department) {
  changes({.policy = allow + "via = \"session : department / serves\"\n",
           .facts = "\"serves(ed, p1)\"",
           .asker = "department = \"ed\""},
          "department / serves", known, "deny", "application / runs");
}
TEST(Keyword, application) {
  changes({.policy = allow + "when = \"session : application[viewer]\"\n",
           .asker = "application = \"viewer\""},
          "[viewer]", known, "deny", "[letters]");
}
TEST(Keyword, recorded_by_self) {
  const std::string seal =
      "[[seal]]\nname = \"s\"\nwhen = \"staff : recorded_by_self\"\n"
      "ask = { review = { by = \"officer\", within = \"72h\" } }\n";
  changes(
      {.policy = seal + allow + "via = \"staff : knows\"\n", .facts = "\"knows(me, p1) by lind\""},
      "when = \"staff : recorded_by_self\"\n", known, "permit a (owed: review s)");
  EXPECT_EQ(outcome({.policy = seal + allow + "via = \"staff : knows\"\n",
                     .facts = "\"knows(me, p1) by me\""}),
            "permit a (owed: review s)");
}
TEST(Keyword, sequence) {
  changes({.policy = allow + "when = \"staff : member / cares\"\n", .facts = "\"member(me, t1)\""},
          " / cares", "deny", known);
}
TEST(Keyword, reversed) {
  changes({.policy = allow + "via = \"staff : ^shuns\"\n", .facts = "\"shuns(p1, me)\""}, "^shuns",
          known, "deny", "knows");
}
TEST(Keyword, either) {
  changes({.policy = allow + "via = \"staff : knows | acts_as\"\n", .facts = "\"acts_as(me, p1)\""},
          " | acts_as", known, "deny");
}
TEST(Keyword, at_place) {
  changes({.policy = allow + "when = \"patient : lies_on(ward)\"\n",
           .facts = "\"lies_on(p1, w2) source adt\""},
          "(ward)", "deny", known);
}
TEST(Keyword, with_value) {
  changes({.policy = allow + "via = \"staff : acts_as[lead]\"\n",
           .facts = "\"acts_as(me, p1)[guest]\""},
          "[lead]", "deny", known);
}

// ---- Duties.

TEST(Keyword, notice) {
  changes({.policy = allow + "notice = \"Mind.\"\n"}, "notice = \"Mind.\"\n",
          "permit a (owed: notice a)", known);
}
TEST(Keyword, acknowledge) {
  changes({.policy = allow + "acknowledge = \"Yes.\"\n"}, "acknowledge = \"Yes.\"\n",
          "glass a (acknowledge a)", known);
}
TEST(Keyword, prompts) {
  changes({.policy = allow + "prompts = [\"Why?\"]\n"}, "prompts = [\"Why?\"]\n",
          "glass a (1 prompts)", known);
}
TEST(Keyword, owed) {
  const Question q{.policy = allow + "prompts = { owed = \"30m\", ask = [\"Why?\"] }\n"};
  changes(q, "prompts = { owed = \"30m\", ask = [\"Why?\"] }", "permit a (owed: answers a)",
          "glass a (1 prompts)", "prompts = [\"Why?\"]");
}
TEST(Keyword, ask) {
  changes({.policy = "[[seal]]\nname = \"s\"\nask = { acknowledge = \"Yes.\" }\n" + allow},
          "ask = { acknowledge = \"Yes.\" }\n", "glass a (acknowledge s)", "deny");
}
TEST(Keyword, except) {
  changes(
      {.policy =
           "[[seal]]\nname = \"s\"\nexcept = [\"a\"]\nask = { acknowledge = \"Yes.\" }\n" + allow},
      "except = [\"a\"]\n", known, "glass a (acknowledge s)");
}
TEST(Keyword, proof) {
  changes({.policy = allow + "proof = { any = [\"totp\"] }\n", .asker = R"(proof = "password")"},
          "proof = { any = [\"totp\"] }\n", "glass a (proof 2)", known);
}
TEST(Keyword, any) {
  changes({.policy = allow + "proof = { any = [\"totp\"] }\n", .asker = R"(proof = "password")"},
          "any = [\"totp\"]", "glass a (proof 2)", known, "any = [\"password\"]");
}
TEST(Keyword, not_older_than) {
  changes({.policy = allow + "proof = { any = [\"totp\"], not_older_than = \"5m\" }\n",
           .asker = R"(proof = "totp", proof_age = "5m")"},
          ", not_older_than = \"5m\"", "glass a (proof 2 within 5m)", known);
}
TEST(Keyword, review) {
  const std::string review = "review = { by = \"officer\", within = \"24h\" }\n";
  changes({.policy = allow + review}, review, "permit a (owed: review a)", known);
}
TEST(Keyword, by) {
  needs({.policy = allow + "review = { by = \"officer\", within = \"24h\" }\n"},
        "by = \"officer\", ", "`review` needs `by`");
}
TEST(Keyword, within) {
  needs({.policy = allow + "review = { by = \"officer\", within = \"24h\" }\n"},
        ", within = \"24h\"", "`review` needs `within`");
}
TEST(Keyword, queue) {
  const std::string policy =
      allow + "review = { by = \"officer\", within = \"24h\", queue = \"night\" }\n";
  EXPECT_EQ(rule_of(policy, "a").duties.review->queue, "night");
  EXPECT_EQ(rule_without(policy, "a", ", queue = \"night\"").duties.review->queue, "");
}
TEST(Keyword, rank) {
  const std::string policy = allow + "review = { by = \"officer\", within = \"24h\", rank = 3 }\n";
  EXPECT_EQ(rule_of(policy, "a").duties.review->rank, 3);
  EXPECT_EQ(rule_without(policy, "a", ", rank = 3").duties.review->rank, 0);
}
TEST(Keyword, ends) {
  const std::string policy = glass + "ends = { focus = false, idle = \"5m\", after = \"30m\" }\n";
  EXPECT_EQ(rule_of(policy, "g").ends,
            (ast::Ends{.focus = false, .idle = Millis{300'000}, .after = Millis{1'800'000}}));
  EXPECT_FALSE(
      rule_without(policy, "g", "ends = { focus = false, idle = \"5m\", after = \"30m\" }\n").ends);
}
TEST(Keyword, idle) {
  EXPECT_EQ(rule_of(glass + "ends = { after = \"30m\" }\n", "g").ends->idle, ast::Ends{}.idle);
  EXPECT_EQ(rule_of(glass + "ends = { idle = \"2m\" }\n", "g").ends->idle, Millis{120'000});
}
TEST(Keyword, after) {
  EXPECT_EQ(rule_of(glass + "ends = { idle = \"2m\" }\n", "g").ends->after, ast::Ends{}.after);
  EXPECT_EQ(rule_of(glass + "ends = { after = \"30m\" }\n", "g").ends->after, Millis{1'800'000});
}
TEST(Keyword, session_of_ends) {
  EXPECT_EQ(outcome({.policy = glass + "ends = { session = false }\n"}),
            "refused: a glass never outlives its session; take `session` out");
  EXPECT_EQ(outcome({.policy = glass + "ends = { session = true }\n"}), glass_offer);
}
TEST(Keyword, repeat) {
  const std::string policy = glass + "repeat = { within = \"7d\", asks = \"nothing\" }\n";
  EXPECT_EQ(rule_of(policy, "g").repeat->within, Millis{7LL * 86'400'000});
  EXPECT_FALSE(
      rule_without(policy, "g", "repeat = { within = \"7d\", asks = \"nothing\" }\n").repeat);
}
TEST(Keyword, asks) {
  needs({.policy = glass + "repeat = { within = \"7d\", asks = \"nothing\" }\n"},
        ", asks = \"nothing\"", "`repeat` needs `asks`");
}
TEST(Keyword, label) { needs({.policy = glass}, "label = \"G\"\n", "[[glass]] needs `label`"); }
TEST(Keyword, purpose) {
  needs({.policy = glass}, "purpose = \"BTG\"\n", "[[glass]] needs `purpose`");
}
TEST(Keyword, help) {
  EXPECT_EQ(rule_of(glass + "help = \"When.\"\n", "g").help, "When.");
  EXPECT_EQ(rule_without(glass + "help = \"When.\"\n", "g", "help = \"When.\"\n").help, "");
}

// ---- Words that later parts bring are refused, never read and ignored.

TEST(Keyword, NotYetEnforced) {
  const auto refused = [](const std::string& policy) {
    const std::string out = outcome({.policy = policy});
    EXPECT_NE(out.find("not yet enforced"), std::string::npos) << policy << out;
  };
  refused(allow + "level = 2\n");
  refused(allow + "witness = { role = \"nurse\", within = \"2m\", otherwise = \"owe\" }\n");
  refused(allow + "tell = [\"patient\"]\n");
  refused("[[allow]]\nname = \"a\"\nactions = [\"operate\"]\n");
  refused("[[limit]]\nname = \"l\"\n");
  refused("[[device]]\nname = \"l\"\n");
  refused("[emergency]\nlevels = 3\n");
  const std::string deputies = replaced(
      fixture::base, "[flags]", "deputy_of = { from = \"staff\", to = \"staff\" }\n[flags]");
  refused(deputies + allow + "via = \"staff : deputy_of / knows\"\n");
  const std::string devices =
      replaced(fixture::base, "[flags]", "opens = { from = \"staff\", to = \"device\" }\n[flags]");
  refused(devices + allow + "via = \"staff : opens\"\n");
}

// ---- Words that stand for one of several things.

TEST(Keyword, each_action) {
  for (const auto* one : {"read", "append", "modify", "search"})
    for (const auto* other : {"read", "append", "modify", "search"}) {
      const Question q{.policy = replaced(allow, "\"read\"", "\"" + std::string(one) + "\""),
                       .asks = std::string(other) + " Observation of p1"};
      EXPECT_EQ(outcome(q), std::string(one) == other ? known : "deny") << one << ", " << other;
    }
}
TEST(Keyword, each_factor) {
  const auto asked = [](const std::string& factor, const std::string& proof) {
    return outcome({.policy = allow + "proof = { any = [\"" + factor + "\"] }\n",
                    .asker = "proof = \"" + proof + "\""});
  };
  EXPECT_EQ(asked("totp", "totp"), known);
  EXPECT_EQ(asked("totp", "password"), "glass a (proof 2)");
  EXPECT_EQ(asked("password", "password"), known);
  for (const char* second : {"totp", "card", "vouched"}) {
    EXPECT_EQ(asked(second, "totp"), known);
    EXPECT_EQ(asked(second, second), known);
    EXPECT_EQ(asked("security-key", second), "glass a (proof 3)");
  }
  EXPECT_EQ(asked("security-key", "security-key"), known);
}

std::string source_of(const std::string& name) {
  std::ifstream in("src/core/policy/" + name);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

TEST(Keyword, EveryWordOfTheParserHasATest) {
  const std::string source = source_of("parse.cc");
  std::set<std::string> tested;
  const auto& unit = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < unit.total_test_suite_count(); ++i) {
    const auto& suite = *unit.GetTestSuite(i);
    if (std::string(suite.name()) != "Keyword") continue;
    for (int j = 0; j < suite.total_test_count(); ++j) tested.insert(suite.GetTestInfo(j)->name());
  }
  const std::regex taken(R"re((?:text|truth|whole|lifetime|span|name|names|)re"
                         R"re(words|codes|path|members|tables?|take)\(\s*"([a-z_]+)")re");
  std::size_t words = 0;
  for (std::sregex_iterator it(source.begin(), source.end(), taken), end; it != end; ++it) {
    const std::string word =
        (*it)[1] == "session" ? std::string("session_of_ends") : (*it)[1].str();
    if (word == "case") continue;  // a word of C++: Keyword.case_of_a_kind
    ++words;
    EXPECT_TRUE(tested.contains(word)) << word;
  }
  EXPECT_GT(words, 40U);

  // What helpers of parse.cc take, and the words of words.cc for one of several things.
  const std::regex helped(R"re((?:factors|each_table|each_entry)\([a-z, ]*"([a-z_]+)")re");
  words = 0;
  for (std::sregex_iterator it(source.begin(), source.end(), helped), end; it != end; ++it, ++words)
    EXPECT_TRUE(tested.contains((*it)[1])) << (*it)[1];
  EXPECT_EQ(words, 6U);
  const std::map<std::string, std::string> together{
      {"Action", "each_action"}, {"Factor", "each_factor"}, {"CaseKind", "each_kind_of_case"}};
  const std::regex named(R"re(ast::(RuleKind|Action|Factor|CaseKind|Start)::\w+,\s*"([a-z-]+)")re");
  const std::string names = source_of("words.cc");
  words = 0;
  for (std::sregex_iterator it(names.begin(), names.end(), named), end; it != end; ++it, ++words) {
    const auto held = together.find((*it)[1]);
    EXPECT_TRUE(tested.contains(held == together.end() ? (*it)[2].str() : held->second))
        << (*it)[2];
  }
  EXPECT_EQ(words, 4U + 4U + 5U + 7U + 5U);
}

}  // namespace
}  // namespace halligan::policy
