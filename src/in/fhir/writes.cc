// writes.cc - create, update, delete: checked whole, decided whole, written down, and only then
// sent.
//
// A write is sent once. Where its answer does not arrive, what became of it is unknown, and that is
// what is written and what the client is told.
#include <algorithm>
#include <array>

#include "base/limits.h"
#include "in/fhir/gateway.h"

namespace halligan::in::fhir {
namespace {

// What may be appended by a glass: what is written at the bedside. Nothing of who pays, consents or
// is whose kin.
constexpr std::array<std::string_view, 24> bedside{"AllergyIntolerance",
                                                   "BodyStructure",
                                                   "CarePlan",
                                                   "ClinicalImpression",
                                                   "Communication",
                                                   "Composition",
                                                   "Condition",
                                                   "DetectedIssue",
                                                   "DiagnosticReport",
                                                   "DocumentReference",
                                                   "Encounter",
                                                   "Flag",
                                                   "Goal",
                                                   "ImagingStudy",
                                                   "Immunization",
                                                   "MedicationAdministration",
                                                   "MedicationDispense",
                                                   "MedicationRequest",
                                                   "MedicationStatement",
                                                   "NutritionOrder",
                                                   "Observation",
                                                   "Procedure",
                                                   "ServiceRequest",
                                                   "Specimen"};

NotAllowed not_this(std::string what, int status = 422) {
  return {.status = status, .code = "business-rule", .what = std::move(what)};
}

// What is wrong with a resource that a client wants written.
std::optional<NotAllowed> wrong_body(const Resource& resource, const std::string& type) {
  if (resource.type != type)
    return not_this("the resource is not of the type that the address names");
  if (resource.too_much)
    return not_this("it has too many references, contained resources, patients or codes: at most " +
                    std::to_string(limits::resource_references_max) + " references and " +
                    std::to_string(limits::resource_contained_max) +
                    " contained resources; write it in parts");
  if (!resource.checkable)
    return not_this(
        "whose chart it belongs to cannot be checked: refer to the patient as Patient/id, and to "
        "others as Type/id");
  if (resource.patients.empty())
    return not_this("it belongs to no chart: refer to its patient as Patient/id");
  return std::nullopt;
}

std::string version_of(const needs::RecordAnswer& answer) {
  for (const auto& [name, value] : answer.headers)
    if (name == "etag" && value.size() > 4 && value.starts_with("W/\"") && value.ends_with('"') &&
        valid_id(std::string_view{value}.substr(3, value.size() - 4)))
      return value;
  return {};
}

// "http://upstream/fhir/Observation/o-9/_history/1" -> "o-9"; else the id in the body.
std::string new_id_of(const needs::RecordAnswer& answer, const std::string& type,
                      const Bases& bases) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "location" && name != "content-location") continue;
    const auto at = value.rfind("/" + type + "/");
    if (at == std::string::npos) continue;
    auto id = std::string_view{value}.substr(at + type.size() + 2);
    id = id.substr(0, id.find('/'));
    if (valid_id(id)) return std::string{id};
  }
  const auto body = scan_resource(answer.body.look(), bases);
  const auto* resource = std::get_if<Resource>(&body);
  const bool named = resource != nullptr && resource->type == type && valid_id(resource->id);
  return named ? resource->id : std::string{};
}

http::Response unknown_whether_written() {
  return outcome(Issue{.status = 504,
                       .code = "timeout",
                       .text = "the record system did not answer: whether it was written is "
                               "unknown; look before you write it again",
                       .diagnostics = {}});
}

http::Response written_but(const std::string& what) {
  return outcome(Issue{.status = 503,
                       .code = "no-store",
                       .text = "the record system " + what +
                               " it, but the ledger stopped before that was written down: do not "
                               "send it again; go by the downtime procedure of your department",
                       .diagnostics = {}});
}

}  // namespace

// Waits: the answer to a write leaves only when what became of it is durable.
bool Gateway::tell_now(const Tallies& tallies, const Told& told) {
  const auto durable = edge_.desk.run([&](app::House& house, const Now& now) {
    for (const auto& [intent, tally] : tallies)
      (void)house.perform(
          app::TellOutcome{.intent = intent,
                           .outcome = told.outcome,
                           .resources = told.outcome == facts::Outcome::released ? 1U : 0U,
                           .withheld = 0,
                           .bytes = told.bytes,
                           .upstream_status = told.upstream_status,
                           .new_id = told.new_id},
          now);
  });
  return durable.ok();
}

