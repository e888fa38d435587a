// policy_tests.h - tests of a policy, written beside it in a form that a privacy officer can read.
//
//   now    = "2026-03-02T10:00"                 # hospital time; or with an offset
//   fresh  = ["adt"]                            # feeds that are heard
//   facts  = ["member(osei, cardiology)", "VIP(p-1)", "not excludes(p-2, osei) by lind"]
//   [askers]
//   osei = { roles = ["physician"], place = "ward/w-3", proof = "totp" }
//   [[test]]
//   name   = "the team's referral opens the chart"
//   who    = "osei"
//   asks   = "read Observation of p-1 labelled R in laboratory dated 2026-03-01"
//   expect = "permit"
//   basis  = "open-referral"
//
// spec/policy-language.md section 6 lists the keys. Pure: the file's text comes as an argument.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/ast.h"
#include "core/policy/message.h"

namespace halligan::policy {

struct PolicyTest {
  std::string name;
  ast::Pos at;
  ast::World world;
  ast::Question question;
  ast::Verdict expect = ast::Verdict::deny;
  // What is not written is not compared.
  std::optional<std::string> basis;
  std::optional<std::vector<std::string>> denied_by;
  std::optional<std::vector<std::string>> offers;  // rules and reasons, in order
  std::optional<std::vector<std::string>> instead;
  std::map<std::string, std::string> bills;  // of the basis or of what is offered
};

struct TestFile {
  std::vector<PolicyTest> tests;
  // What stands at the top, for asking further questions.
  ast::World world;
  std::map<std::string, ast::Asker> askers;
  Instant now{};
  Messages messages;
};

TestFile parse_tests(std::string_view text, const ast::Policy& policy);

// What came out otherwise than expected; empty: the test passed.
std::vector<std::string> run(const ast::Policy& policy, const PolicyTest& test);

// "read Observation of p-1 labelled R": a cell; or what is wrong with it.
struct CellOrError {
  std::optional<ast::Cell> cell;
  std::string error;
};
CellOrError parse_cell(std::string_view text, const ast::Policy& policy, Instant now);

// "reason, proof 2 within 5m, 3 prompts, acknowledge vip, owed: review clinical-access"; "nothing".
std::string bill_text(const ast::Bill& bill);

}  // namespace halligan::policy
