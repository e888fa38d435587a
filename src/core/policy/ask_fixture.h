// ask_fixture.h - for tests: a policy as text, a world as text, and what the answer was as one
// line.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/policy/check.h"
#include "core/policy/parse.h"
#include "core/policy/policy_tests.h"
#include "core/policy/stage.h"
#include "core/policy/words.h"

namespace halligan::policy::fixture {

// A hospital with something of everything and no rules.
inline const std::string base = R"(hospital = "St. Elsewhere"
timezone = "Europe/London"
roles = ["doctor", "nurse", "officer"]
[relations]
knows     = { from = "staff",      to = "patient" }
shuns     = { from = "patient",    to = "staff" }
member    = { from = "staff",      to = "team" }
cares     = { from = "team",       to = "patient" }
works_on  = { from = "staff",      to = "unit" }
lies_on   = { from = "patient",    to = "unit", source = "adt", stale_after = "15m" }
told      = { from = "staff",      to = "patient", source = "adt", stale_after = "15m" }
acts_as   = { from = "staff",      to = "patient", values = ["lead", "guest"] }
stands_in = { from = "terminal",   to = "unit" }
wrote     = { from = "staff",      to = "item" }
serves    = { from = "department", to = "patient" }
runs      = { from = "application", to = "patient" }
[flags]
VIP = {}
[places]
ward = { ids = ["w1"] }
)";

struct Question {
  std::string policy = {};  // appended to `base`, unless it has [relations] of its own
  std::string asks = "read Observation of p1";
  std::string facts = {};  // elements of the list: "\"knows(me, p1)\""
  std::string asker = R"(roles = ["doctor"], proof = "totp")";
  std::string test = {};  // more keys of the test: paid = ["a"]
  std::string now = "2026-03-02T10:00";
  bool fresh = true;  // the feed adt is heard
};

inline std::string whole(const Question& q) {
  return q.policy.find("[relations]") == std::string::npos ? base + q.policy : q.policy;
}

inline std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

inline std::string line_of(const ast::Answer& answer) {
  std::string out(name_of(answer.verdict));
  if (answer.basis) out += " " + answer.basis->rule + " (" + bill_text(answer.basis->bill) + ")";
  for (const auto& grant : answer.offer)
    out += " " + grant.rule + " (" + bill_text(grant.bill) + ")";
  for (const auto& rule : answer.denied_by) out += " " + rule;
  if (!answer.instead.empty()) out += " instead " + joined(answer.instead);
  return out;
}

struct Prepared {
  ast::Policy policy;
  PolicyTest test;
};

// Nothing where something is refused; `why` says what.
inline std::optional<Prepared> prepare(const Question& q, std::string& why) {
  auto parsed = parse(whole(q));
  if (parsed.policy) {
    const auto more = well_formed(*parsed.policy);
    parsed.messages.insert(parsed.messages.end(), more.begin(), more.end());
  }
  if (!parsed.policy || has_errors(parsed.messages)) {
    why = "refused: " + parsed.messages.front().what;
    return std::nullopt;
  }
  std::string text = "now = \"" + q.now + "\"\n";
  if (q.fresh) text += "fresh = [\"adt\"]\n";
  if (!q.facts.empty()) text += "facts = [" + q.facts + "]\n";
  text += "[askers]\nme = { " + q.asker + " }\n[[test]]\nname = \"t\"\nwho = \"me\"\nasks = \"" +
          q.asks + "\"\nexpect = \"permit\"\n" + q.test + "\n";
  auto file = parse_tests(text, *parsed.policy);
  if (!file.messages.empty()) {
    why = "test refused: " + to_text(file.messages.front(), text);
    return std::nullopt;
  }
  return Prepared{std::move(*parsed.policy), std::move(file.tests.front())};
}

// "permit open (nothing)", "glass urgent (reason)", "deny own-record", "refused: ...".
inline std::string outcome(const Question& q) {
  std::string why;
  auto ready = prepare(q, why);
  if (!ready) return why;
  auto stage = Stage::set(ready->policy, ready->test.world);
  return stage ? line_of(stage->ask(ready->test.question)) : stage.fault().what;
}

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << "the policy does not hold: " << what;
  if (at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

}  // namespace halligan::policy::fixture
