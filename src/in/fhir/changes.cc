// changes.cc - update, patch, delete: what is there and what is to be there are both decided.
//
// Nobody moves or removes what they could not see to be theirs, and nothing is changed under a
// glass. A patch is carried out here, and goes on as the update that it comes to.
#include <algorithm>

#include "base/limits.h"
#include "in/fhir/attachments.h"
#include "in/fhir/gateway.h"
#include "in/fhir/patch.h"
#include "in/fhir/writes.h"

namespace halligan::in::fhir {
namespace {

// What a resource is to become.
std::variant<Resource, NotAllowed> wanted_of(std::string_view text, const Change& what,
                                             const Bases& bases) {
  if (text.size() > limits::resource_bytes_max) return not_this("the resource is too large", 413);
  auto scanned = scan_resource(text, bases);
  if (const auto* wrong = std::get_if<Malformed>(&scanned))
    return NotAllowed{400, "structure", "the resource cannot be read: " + wrong->what};
  auto& wanted = std::get<Resource>(scanned);
  if (auto wrong = wrong_body(wanted, what.type)) return *std::move(wrong);
  if (wanted.patients.size() > 2) return not_this("a change concerns two charts at most");
  if (wanted.id != what.id) return not_this("the id in the resource is not the id in the address");
  return std::move(wanted);
}

std::string form_of(Change::How how) {
  switch (how) {
    case Change::How::update: return "update";
    case Change::How::patch: return "patch";
    case Change::How::remove: return "delete";
  }
  return {};
}

std::vector<app::Cell> both(std::vector<app::Cell> cells, std::vector<app::Cell> more) {
  for (auto& cell : more)
    if (std::ranges::find(cells, cell) == cells.end()) cells.push_back(std::move(cell));
  return cells;
}

}  // namespace

Change change_of(const Update& t) { return {Change::How::update, t.type, t.id, t.if_match}; }
Change change_of(const Patch& t) { return {Change::How::patch, t.type, t.id, t.if_match}; }
Change change_of(const Delete& t) { return {Change::How::remove, t.type, t.id}; }

std::variant<Gateway::Held, http::Response> Gateway::held_of(const Counter& counter,
                                                             const Change& what) {
  const auto where = what.type + "/" + what.id;
  const auto fetched = fetch(counter, where, limits::resource_bytes_max);
  if (!fetched) return trouble(fetched.fault());
  auto scanned = scan_resource(fetched->body.look(), counter.bases());
  auto* held = fetched->status == 200 ? std::get_if<Resource>(&scanned) : nullptr;
  if (held == nullptr || !held->checkable || held->type != what.type || held->id != what.id) {
    if (held != nullptr || fetched->status == 404 || fetched->status == 410)
      return nothing_there(counter, where);
    return fetched->status == 200 ? upstream_trouble(FaultCode::upstream_nonsense)
                                  : upstream_refused(fetched->status);
  }
  // What was looked at is what is changed: without a version nobody could hold it to that.
  auto version = held->version.empty() ? version_of(*fetched) : etag_of(held->version);
  return Held{std::move(*held), std::move(version)};
}

std::optional<http::Response> Gateway::barred(Changing& doing, std::vector<app::Cell> cells,
                                              const PatientId& check) {
  auto& [by, what, held, grants] = doing;
  auto decided = by.counter.decide({.cells = std::move(cells),
                                    .form = form_of(what.how),
                                    .whole = true,
                                    .earlier = &grants,
                                    .part_of = by.part_of,
                                    .check = check,
                                    .by_id = what.type + "/" + what.id});
  if (auto* granted = std::get_if<Granted>(&decided)) {
    grants.all.push_back(std::move(*granted));
    if (!grants.all.back().access().glass.empty())
      return refuse_after(grants, not_this("nothing is changed or deleted under a glass", 403));
    if (held.version.empty())
      return refuse_after(grants, not_this("the record system does not tell the version of this "
                                           "resource, so it cannot be changed safely",
                                           501));
    if (!what.if_match.empty() && what.if_match != held.version)
      return refuse_after(grants,
                          {412, "conflict", "the resource was changed meanwhile: read it again"});
    return std::nullopt;
  }
  tell_nothing(grants);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  return refused_by_id(std::get<app::Refusal>(decided));
}

Gateway::Readied Gateway::ready(const Asker& by, const Change& what) {
  const auto& [counter, request, part_of] = by;
  std::optional<Resource> wanted;
  Operations operations;
  if (what.how == Change::How::update) {
    auto read = wanted_of(request.body, what, counter.bases());
    if (const auto* wrong = std::get_if<NotAllowed>(&read)) return outcome(*wrong);
    wanted = std::get<Resource>(std::move(read));
  } else if (what.how == Change::How::patch) {
    auto read = read_patch(request.body);
    if (const auto* wrong = std::get_if<NotAllowed>(&read)) return outcome(*wrong);
    operations = std::get<Operations>(std::move(read));
  } else if (!request.body.empty()) {
    return outcome(not_this("a delete has no body", 400));
  }
  auto fetched = held_of(counter, what);
  if (auto* why = std::get_if<http::Response>(&fetched)) return std::move(*why);
  const auto& held = std::get<Held>(fetched);
  const auto& there = held.resource;

  Changing doing{by, what, held};
  auto& grants = doing.grants;
  const auto now_there = cells_of(there, app::Action::modify);
  if (what.how == Change::How::patch) {
    // Which operations fail tells of what is there: whoever tries them may read it, too.
    if (auto why = barred(doing, both(now_there, cells_of(there, app::Action::read)), {}))
      return *std::move(why);
    // As its readers see it, without the record system's address.
    auto text = patched(without_upstream(there.bytes, counter.bases()), operations);
    if (const auto* wrong = std::get_if<NotAllowed>(&text)) return refuse_after(grants, *wrong);
    auto read = wanted_of(std::get<std::string>(text), what, counter.bases());
    if (const auto* wrong = std::get_if<NotAllowed>(&read)) return refuse_after(grants, *wrong);
    wanted = std::get<Resource>(std::move(read));
  }
  std::vector<std::string> others;
  if (wanted)
    std::ranges::set_difference(wanted->patients, there.patients, std::back_inserter(others));
  auto cells = wanted ? both(now_there, cells_of(*wanted, app::Action::modify)) : now_there;
  if (auto why = barred(doing, std::move(cells), PatientId{others.empty() ? "" : others[0]}))
    return *std::move(why);
  if (wanted && adds_binary(*wanted, &there, counter.bases()))
    return refuse_after(grants, not_by_binary());
  if (wanted && wanted->glass_tags != there.glass_tags)
    return refuse_after(grants, not_this("the tag of a glass stays: keep meta.tag as it was read"));

  needs::RecordRequest out{.method = wanted ? "PUT" : "DELETE",
                           .target = what.type + "/" + what.id,
                           .headers = {},
                           .body = wanted ? wanted->bytes : std::string{},
                           .bytes_max = limits::resource_bytes_max};
  if (wanted) out.headers.emplace_back("Content-Type", "application/fhir+json");
  out.headers.emplace_back("If-Match", held.version);
  if (wanted && wish_of(request) == Wish::representation) out.headers.push_back(give_it_back);
  auto wrote = wanted ? *std::move(wanted) : Resource{};
  wrote.type = what.type;
  return Ready{.grants = std::move(grants),
               .request = std::move(out),
               .wrote = std::move(wrote),
               .form = form_of(what.how),
               .status = what.how == Change::How::remove ? 204 : 200};
}

}  // namespace halligan::in::fhir
