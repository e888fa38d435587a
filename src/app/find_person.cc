#include "app/find_person.h"

#include <algorithm>

#include "app/access.h"
#include "app/judge.h"
#include "app/wards.h"

namespace halligan::app {
namespace {

// Why this session may look for nobody, or, where it asks by ward, for nobody by that.
std::optional<Refusal> refuse_search(const Session& session, bool by_ward, Context& context,
                                     Judged& answer) {
  auto cell = search_cell();
  cell.survey = true;  // who is found may be labelled; each is decided again
  answer = judge(context.state, session, cell, context.now);
  if (answer.verdict != Verdict::permit) return refuse_cell(session, cell, answer, context);
  if (!by_ward || !wards_asked(context.state, session, context.now).empty()) return std::nullopt;
  // The reference code names the relation, where there is one.
  const auto cells = ward_cells(context.state);
  cell = cells.empty() ? search_cell() : cells.front();
  return refuse_cell(session, cell, judge(context.state, session, cell, context.now), context);
}

}  // namespace

SearchPeople::Answer decide(const SearchPeople& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  Judged answer;
  if (auto refusal = refuse_search(*session, command.by_ward, context, answer))
    return *std::move(refusal);
  SearchPeople::Allowed out;
  out.search = context.note(facts::SearchMade{.staff = session->staff,
                                              .session = session->id,
                                              .criteria = command.criteria,
                                              .basis = answer.basis->rule,
                                              .place = session->place,
                                              .purpose = command.purpose});
  return out;
}

ListWards::Answer decide(const ListWards& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  Judged answer;
  if (auto refusal = refuse_search(*session, true, context, answer)) return *std::move(refusal);
  return wards(context.state, *session, context.now);
}

ListPeople::Answer decide(const ListPeople& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  ListPeople::Listed out;
  out.last = command.search;
  for (const auto& found : command.found) {
    const auto& patient = found.patient;
    auto cell = search_cell();
    cell.patient = patient.text();
    cell.labels = found.labels;
    const auto answer = judge(context.state, *session, cell, context.now);
    if (answer.verdict != Verdict::permit) {
      // Left out without a word, as one who does not exist; written down all the same.
      (void)refuse_cell(*session, cell, answer, context);
      continue;
    }
    if (found.off_ward) continue;
    if (out.patients.size() == command.at_most) {
      out.more = true;
      break;
    }
    out.patients.push_back(patient);
    out.last = context.note(facts::SearchListed{.staff = session->staff,
                                                .patient = patient,
                                                .session = session->id,
                                                .search = command.search,
                                                .terms = command.terms});
  }
  const bool missing = !command.id.empty() &&
                       std::none_of(command.found.begin(), command.found.end(),
                                    [&](const auto& f) { return f.patient.text() == command.id; });
  if (missing) (void)refuse_cell(*session, search_cell(), {}, context, command.id);
  return out;
}

}  // namespace halligan::app
