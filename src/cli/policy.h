// policy.h - policy files on a desk, with no server: check one, run its tests, explain a decision.
//
// Exit codes: done; refused (errors, failing tests, a verdict of deny or glass); usage (a file that
// cannot be read).
#pragma once

#include <string>

#include "cli/shell.h"

namespace halligan::cli {

// Says what is wrong and what is doubtful, by line and column.
int policy_check(const PolicyFileOptions& options, const Io& io);
// Runs the tests that stand beside the file: hospital.toml has hospital.tests.toml.
int policy_test(const PolicyFileOptions& options, const Io& io);

struct PolicyExplainOptions {
  std::string file;
  std::string
      facts_file;    // facts and askers in the form of the tests; empty: the tests beside `file`
  std::string who;   // one of its askers
  std::string asks;  // "read Observation of p-000002 labelled R"
  bool json = false;
};
// Shows one decision rule by rule.
int policy_explain(const PolicyExplainOptions& options, const Io& io);

}  // namespace halligan::cli
