#include "reference/show.h"

#include "reference/insist.h"

namespace halligan::reference {
namespace {

namespace ast = policy::ast;

std::string list(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

std::string or_none(const std::optional<std::string>& text) { return text ? *text : "none"; }

std::string show(Instant at) {
  if (at == far_past) return "ever";
  if (at == far_future) return "for good";
  return to_text(at);
}

std::string show(ast::Action action) {
  switch (action) {
    case ast::Action::search: return "search";
    case ast::Action::read: return "read";
    case ast::Action::append: return "append";
    case ast::Action::modify: return "modify";
  }
  std::abort();
}

std::string show(ast::Verdict verdict) {
  switch (verdict) {
    case ast::Verdict::deny: return "deny";
    case ast::Verdict::glass: return "glass";
    case ast::Verdict::permit: return "permit";
  }
  std::abort();
}

std::string show(const ast::Bill& bill) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : "; ") + part; };
  const auto add_list = [&](const char* what, const std::vector<std::string>& items) {
    if (!items.empty()) add(what + (" " + list(items)));
  };
  if (bill.reason) add("reason");
  if (bill.confirm) add("confirm");
  if (bill.proof_level > 0) add("proof level " + std::to_string(bill.proof_level));
  if (bill.proof_age) add("not older than " + duration_text(*bill.proof_age));
  add_list("prompts", bill.prompts);
  add_list("acknowledge", bill.acknowledge);
  add_list("owed prompts", bill.owed_prompts);
  add_list("reviews", bill.reviews);
  add_list("decisions", bill.decisions);
  add_list("notices", bill.notices);
  return out.empty() ? "nothing" : out;
}

std::string show(const ast::Grant& grant) {
  return grant.rule + (grant.is_reason ? " (reason)" : "") + ": " + show(grant.bill);
}

}  // namespace

std::string show(const ast::World& world) {
  std::string out;
  for (const auto& fact : world.facts) {
    out += std::string(fact.denied ? "not " : "") + fact.relation + "(" + fact.from + ", " +
           fact.to + ")";
    if (!fact.value.empty()) out += "[" + fact.value + "]";
    out += " since " + show(fact.start) + " until " + show(fact.end);
    if (!fact.source.empty()) out += " told by " + fact.source;
    if (!fact.recorded_by.empty()) out += " recorded by " + fact.recorded_by;
    out += "\n";
  }
  for (const auto& heartbeat : world.heartbeats) {
    out += "heartbeat of " + heartbeat.feed + " at " + show(heartbeat.at) + "\n";
  }
  return out;
}

std::string show(const ast::Question& question) {
  const ast::Asker& asker = question.asker;
  const ast::Cell& cell = question.cell;
  std::string out = "now " + show(question.now) + "\nasker " + asker.staff + ", active " +
                    list(asker.active_roles) + "; held " + list(asker.held_roles) + "\n";
  out += "at terminal " + or_none(asker.terminal) + ", place " + or_none(asker.place_kind) + " " +
         or_none(asker.place_id) + "\n";
  out += "session: department " + or_none(asker.department) + ", application " +
         or_none(asker.application) + ", focus " + or_none(asker.focus) + "\n";
  out += "proof level " + std::to_string(asker.proof_level) + " at " + show(asker.proof_at) + "\n";
  out += show(cell.action) + " " + (cell.type.empty() ? "fact:" + cell.fact : cell.type) +
         (cell.survey ? " (survey)" : "") + ", labels " + list(cell.labels) + "\n";
  out += "categories " + (cell.categories ? list(*cell.categories) : "unknown") + ", dated " +
         (cell.dated ? show(*cell.dated) : "unknown") + "\n";
  out += "patient " + or_none(cell.patient) + ", item " + or_none(cell.item) + "\n";
  for (const auto& payment : question.paid) {
    out += "paid " + payment.rule + (payment.confirmed ? " (confirmed)" : "") + " until " +
           show(payment.ends) + "\n";
  }
  return out;
}

std::string show(const ast::Answer& answer) {
  std::string out = show(answer.verdict);
  if (answer.failed) out += ", failed";
  if (answer.hidden) out += ", hidden";
  out += "\n";
  if (!answer.denied_by.empty()) out += "denied by " + list(answer.denied_by) + "\n";
  if (answer.basis) out += "basis " + show(*answer.basis) + "\n";
  for (const auto& grant : answer.offer) out += "offer " + show(grant) + "\n";
  if (!answer.instead.empty()) out += "instead " + list(answer.instead) + "\n";
  return out;
}

}  // namespace halligan::reference
