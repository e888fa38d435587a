// views.h - what people are shown of glass, cases and sessions: copies, made on the writer, so that
// whoever renders them needs the state no longer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/context.h"

namespace halligan::app {

struct GlassView {
  glass::Glass held;
  std::string name;  // of the person
  std::vector<std::string> roles;
  std::string label;                  // of the first grant's rule
  std::optional<Instant> until;       // while open: the earliest of its deadlines but the idle one
  std::optional<Instant> idle_until;  // while open, where it idles: if it is not used until then
  std::vector<std::string> owed_prompts;
  std::optional<Instant> owed_due;
  std::optional<std::string> case_state;
  std::optional<facts::Finding> finding;
  bool text_hidden = false;  // what people wrote is left out: it is not for this reader
};
GlassView glass_view(const State& state, const glass::Glass& held, const Now& now);

// What people wrote about a patient is for whoever wrote it and for privacy officers; others who
// keep watch see that there is a glass, not why. (Viewers and reviewers have a right of their own.)
GlassView glass_view_for(const State& state, const Session& reader, const glass::Glass& held,
                         const Now& now);

struct CaseView {
  cases::Case held;
  std::string name;  // of the person whom it concerns
  bool late = false;
  std::optional<GlassView> glass;
};
// Its time has passed, whether that is recorded yet or not; or the details that it owes are late.
bool is_late(const cases::Case& held, const Now& now);
CaseView case_view(const State& state, const cases::Case& held, const Now& now);
// The same without its glass: for lists, which do not show it.
CaseView case_line(const State& state, const cases::Case& held, const Now& now);

struct SessionView {
  SessionId id;
  StaffId staff;
  std::string name;
  std::vector<std::string> roles;
  PlaceId place;
  TerminalId terminal;
  Instant until{};
  Instant idle_until{};
  Instant proof_at{};
  std::string way;  // in: "password", "passkey", "card", "vouched"
  bool locked = false;  // then nothing of a patient is in it
  PatientId focus;
  // The rules by which it may be read now; to be told so is no access.
  std::vector<std::string> focus_rules{};
  std::vector<GlassView> glass;    // open
  std::vector<std::string> teams;  // of which the person may log a referral
  std::vector<GlassView> owed;     // of whatever session: open, or with a case that is not closed
};
// Nothing where no session is alive. One that is locked is shown, with nothing of a patient.
std::optional<SessionView> session_view(const State& state, const std::string& token_hash,
                                        const Now& now);

// Glass that is open now: the reader's own, or everybody's; oldest first.
enum class WhoseGlass { own, everybodys };
std::vector<GlassView> open_glass(const State& state, const Session& reader, WhoseGlass whose,
                                  const Now& now);

// All that ever was, open or ended: newest first, a page of it.
struct GlassPage {
  std::vector<GlassView> glass;
  bool more = false;
};
struct PageAsked {
  std::size_t limit = 50;
  GlassId before;  // the last of the page before; empty: from the newest
};
// Nothing where `before` is none of these.
std::optional<GlassPage> past_glass(const State& state, const Session& reader, WhoseGlass whose,
                                    const PageAsked& asked, const Now& now);

}  // namespace halligan::app