Gateway::Sent Gateway::send(const Granted& granted, const needs::RecordRequest& request,
                            const std::string& type) {
  Kept kept;
  kept.charge(granted);
  const auto answer = edge_.records.send(request);
  if (!answer) {
    // Only what never reached the record system is known not to have been written.
    const bool never = answer.fault().code == FaultCode::upstream_unreachable;
    const bool told = tell_now(kept.tallies, {.outcome = never ? facts::Outcome::refused_upstream
                                                               : facts::Outcome::unknown});
    if (!told) return ledger_stopped();
    return never ? trouble(answer.fault()) : unknown_whether_written();
  }
  const bool taken = answer->status >= 200 && answer->status < 300;
  Told told{.outcome = taken ? facts::Outcome::released : facts::Outcome::refused_upstream,
            .bytes = request.body.size(),
            .upstream_status = answer->status,
            .new_id = {}};
  std::string id;
  if (taken && request.method == "POST") {
    id = new_id_of(*answer, type, bases_);
    if (!id.empty()) told.new_id = type + "/" + id;
  }
  if (!tell_now(kept.tallies, told)) return taken ? written_but("took") : ledger_stopped();
  if (!taken) return upstream_refused(answer->status);
  return Taken{.id = std::move(id), .version = version_of(*answer)};
}

http::Headers Gateway::write_headers(const Granted& granted, const Taken& taken) {
  http::Headers out{{"Halligan-Receipt", std::to_string(granted.access().intent)}};
  if (!granted.access().glass.empty())
    out.push_back({"Halligan-Glass", granted.access().glass.text()});
  if (!taken.version.empty()) out.push_back({"ETag", taken.version});
  return out;
}

http::Response Gateway::create(const Counter& counter, const Create& target,
                               const http::Request& request) {
  if (request.body.size() > limits::resource_bytes_max)
    return outcome(not_this("the resource is too large", 413));
  auto scanned = scan_resource(request.body, counter.bases());
  if (const auto* wrong = std::get_if<Malformed>(&scanned))
    return outcome(NotAllowed{400, "structure", "the resource cannot be read: " + wrong->what});
  const auto& resource = std::get<Resource>(scanned);
  if (const auto wrong = wrong_body(resource, target.type)) return outcome(*wrong);
  if (resource.has_id) return outcome(not_this("a new resource has no id yet: leave it out"));
  if (resource.patients.size() != 1)
    return outcome(not_this("a new resource belongs to one chart: it refers to several patients"));
  if (!resource.glass_tags.empty())
    return outcome(not_this("the tag of a glass is given by the gateway alone: leave it out"));

  auto decided = counter.decide({.cells = cells_of(resource, app::Action::append),
                                 .form = "create",
                                 .whole = true,
                                 .earlier = nullptr,
                                 .check = PatientId{resource.patients[0]}});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  const auto& granted = std::get<Granted>(decided);
  std::string body = request.body;
  if (const auto& glass = granted.access().glass; !glass.empty()) {
    if (const auto wrong = wrong_under_glass(resource)) return refuse_after(granted, *wrong);
    body = splice_tag(body, glass_tag_system, glass.text());
    const auto again = scan_resource(body, counter.bases());
    const auto* spliced = std::get_if<Resource>(&again);
    if (spliced == nullptr || spliced->glass_tags != std::vector{glass.text()} ||
        spliced->patients != resource.patients)
      return refuse_after(
          granted, not_this("its meta cannot be given the tag of the glass: write it plainly"));
  }
  auto sent = send(granted,
                   {.method = "POST",
                    .target = print(target),
                    .headers = {{"Content-Type", "application/fhir+json"}},
                    .body = std::move(body),
                    .bytes_max = limits::resource_bytes_max},
                   target.type);
  if (auto* why = std::get_if<http::Response>(&sent)) return std::move(*why);
  const auto& taken = std::get<Taken>(sent);
  auto headers = write_headers(granted, taken);
  if (!taken.id.empty())
    headers.push_back({"Location", bases_.ours + "/" + target.type + "/" + taken.id});
  return {.status = 201, .headers = std::move(headers), .body = std::string{}};
}

std::optional<NotAllowed> Gateway::wrong_under_glass(const Resource& resource) {
  if (!std::ranges::binary_search(bedside, resource.type))
    return not_this(resource.type + " cannot be added under a glass: it takes an ordinary grant",
                    403);
  if (!resource.supersedes.empty())
    return not_this(
        "under a glass nothing takes the place of another: leave out " + resource.supersedes, 403);
  if (resource.modified)
    return not_this(
        "under a glass nothing changes what the rest means: leave out modifierExtension", 403);
  return std::nullopt;
}

