#include "in/fhir/counter.h"

#include <algorithm>

#include "app/offer.h"
#include "base/limits.h"

namespace halligan::in::fhir {
namespace {

// Several leases that must all hold.
class Together final : public app::Lease {
 public:
  explicit Together(std::vector<std::shared_ptr<const app::Lease>> parts)
      : parts_(std::move(parts)) {}
  bool over() const noexcept override {
    return std::ranges::any_of(parts_, [](const auto& part) { return part->over(); });
  }

 private:
  const std::vector<std::shared_ptr<const app::Lease>> parts_;
};

app::Cell survey_cell(const PatientId& patient, const std::string& type,
                      const std::vector<std::string>& labels) {
  app::Cell cell;
  cell.action = app::Action::read;
  cell.type = type;
  cell.labels = labels;
  cell.patient = patient.text();
  cell.survey = true;
  return cell;
}

// Of the policy in force; empty without one.
std::string timezone_of(const app::State& state) {
  const auto* policy = app::policy_of(state);
  return policy == nullptr ? std::string{} : policy->timezone.text;
}

}  // namespace

std::vector<app::AskAccess::Covered> Grants::covered() const {
  std::vector<app::AskAccess::Covered> out;
  for (const auto& granted : all)
    for (std::size_t i = 0; i < granted.cells.size(); ++i) {
      const auto& answer = granted.access().cells[i];
      const auto& cell = granted.cells[i];
      if (answer.verdict != app::Verdict::permit || !granted.access().any_permitted) continue;
      app::AskAccess::Covered each{.patient = PatientId{cell.patient.value_or("")},
                                   .action = cell.action,
                                   .type = cell.type,
                                   .rule = answer.rule,
                                   .intent = answer.intent};
      if (std::ranges::find(out, each) == out.end()) out.push_back(std::move(each));
    }
  return out;
}

std::shared_ptr<const app::Lease> Grants::lease() const {
  std::vector<std::shared_ptr<const app::Lease>> parts;
  for (const auto& granted : all)
    if (granted.lease != nullptr) parts.push_back(granted.lease);
  return lease_of_all(std::move(parts));
}

std::shared_ptr<const app::Lease> lease_of_all(
    std::vector<std::shared_ptr<const app::Lease>> leases) {
  return std::make_shared<Together>(std::move(leases));
}

std::optional<std::variant<app::Refusal, Fault>> Counter::nobody() const {
  std::optional<app::Refusal> refusal;
  std::string zone_name;
  const auto durable = edge_.desk.run([&](app::House& house, const Now& now) {
    if (app::who_asks(house.state(), session_, bound_, now).session == nullptr)
      refusal = app::no_session(house.state(), session_, now);
    zone_name = timezone_of(house.state());
  });
  if (!durable) return durable.fault();
  learn_zone(zone_name);
  if (refusal) return *refusal;
  return std::nullopt;
}

// All of one request is read by one zone.
void Counter::learn_zone(const std::string& zone_name) const {
  if (zone_known_) return;
  zone_known_ = true;
  bases_.zone = zone_of_(zone_name);
}

Decided Counter::survey(const Survey& what) const {
  app::AskAccess command;
  for (const auto& type : what.types)
    command.cells.push_back(survey_cell(what.patient, type, what.labels));
  command.form = what.form;
  return ask(std::move(command), {.chart = what.patient, .survey = true});
}

Decided Counter::decide(const Again& what) const {
  app::AskAccess command;
  command.cells = what.cells;
  command.form = what.form;
  command.whole = what.whole;
  command.part_of = what.part_of;
  if (what.earlier != nullptr && !what.earlier->all.empty()) {
    command.part_of = what.earlier->first_intent() + 1;
    command.covered = what.earlier->covered();
  }
  command.patients_exist = what.check.empty();
  command.by_id = what.by_id;
  command.withholds = !what.whole;
  return ask(std::move(command), {.chart = what.check, .survey = false});
}

// Of several types those that can be had; where there is none, one that glass would open, the
// Patient before others.
std::vector<app::Cell> Counter::surveyed(const app::State& state, const app::Session& session,
                                         const std::vector<app::Cell>& asked,
                                         const Now& now) const {
  if (asked.size() == 1) return asked;
  std::vector<app::Cell> permitted;
  std::optional<app::Cell> by_glass;
  for (const auto& cell : asked) {
    const auto verdict = app::judge(state, session, cell, now).verdict;
    if (verdict == app::Verdict::permit) permitted.push_back(cell);
    if (verdict == app::Verdict::glass && (!by_glass || cell.type == "Patient")) by_glass = cell;
  }
  if (!permitted.empty()) return permitted;
  return {by_glass ? *by_glass
                   : survey_cell(PatientId{asked.front().patient.value_or("")}, "Patient", {})};
}

Decided Counter::ask(app::AskAccess command, const How& how) const {
  command.token_hash = session_;
  command.bound = bound_;
  command.purpose = purpose_;
  command.focus = focus_;
  const auto asked = command.cells;
  bool checked = how.chart.empty();
  while (true) {
    std::optional<app::AskAccess::Answer> answer;
    std::shared_ptr<const app::Lease> lease;
    bool hint = false;
    std::string zone_name;
    const auto durable = edge_.desk.run([&](app::House& house, const Now& now) {
      const auto& state = house.state();
      zone_name = timezone_of(state);
      const auto* session = app::who_asks(state, session_, bound_, now).session;
      if (session != nullptr && how.survey) command.cells = surveyed(state, *session, asked, now);
      if (session != nullptr && !checked &&
          app::asks_who_it_is(state, *session, command.cells, how.chart, now))
        return;
      if (!checked) command.patients_exist = state.knows(how.chart);
      answer = house.perform(command, now);
      if (house.failed()) return;  // nothing of it has come about
      const auto* access = std::get_if<app::Accessed>(&*answer);
      if (access == nullptr || !access->any_permitted) return;
      lease = house.lease(access->right);
      session = app::who_asks(state, session_, bound_, now).session;
      if (how.survey && session != nullptr)
        hint = std::ranges::any_of(asked, [&](const app::Cell& cell) {
          const auto whole = survey_cell(how.chart, cell.type, {});
          return app::more_by_glass(state, *session, whole, now).has_value();
        });
    });
    if (!durable) return durable.fault();
    learn_zone(zone_name);
    if (!answer) {
      const auto exists = record_system_knows(how.chart);
      if (!exists) return exists.fault();
      checked = true;
      command.patients_exist = *exists;
      continue;
    }
    if (auto* refusal = std::get_if<app::Refusal>(&*answer)) return std::move(*refusal);
    const auto& access = std::get<app::Accessed>(*answer);
    if (!access.any_permitted) return access.refusal.value_or(app::Refusal{});
    if (edge_.under_glass != nullptr && !access.glass.empty())
      edge_.under_glass->note(session_, edge_.clock.now().boot);
    return Granted{.answer = durable->seal(std::move(*answer)),
                   .cells = std::move(command.cells),
                   .lease = std::move(lease),
                   .hint = hint};
  }
}

std::variant<app::Refusal, Fault> Counter::missing(const std::string& by_id) const {
  app::AskAccess command;
  command.cells = {app::nobodys_cell(by_id)};
  command.token_hash = session_;
  command.bound = bound_;
  command.purpose = purpose_;
  command.form = "read";
  command.whole = true;
  const auto asked = app::ask(edge_.desk, command);
  if (!asked) return asked.fault();
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return *refusal;
  return std::get<app::Accessed>(asked->get()).refusal.value_or(app::Refusal{});
}

Result<bool> Counter::record_system_knows(const PatientId& patient) const {
  auto held = hold();
  const auto answer =
      edge_.records.send({.method = "GET",
                          .target = "Patient/" + patient.text(),
                          .headers = {},
                          .body = {},
                          .bytes_max = limits::resource_bytes_max,
                          .room = [&](std::size_t bytes) { return held.grow(bytes); }});
  if (!answer) return answer.fault();
  if (answer->status == 404 || answer->status == 410) return false;
  if (answer->status != 200)
    return Fault{FaultCode::upstream_nonsense,
                 "the record system does not tell whether it knows a patient"};
  const auto found = scan_resource(answer->body.look(), {});
  const auto* resource = std::get_if<Resource>(&found);
  return resource != nullptr && resource->type == "Patient" && resource->id == patient.text();
}

std::vector<app::Cell> cells_of(const Resource& resource, app::Action action) {
  app::Cell cell;
  cell.action = action;
  cell.type = resource.type;
  cell.labels = resource.labels;
  cell.categories = resource.categories;
  cell.dated = resource.dated;
  std::vector<app::Cell> out;
  for (const auto& patient : resource.patients) {
    cell.patient = patient;
    out.push_back(cell);
  }
  if (out.empty()) out.push_back(std::move(cell));
  return out;
}

bool lies_in(const Resource& resource, const PatientId& patient) {
  return std::ranges::binary_search(resource.patients, patient.text());
}

bool is_of_the_asker(const app::Refusal& refusal) {
  return app::is_nobody(refusal.why) || refusal.why == app::Why::focus_elsewhere;
}

std::vector<std::optional<EntryIndex>> intents_of(
    const Granted& granted, const std::vector<std::vector<std::size_t>>& of_each) {
  const auto& answers = granted.access().cells;
  const auto permitted = [&](std::size_t at) {
    return answers[at].verdict == app::Verdict::permit;
  };
  std::vector<std::optional<EntryIndex>> out;
  for (const auto& places : of_each) {
    auto& intent = out.emplace_back();
    if (!places.empty() && std::ranges::all_of(places, permitted))
      intent = answers[places.front()].intent;
  }
  return out;
}

std::vector<std::size_t> add_cells(std::vector<app::Cell> cells, std::vector<app::Cell>& list) {
  std::vector<std::size_t> out;
  for (auto& cell : cells) {
    const auto found = std::ranges::find(list, cell);
    out.push_back(static_cast<std::size_t>(found - list.begin()));
    if (found == list.end()) list.push_back(std::move(cell));
  }
  return out;
}

}  // namespace halligan::in::fhir
