// explanations.h - cases that account for themselves, by a relation that turned up. Pure.
#pragma once

#include <set>
#include <vector>

#include "app/judge.h"

namespace halligan::app {

// Where an explanation may be found that was not there before.
struct Unexplained {
  bool all = false;  // any case
  std::set<CaseId> cases;
};

// What this fact adds to it; the fact was applied. An explanation is a path over relations as they
// were around the access: neither the time that passes, nor a feed that is alive, nor what becomes
// of sessions, glass and other cases makes one.
void may_explain(const State& state, const facts::Fact& fact, Unexplained& out);

// For each case of those that has none yet: the explanation, and its closing where policy lets it
// close itself. Nothing that the person of the case recorded counts (P3).
std::vector<facts::Fact> explained_now(const State& state, const Unexplained& among);

}  // namespace halligan::app
