// judge.h - putting a question to the policy in force, on behalf of a session.
//
// The only place where sessions and glass become the policy's words (asker, payments), and where
// its decision becomes an answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

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
std::optional<Action> action_named(std::string_view text);

// What a grant asks as a proof of who one is, whether this session has one or not; 0: nothing.
struct ProofAsked {
  int level = 0;
  std::optional<Millis> not_older_than;
};

// An answer, and the next moment at which it may be another one though nothing is recorded.
struct Judged : Answer {
  Instant holds_until = far_future;
  std::vector<ProofAsked> proofs{};  // of each grant of the offer
  // Of each grant of the offer the rules that its opening pays: its own, and the seals upon it.
  std::vector<std::vector<std::string>> pays{};
};

// Whether open glass of the session counts as payment, or the question is put as if there were
// none.
enum class OpenGlass { counts, ignored };

// Without a policy in force, for a type it does not know, or when evaluation fails: deny.
Judged judge(const State& state, const Session& session, const Cell& cell, const Now& now,
             OpenGlass open_glass = OpenGlass::counts);

// All rules by which the session may do this now, the one it rests on first; none where it may not.
struct Rights {
  std::vector<std::string> rules;
  Instant holds_until = far_future;
};
Rights rights_of(const State& state, const Session& session, const Cell& cell, const Now& now);

// The same where neither the ledger nor the record system knows the patient: nothing is given, and
// what is shut for everybody's chart is said to be shut.
Judged judge_if_known(const State& state, const Session& session, const Cell& cell, const Now& now,
                      bool known, OpenGlass open_glass = OpenGlass::counts);

// A fact that a decision looked at, in words, and in parts ("type/id") for who draws it.
struct UsedRelation {
  std::string text;
  std::string relation;
  std::string from;
  std::string to;
  std::optional<Instant> since;  // nothing: for as long as anybody knows
};

// How the decision came about, rule by rule; nothing without a policy in force.
struct Explained {
  Judged answer;
  struct Step {
    std::string rule;
    std::string value;  // "true", "conflicting", "unknown", "false"
    struct Part {
      std::string name;
      std::string value;
      std::vector<UsedRelation> relations;
    };
    std::vector<Part> parts;
  };
  std::vector<Step> steps;
  std::vector<std::string> decisive;
};
std::optional<Explained> explain(const State& state, const Session& session, const Cell& cell,
                                 const Now& now);

const policy::ast::Policy* policy_of(const State& state);  // null while none is in force
const policy::ast::Rule* rule_named(const State& state, const std::string& name);

Cell chart_cell(const PatientId& patient);  // (read, Patient, unlabelled): whether the chart opens
Cell search_cell();  // (search, Patient, unlabelled): whether anybody may be looked for
// Whether a hidden deny shuts this chart to the session: it is then as if nobody were there.
bool hidden_from(const State& state, const Session& session, const PatientId& patient,
                 const Now& now);
// Whether the session may be told of what `about` did or had to do with this patient: its own
// doings always, others' where the patient is not hidden.
bool may_learn(const State& state, const Session& session, const StaffId& about,
               const PatientId& patient, const Now& now);
// What belongs to nobody, asked for by its "Type/id": no patient's id has a slash.
Cell nobodys_cell(const std::string& by_id);
// Of what a survey asks about, what a right for some of it leaves out first: the old, and of no
// category unless one was asked for.
Cell rest_of(const Cell& survey);
// Whether the record system is to be asked first if it knows the patient. Whom nobody knows and who
// is hidden must not be told apart, by time or by an outage: it is asked about both. Where a rule
// that may be named shuts the chart, known or not, or the ledger knows the patient, it is not.
bool asks_who_it_is(const State& state, const Session& session, const std::vector<Cell>& cells,
                    const PatientId& patient, const Now& now);
// What breaking the glass for this would take, as if none were open. A permit that may hold for
// some of it only, by its age or category, gives way to the glass that the rest takes.
Judged judge_break(const State& state, const Session& session, const Cell& cell, const Now& now,
                   bool known);

// The glass that pays for this grant, where one does.
const glass::Glass* glass_behind(const State& state, const Session& session,
                                 const PatientId& patient, const Grant& grant);

// What turned up that accounts for a case; nothing while nothing does.
std::optional<facts::CaseExplained> explanation_of(const State& state, const cases::Case& held);
// Whether the `unless` of a rule's review was true around an access at this time.
bool accounted_for(const State& state, const policy::ast::Rule& rule, const StaffId& staff,
                   const PatientId& patient, Instant access_at);
// Whether the policy lets an explained case of this kind close itself.
bool closes_itself(const State& state, const cases::Case& held);

}  // namespace halligan::app
