// writes.cc - creates, and how any write is sent and told: checked whole, decided whole, written
// down, and only then sent.
//
// A write is sent once. Where its answer does not arrive, what became of it is unknown, and that is
// what is written and what the client is told.
#include <algorithm>
#include <array>

#include "base/limits.h"
#include "in/fhir/attachments.h"
#include "in/fhir/gateway.h"
#include "in/fhir/writes.h"

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

http::Response written_as_wished(int status) {
  return outcome(Issue{.status = status,
                       .severity = "information",
                       .code = "informational",
                       .text = "it is written",
                       .diagnostics = {}});
}

}  // namespace

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

const std::pair<std::string, std::string> give_it_back{"Prefer", "return=representation"};

NotAllowed not_this(std::string what, int status) {
  return {.status = status, .code = "business-rule", .what = std::move(what)};
}

std::optional<NotAllowed> wrong_body(const Resource& resource, const std::string& type) {
  if (resource.type != type)
    return not_this("the resource is not of the type that the address names");
  if (resource.too_much)
    return not_this("it has too many references, contained resources, patients or codes: at most " +
                    std::to_string(limits::resource_references_max) + " references and " +
                    std::to_string(limits::resource_contained_max) +
                    " contained resources; write it in parts");
  if (resource.searches)
    return not_this("a reference is a search: refer to one resource, as Type/id");
  if (!resource.checkable)
    return not_this(
        "whose chart it belongs to cannot be checked: refer to the patient as Patient/id, and to "
        "others as Type/id");
  if (resource.patients.empty())
    return not_this("it belongs to no chart: refer to its patient as Patient/id");
  return std::nullopt;
}

NotAllowed not_by_binary() {
  return not_this(
      "an attachment refers to a Binary that it did not refer to before: put what is in "
      "it into attachment.data");
}

std::string version_of(const needs::RecordAnswer& answer) {
  for (const auto& [name, value] : answer.headers)
    if (name == "etag" && version_in(value)) return value;
  return {};
}

// Waits: the answer to a write leaves only when what became of it is durable.
bool Gateway::tell_now(const std::vector<Fate>& fates) {
  const auto durable = edge_.desk.run([&](app::House& house, const Now& now) {
    for (const auto& fate : fates)
      for (const auto& [intent, tally] : fate.of)
        (void)house.perform(
            app::TellOutcome{.intent = intent,
                             .outcome = fate.told.outcome,
                             .resources = fate.told.outcome == facts::Outcome::released ? 1U : 0U,
                             .withheld = 0,
                             .bytes = fate.told.bytes,
                             .upstream_status = fate.told.upstream_status,
                             .new_id = fate.told.new_id},
            now);
  });
  return durable.ok();
}

