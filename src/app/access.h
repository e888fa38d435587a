// access.h - the question behind every request for a record, and what became of it.
//
// AskAccess decides each cell, and notes before anything leaves: the intents of what is permitted,
// the refusal of what is not (folded), the focus moving, cases that the basis owes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/judge.h"
#include "app/refusal.h"

namespace halligan::app {

// What a running stream rests on; house.h turns it into a Lease.
struct Right {
  SessionId session;
  std::vector<Cell> cells;
  std::vector<Switch> switches;      // session, glass
  Deadline until;                    // the earliest of session and glass
  Instant judge_again = far_future;  // the verdict holds until then while nothing is recorded
};

struct CellAnswer {
  Verdict verdict = Verdict::deny;
  std::string rule;       // basis of a permit
  GlassId glass;          // where it rests on one
  EntryIndex intent = 0;  // of a permit
};

struct Accessed {
  std::vector<CellAnswer> cells;  // as asked
  bool any_permitted = false;
  bool all_permitted = false;
  bool more_by_glass = false;  // some cell could be had by glass
  EntryIndex intent = 0;       // the first
  GlassId glass;
  std::optional<Refusal> refusal;  // of the first cell that was not permitted
  Right right;
  std::vector<std::string> notices;
};

// Who asks for a record: a session that is live, itself or by a credential that was made for one of
// its glass and is shown by whoever holds the key that it is bound to. That one is for one chart.
struct Asking {
  const Session* session = nullptr;   // null: nobody
  const GlassToken* token = nullptr;  // null: the session itself
  bool may_ask_about(const Cell& cell) const {
    return token == nullptr || cell.patient == token->patient.text();
  }
};
Asking who_asks(const State& state, const std::string& token_hash, const std::string& bound,
                const Now& now);

struct AskAccess {
  using Answer = std::variant<Accessed, Refusal>;
  std::string token_hash;   // of a session, or of a credential for a glass
  std::string bound{};      // the key that was shown beside it, as in GlassToken
  std::vector<Cell> cells;  // at most limits::bundle_entries_max
  std::string form;         // "read", "search", "create" ...
  std::string what{};       // of a print or a download: what it holds, in words
  std::string purpose;      // ActReason code that the client declared; empty: none
  EntryIndex part_of = 0;   // index + 1 of an earlier intent whose answer turned these up
  // What earlier intents of this request cover; it makes no new entry.
  struct Covered {
    PatientId patient;
    Action action = Action::read;
    std::string type;
    std::string rule;
    EntryIndex intent = 0;
    bool operator==(const Covered&) const = default;
  };
  std::vector<Covered> covered{};
  bool whole = false;  // all or nothing: a write
  // What it means for the chart in front of the session. `must_be_there`: refused where another one
  // is. A page that is left open, or slow, does not take the chart of another page away.
  enum class Focus { moves, stays, must_be_there };
  Focus focus = Focus::moves;
  // The record system knows these patients. An id that neither it nor the ledger knows is answered
  // as if no rule gave anything, and mints no key.
  bool patients_exist = false;
  // "Type/id", where one resource was asked for by its id: what is answered as one that is not
  // there is written down as one, once for each id.
  std::string by_id{};
  // What a permitted search turned up: its outcome counts what is withheld of the chart that it is
  // about, and nothing else tells of it. As many entries as there are secrets would tell of them.
  bool withholds = false;
};
AskAccess::Answer decide(const AskAccess& command, Context& context);

// What became of an intent. Never refused: it tells what happened already.
struct TellOutcome {
  using Answer = EntryIndex;
  EntryIndex intent = 0;
  facts::Outcome outcome = facts::Outcome::unknown;
  std::uint64_t resources = 0;
  std::uint64_t withheld = 0;
  std::uint64_t bytes = 0;
  int upstream_status = 0;
  std::string new_id;
};
TellOutcome::Answer decide(const TellOutcome& command, Context& context);

// A session that is alive now and not locked, or nothing.
const Session* live_session(const State& state, const std::string& token_hash, const Now& now);
// The same though it may be locked: for the few things that its person does before the lock.
const Session* locked_or_live_session(const State& state, const std::string& token_hash,
                                      const Now& now);
Refusal no_session();
// Why there is none that is live: nobody is signed in, or it is locked.
Refusal no_session(const State& state, const std::string& token_hash, const Now& now);
// Its person's roles; of a card, or of whom a colleague vouched for, those that this way in gives.
const std::vector<std::string>& active_roles(const State& state, const Session& session);
bool has_role(const State& state, const Session& session, std::string_view role);
bool has_any_role(const State& state, const Session& session,
                  std::initializer_list<std::string_view> roles);

// What a command that `keeps_session` wrote down shows that its person is there: the session idles
// from now on. Nothing where it wrote nothing, or ended the session.
void keep_session(const std::string& token_hash, Context& context);

// Who are in one another's hands (State::one_hand) are not two people: `other` is who the other one
// is, `act` what takes somebody else.
Refusal in_one_hand(std::string_view other, std::string_view act);

// What a second factor is asked for anew, and how old it may be: else the refusal that says so. The
// older of both clocks counts.
struct Proof {
  const char* what;
  Millis age;
  bool own = false;  // takes a session by factors of its person's own, too
};
namespace proof {
inline constexpr Proof relation_of_own{"a relation of your own", std::chrono::minutes{5}, true};
inline constexpr Proof erasure{"an erasure", std::chrono::minutes{5}, true};
inline constexpr Proof administration{"changing who may sign in", std::chrono::minutes{15}, true};
inline constexpr Proof rehearsal{"a rehearsal", std::chrono::minutes{2}, true};
inline constexpr Proof signature{"signing a policy", std::chrono::minutes{15}, true};
}  // namespace proof
std::optional<Refusal> not_proved(const Session& session, const Proof& asked, const Now& now);
// What outlives the session takes its person's own factors: nobody is a second person by a card, or
// on a colleague's word.
std::optional<Refusal> not_by_own_factors(const Session& session, const char* what);

// Notes the end of every glass of the session but that of `patient`, and the focus moving there.
void move_focus(const Session& session, const PatientId& patient, Context& context);
// Notes the cases that a used grant owes.
void owe_cases(const Session& session, const PatientId& patient, const Grant& grant,
               Context& context);
// Makes (and notes, unless it repeats within the minute) the refusal of one cell.
// `by_id`: what was asked for, where the refusal is to fold by that and not by the patient.
Refusal refuse_cell(const Session& session, const Cell& cell, const Judged& answer,
                    Context& context, const std::string& by_id = {});
// Whether the chart itself is open to the person: only then may they learn what is recorded of it.
// Else the refusal that the chart gives.
std::optional<Refusal> chart_is_shut(const Session& session, const PatientId& patient,
                                     Context& context);
// Another "no" that tells something of the chart: it is written down as the cell's refusal is.
Refusal refuse_saying(Refusal refusal, const Session& session, const Cell& cell,
                      const Judged& answer, Context& context);

}  // namespace halligan::app
