#include "app/find_person.h"

#include <algorithm>

#include "app/access.h"
#include "app/judge.h"

namespace halligan::app {
namespace {

Cell search_cell() {
  Cell cell;
  cell.action = Action::search;
  cell.type = "Patient";
  cell.categories.emplace();
  return cell;
}

}  // namespace

SearchPeople::Answer decide(const SearchPeople& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  auto cell = search_cell();
  cell.survey = true;  // who is found may be labelled; each is decided again
  const auto answer = judge(context.state, *session, cell, context.now);
  if (answer.verdict != Verdict::permit) return refuse_cell(*session, cell, answer, context);
  SearchPeople::Allowed out;
  out.search = context.note(facts::SearchMade{.staff = session->staff,
                                              .session = session->id,
                                              .terms = command.terms,
                                              .basis = answer.basis->rule,
                                              .place = session->place,
                                              .purpose = command.purpose});
  return out;
}

ListPeople::Answer decide(const ListPeople& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  ListPeople::Listed out;
  out.last = command.search;
  for (const auto& [patient, labels] : command.found) {
    auto cell = search_cell();
    cell.patient = patient.text();
    cell.labels = labels;
    const auto answer = judge(context.state, *session, cell, context.now);
    if (answer.verdict != Verdict::permit) {
      // Left out without a word, as one who does not exist; written down all the same.
      (void)refuse_cell(*session, cell, answer, context);
      continue;
    }
    if (out.patients.size() == command.at_most) {
      out.more = true;
      break;
    }
    out.patients.push_back(patient);
    out.last = context.note(facts::SearchListed{.staff = session->staff,
                                                .patient = patient,
                                                .session = session->id,
                                                .search = command.search});
  }
  const bool missing = !command.id.empty() &&
                       std::none_of(command.found.begin(), command.found.end(),
                                    [&](const auto& f) { return f.patient.text() == command.id; });
  if (missing) (void)refuse_cell(*session, search_cell(), {}, context, command.id);
  return out;
}

}  // namespace halligan::app