Gateway::Sent Gateway::send(const Grants& grants, const needs::RecordRequest& request,
                            const std::string& type) {
  Kept kept;
  for (const auto& granted : grants.all) kept.charge(granted);
  auto answer = edge_.records.send(request);
  if (!answer) {
    // Only what never reached the record system is known not to have been written.
    const bool never = answer.fault().code == FaultCode::upstream_unreachable;
    const bool told = tell_now(
        {{kept.tallies,
          {.outcome = never ? facts::Outcome::refused_upstream : facts::Outcome::unknown}}});
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
  if (!tell_now({{kept.tallies, told}})) return taken ? written_but("took") : ledger_stopped();
  if (!taken) return upstream_refused(answer->status);
  auto version = version_of(*answer);
  return Taken{.id = std::move(id), .version = std::move(version), .answer = *std::move(answer)};
}

http::Response Gateway::write(const Counter& counter, Readied readied, Wish wish) {
  if (auto* why = std::get_if<http::Response>(&readied)) return std::move(*why);
  auto& ready = std::get<Ready>(readied);
  if (ready.request.method == "DELETE") wish = Wish::none;  // nothing is left to be given back
  auto sent = send(ready.grants, ready.request, ready.wrote.type);
  if (auto* why = std::get_if<http::Response>(&sent)) return std::move(*why);
  return tell_written(counter, written_of(std::move(ready), std::get<Taken>(std::move(sent))),
                      wish);
}

Gateway::Written Gateway::written_of(Ready ready, Taken taken) const {
  Written out{.grants = std::move(ready.grants),
              .taken = std::move(taken),
              .wrote = std::move(ready.wrote),
              .form = std::move(ready.form),
              .status = ready.status};
  if (ready.request.method != "POST") return out;
  out.wrote.id = out.taken.id;
  if (!out.taken.id.empty())
    out.headers.push_back({"Location", bases_.ours + "/" + out.wrote.type + "/" + out.taken.id});
  return out;
}

http::Response Gateway::tell_written(const Counter& counter, Written what, Wish wish) {
  if (!what.taken.version.empty()) what.headers.push_back({"ETag", what.taken.version});
  if (wish == Wish::representation) {
    if (auto shown = show_written(counter, what)) return *std::move(shown);
    wish = Wish::none;  // the wish is not said to be granted
  }
  http::Response out{.status = what.status, .headers = {}, .body = std::string{}};
  if (wish == Wish::outcome) {
    out = written_as_wished(what.status);
    out.headers.push_back({"Preference-Applied", "return=OperationOutcome"});
  } else if (wish == Wish::minimal) {
    out.headers.push_back({"Preference-Applied", "return=minimal"});
  }
  const auto& access = what.grants.all.front().access();
  out.headers.push_back({"Halligan-Receipt", std::to_string(access.intent)});
  if (!access.glass.empty()) out.headers.push_back({"Halligan-Glass", access.glass.text()});
  std::ranges::move(what.headers, std::back_inserter(out.headers));
  return out;
}

// The right to write is none to read: what came back is looked at and decided as a read of it is.
std::optional<http::Response> Gateway::show_written(const Counter& counter, Written& what) {
  auto scanned = scan_resource(what.taken.answer.body.look(), counter.bases());
  const auto* back = std::get_if<Resource>(&scanned);
  if (back == nullptr || !back->checkable || back->type != what.wrote.type ||
      back->id != what.wrote.id || back->patients != what.wrote.patients)
    return std::nullopt;
  auto decided = counter.decide({.cells = cells_of(*back, app::Action::read),
                                 .form = what.form,
                                 .whole = true,
                                 .earlier = &what.grants,
                                 .check = {}});
  if (std::holds_alternative<Fault>(decided)) return written_but("took");
  if (std::holds_alternative<app::Refusal>(decided)) return std::nullopt;
  Kept kept{.room = counter.hold()};
  kept.charge(std::get<Granted>(decided));
  auto bytes = without_upstream(back->bytes, counter.bases());
  for (auto& [intent, tally] : kept.tallies)
    tally = {.resources = 1, .withheld = 0, .bytes = bytes.size(), .upstream_status = what.status};
  kept.grants = std::move(what.grants);
  kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  what.headers.push_back({"Preference-Applied", "return=representation"});
  auto out = release(std::move(bytes), kept, kept.grants.all.back(), std::move(what.headers));
  out.status = what.status;
  return out;
}

Gateway::Readied Gateway::ready(const Asker& by, const Create& target) {
  const auto& [counter, request, part_of] = by;
  if (request.body.size() > limits::resource_bytes_max)
    return outcome(not_this("the resource is too large", 413));
  auto scanned = scan_resource(request.body, counter.bases());
  if (const auto* wrong = std::get_if<Malformed>(&scanned))
    return outcome(NotAllowed{400, "structure", "the resource cannot be read: " + wrong->what});
  auto& resource = std::get<Resource>(scanned);
  if (const auto wrong = wrong_body(resource, target.type)) return outcome(*wrong);
  if (resource.has_id) return outcome(not_this("a new resource has no id yet: leave it out"));
  if (resource.patients.size() != 1)
    return outcome(not_this("a new resource belongs to one chart: it refers to several patients"));
  if (adds_binary(resource, nullptr, counter.bases())) return outcome(not_by_binary());
  if (!resource.glass_tags.empty())
    return outcome(not_this("the tag of a glass is given by the gateway alone: leave it out"));

  auto decided = counter.decide({.cells = cells_of(resource, app::Action::append),
                                 .form = "create",
                                 .whole = true,
                                 .earlier = nullptr,
                                 .part_of = part_of,
                                 .check = PatientId{resource.patients[0]}});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  Grants grants;
  grants.all.push_back(std::get<Granted>(std::move(decided)));
  std::string body = request.body;
  if (const auto& glass = grants.all.front().access().glass; !glass.empty()) {
    if (const auto wrong = wrong_under_glass(resource)) return refuse_after(grants, *wrong);
    body = splice_tag(body, glass_tag_system, glass.text());
    const auto again = scan_resource(body, counter.bases());
    const auto* spliced = std::get_if<Resource>(&again);
    if (spliced == nullptr || spliced->glass_tags != std::vector{glass.text()} ||
        spliced->patients != resource.patients)
      return refuse_after(
          grants, not_this("its meta cannot be given the tag of the glass: write it plainly"));
  }
  const auto wish = wish_of(request);
  needs::RecordRequest out{.method = "POST",
                           .target = print(target),
                           .headers = {{"Content-Type", "application/fhir+json"}},
                           .body = std::move(body),
                           .bytes_max = limits::resource_bytes_max};
  if (wish == Wish::representation) out.headers.push_back(give_it_back);
  return Ready{.grants = std::move(grants),
               .request = std::move(out),
               .wrote = std::move(resource),
               .form = "create",
               .status = 201};
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

void Gateway::tell_nothing(const Grants& grants) {
  Kept kept;
  for (const auto& granted : grants.all) kept.charge(granted);
  tell(kept.tallies, facts::Outcome::nothing);
}

http::Response Gateway::refuse_after(const Grants& grants, const NotAllowed& why) {
  tell_nothing(grants);
  return outcome(why);
}

}  // namespace halligan::in::fhir
