// judge.h - putting a question to the policy in force, on behalf of a session.
//
// The only place where sessions and glass become the policy's words (asker, payments), and where
// its answer becomes an offer in words for people.
#pragma once

#include "app/refusal.h"
#include "app/state.h"
#include "core/policy/ast.h"

namespace halligan::app {

using policy::ast::Action;
using policy::ast::Answer;
using policy::ast::Cell;
using policy::ast::Grant;
using policy::ast::Verdict;

const char* action_text(Action action);

// The session as the policy sees it. Roles are those of the person now: a lost role counts at once.
policy::ast::Asker asker_of(const State& state, const Session& session, const Now& now);
// Payments of this session for this patient: every grant of its open glass.
std::vector<policy::ast::Payment> payments_of(const State& state, const Session& session,
                                              const PatientId& patient, const Now& now);

// Without a policy in force, or when evaluation fails: deny.
Answer judge(const State& state, const Session& session, const Cell& cell, const Now& now);
policy::ast::Question question_of(const State& state, const Session& session, const Cell& cell,
                                  const Now& now);

Answer judge_question(const State& state, const policy::ast::Question& question);

const policy::ast::Policy* policy_of(const State& state);  // null while none is in force
const policy::ast::Rule* rule_named(const State& state, const std::string& name);
Offer offer_of(const State& state, const Session& session, const PatientId& patient,
               const Answer& answer, const Now& now);
Due due_of(const State& state, const Session& session, const Grant& grant, const Now& now);

// The glass that pays for this grant, where one does.
const glass::Glass* glass_behind(const State& state, const Session& session,
                                 const PatientId& patient, const Grant& grant);

}  // namespace halligan::app