http::Response Gateway::refuse_after(const Granted& granted, const NotAllowed& why) {
  Kept kept;
  kept.charge(granted);
  tell(kept.tallies, facts::Outcome::nothing);
  return outcome(why);
}

http::Response Gateway::change(const Counter& counter, const Target& target,
                               const http::Request& request) {
  const auto* update = std::get_if<Update>(&target);
  const Read where = update != nullptr
                         ? Read{update->type, update->id}
                         : Read{std::get<Delete>(target).type, std::get<Delete>(target).id};
  std::optional<Resource> wanted;
  if (update != nullptr) {
    if (request.body.size() > limits::resource_bytes_max)
      return outcome(not_this("the resource is too large", 413));
    auto scanned = scan_resource(request.body, counter.bases());
    if (const auto* wrong = std::get_if<Malformed>(&scanned))
      return outcome(NotAllowed{400, "structure", "the resource cannot be read: " + wrong->what});
    wanted = std::get<Resource>(std::move(scanned));
    if (const auto wrong = wrong_body(*wanted, update->type)) return outcome(*wrong);
    if (wanted->patients.size() > 2)
      return outcome(not_this("a change concerns two charts at most"));
    if (wanted->id != update->id)
      return outcome(not_this("the id in the resource is not the id in the address"));
  } else if (!request.body.empty()) {
    return outcome(not_this("a delete has no body", 400));
  }

  // What is there decides, too: nobody moves or removes what they could not see to be theirs.
  const auto fetched = fetch(where.type + "/" + where.id, limits::resource_bytes_max);
  if (!fetched) return trouble(fetched.fault());
  auto scanned = scan_resource(fetched->body.look(), counter.bases());
  const auto* held = fetched->status == 200 ? std::get_if<Resource>(&scanned) : nullptr;
  const auto by_id = where.type + "/" + where.id;
  if (held == nullptr || !held->checkable || held->type != where.type || held->id != where.id) {
    if (held != nullptr || fetched->status == 404 || fetched->status == 410)
      return nothing_there(counter, by_id);
    return fetched->status == 200 ? upstream_trouble(FaultCode::upstream_nonsense)
                                  : upstream_refused(fetched->status);
  }
  auto cells = cells_of(*held, app::Action::modify);
  std::vector<std::string> others;
  if (wanted) {
    for (auto& cell : cells_of(*wanted, app::Action::modify))
      if (std::ranges::find(cells, cell) == cells.end()) cells.push_back(std::move(cell));
    std::ranges::set_difference(wanted->patients, held->patients, std::back_inserter(others));
  }
  auto decided = counter.decide({.cells = std::move(cells),
                                 .form = wanted ? "update" : "delete",
                                 .whole = true,
                                 .earlier = nullptr,
                                 .check = PatientId{others.empty() ? "" : others[0]},
                                 .by_id = held->type == "Patient" ? std::string{} : by_id});
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) {
    return held->type == "Patient" ? refused(*refusal) : refused_by_id(*refusal);
  }
  const auto& granted = std::get<Granted>(decided);
  if (!granted.access().glass.empty())
    return refuse_after(granted, not_this("nothing is changed or deleted under a glass", 403));
  if (wanted && wanted->glass_tags != held->glass_tags)
    return refuse_after(granted,
                        not_this("the tag of a glass stays: keep meta.tag as it was read"));
  // What was looked at is what is changed: without a version nobody could hold it to that.
  const auto version = held->version.empty() ? version_of(*fetched) : "W/\"" + held->version + "\"";
  if (version.empty())
    return refuse_after(granted, not_this("the record system does not tell the version of this "
                                          "resource, so it cannot be changed safely",
                                          501));
  if (update != nullptr && !update->if_match.empty() && update->if_match != version)
    return refuse_after(granted,
                        {412, "conflict", "the resource was changed meanwhile: read it again"});

  needs::RecordRequest out{.method = wanted ? "PUT" : "DELETE",
                           .target = where.type + "/" + where.id,
                           .headers = {},
                           .body = wanted ? request.body : std::string{},
                           .bytes_max = limits::resource_bytes_max};
  if (wanted) out.headers.emplace_back("Content-Type", "application/fhir+json");
  out.headers.emplace_back("If-Match", version);
  auto sent = send(granted, out, where.type);
  if (auto* why = std::get_if<http::Response>(&sent)) return std::move(*why);
  return {.status = wanted ? 200 : 204,
          .headers = write_headers(granted, std::get<Taken>(sent)),
          .body = std::string{}};
}

}  // namespace halligan::in::fhir
