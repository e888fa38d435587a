#include "in/fhir/includes.h"

#include <algorithm>

#include "in/fhir/compartment.h"

namespace halligan::in::fhir {
namespace {

using std::string_view;

// Search parameters of FHIR R4 that are references, to what is in the same chart or in nobody's.
constexpr std::array table{
    IncludeLink{"AllergyIntolerance", "asserter", "asserter", {"Practitioner", "PractitionerRole"}},
    IncludeLink{"AllergyIntolerance", "recorder", "recorder", {"Practitioner", "PractitionerRole"}},
    IncludeLink{"CarePlan", "condition", "addresses", {"Condition"}},
    IncludeLink{"CarePlan", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"CarePlan", "goal", "goal", {"Goal"}},
    IncludeLink{"Composition", "author", "author", {"Practitioner", "PractitionerRole"}},
    IncludeLink{"Composition", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"Condition", "asserter", "asserter", {"Practitioner", "PractitionerRole"}},
    IncludeLink{"Condition", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"DiagnosticReport", "based-on", "basedOn", {"ServiceRequest"}},
    IncludeLink{"DiagnosticReport", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"DiagnosticReport", "media", "media.link", {"Media"}},
    IncludeLink{"DiagnosticReport",
                "performer",
                "performer",
                {"Practitioner", "PractitionerRole", "Organization"}},
    IncludeLink{"DiagnosticReport", "result", "result", {"Observation"}},
    IncludeLink{"DiagnosticReport", "specimen", "specimen", {"Specimen"}},
    IncludeLink{"DocumentReference",
                "author",
                "author",
                {"Practitioner", "PractitionerRole", "Organization"}},
    IncludeLink{"DocumentReference", "custodian", "custodian", {"Organization"}},
    IncludeLink{"DocumentReference", "encounter", "context.encounter", {"Encounter"}},
    IncludeLink{"Encounter", "diagnosis", "diagnosis.condition", {"Condition", "Procedure"}},
    IncludeLink{"Encounter", "location", "location.location", {"Location"}},
    IncludeLink{
        "Encounter", "participant", "participant.individual", {"Practitioner", "PractitionerRole"}},
    IncludeLink{"Encounter", "service-provider", "serviceProvider", {"Organization"}},
    IncludeLink{"ImagingStudy", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"Immunization", "location", "location", {"Location"}},
    IncludeLink{"Immunization",
                "performer",
                "performer.actor",
                {"Practitioner", "PractitionerRole", "Organization"}},
    IncludeLink{"MedicationAdministration", "medication", "medicationReference", {"Medication"}},
    IncludeLink{"MedicationAdministration",
                "performer",
                "performer.actor",
                {"Practitioner", "PractitionerRole"}},
    IncludeLink{"MedicationAdministration", "request", "request", {"MedicationRequest"}},
    IncludeLink{"MedicationDispense", "medication", "medicationReference", {"Medication"}},
    IncludeLink{
        "MedicationDispense", "prescription", "authorizingPrescription", {"MedicationRequest"}},
    IncludeLink{"MedicationRequest", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"MedicationRequest", "medication", "medicationReference", {"Medication"}},
    IncludeLink{"MedicationRequest",
                "requester",
                "requester",
                {"Practitioner", "PractitionerRole", "Organization"}},
    IncludeLink{"MedicationStatement", "medication", "medicationReference", {"Medication"}},
    IncludeLink{"Observation", "based-on", "basedOn", {"ServiceRequest"}},
    IncludeLink{"Observation", "derived-from", "derivedFrom", {"Observation"}},
    IncludeLink{"Observation", "device", "device", {"Device"}},
    IncludeLink{"Observation", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"Observation", "has-member", "hasMember", {"Observation"}},
    IncludeLink{"Observation",
                "performer",
                "performer",
                {"Practitioner", "PractitionerRole", "Organization"}},
    IncludeLink{"Observation", "specimen", "specimen", {"Specimen"}},
    IncludeLink{"Procedure", "based-on", "basedOn", {"ServiceRequest"}},
    IncludeLink{"Procedure", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"Procedure", "location", "location", {"Location"}},
    IncludeLink{"Procedure",
                "performer",
                "performer.actor",
                {"Practitioner", "PractitionerRole", "Organization"}},
    IncludeLink{"ServiceRequest", "encounter", "encounter", {"Encounter"}},
    IncludeLink{"ServiceRequest",
                "requester",
                "requester",
                {"Practitioner", "PractitionerRole", "Organization"}},
    IncludeLink{"ServiceRequest", "specimen", "specimen", {"Specimen"}},
    IncludeLink{"Specimen", "request", "request", {"ServiceRequest"}},
};

}  // namespace

bool IncludeLink::may_be_to(string_view target) const {
  return !target.empty() && std::ranges::find(targets, target) != targets.end();
}

std::vector<IncludeLink> include_links(string_view type, bool reverse) {
  std::vector<IncludeLink> out;
  for (const auto& link : table)
    if (reverse ? link.may_be_to(type) : link.type == type) out.push_back(link);
  const auto* of = compartment_of(type);
  if (reverse || of == nullptr) return out;
  for (const auto name : {of->search_by, of->search_also})
    if (name == "patient" || name == "subject")
      out.push_back({of->type, name, of->links[0].path, {"Patient"}});
  return out;
}

std::optional<Include> include_of(string_view type, string_view value, bool reverse) {
  for (auto link : include_links(type, reverse)) {
    const auto name = link.name();
    if (!value.starts_with(name)) continue;
    auto target = value.substr(name.size());
    if (!target.empty() && !target.starts_with(':')) continue;  // a longer name
    if (!target.empty()) {
      target.remove_prefix(1);
      if (reverse ? target != type : !link.may_be_to(target)) return std::nullopt;
    }
    const auto only = reverse ? type : target;
    if (!only.empty()) link.targets = {*std::ranges::find(link.targets, only)};
    return Include{link, reverse};
  }
  return std::nullopt;
}

std::vector<Include> includes_of(const Search& search) {
  std::vector<Include> out;
  for (const auto& param : search.params) {
    const bool reverse = param.name == "_revinclude";
    if (!reverse && param.name != "_include") continue;
    if (auto include = include_of(search.type, param.value, reverse))
      out.push_back(*include);
  }
  return out;
}

}  // namespace halligan::in::fhir
