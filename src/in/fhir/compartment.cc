// compartment.cc - the R4 patient compartment, type by type.
//
// The links are the parameters of CompartmentDefinition/patient 4.0.1 with the elements that they
// search; the one that owns the resource comes first.
#include "in/fhir/compartment.h"

#include <algorithm>
#include <array>

namespace halligan::in::fhir {
namespace {

constexpr std::array table{
    Compartment{"Account", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"AdverseEvent", "subject", "", {{{"subject", "subject"}}}},
    Compartment{"AllergyIntolerance",
                "patient",
                "",
                {{{"patient", "patient"}, {"recorder", "recorder"}, {"asserter", "asserter"}}}},
    Compartment{"Appointment", "patient", "", {{{"actor", "participant.actor"}}}},
    Compartment{"AppointmentResponse", "patient", "", {{{"actor", "actor"}}}},
    Compartment{
        "AuditEvent", "patient", "", {{{"patient", "agent.who"}, {"patient", "entity.what"}}}},
    Compartment{"Basic", "patient", "subject", {{{"patient", "subject"}, {"author", "author"}}}},
    Compartment{"BodyStructure", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"CarePlan",
                "patient",
                "subject",
                {{{"patient", "subject"}, {"performer", "activity.detail.performer"}}}},
    Compartment{"CareTeam",
                "patient",
                "subject",
                {{{"patient", "subject"}, {"participant", "participant.member"}}}},
    Compartment{"ChargeItem", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"Claim", "patient", "", {{{"patient", "patient"}, {"payee", "payee.party"}}}},
    Compartment{"ClaimResponse", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"ClinicalImpression", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"Communication",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"sender", "sender"}, {"recipient", "recipient"}}}},
    Compartment{"CommunicationRequest",
                "patient",
                "subject",
                {{{"subject", "subject"},
                  {"sender", "sender"},
                  {"recipient", "recipient"},
                  {"requester", "requester"}}}},
    Compartment{"Composition",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"author", "author"}, {"attester", "attester.party"}}}},
    Compartment{
        "Condition", "patient", "subject", {{{"patient", "subject"}, {"asserter", "asserter"}}}},
    Compartment{"Consent", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"Coverage",
                "patient",
                "",
                {{{"beneficiary", "beneficiary"},
                  {"policy-holder", "policyHolder"},
                  {"subscriber", "subscriber"},
                  {"payor", "payor"}}}},
    Compartment{"CoverageEligibilityRequest", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"CoverageEligibilityResponse", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"DetectedIssue", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"DeviceRequest",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"performer", "performer"}}}},
    Compartment{"DeviceUseStatement", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"DiagnosticReport", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"DocumentManifest",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"author", "author"}, {"recipient", "recipient"}}}},
    Compartment{"DocumentReference",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"author", "author"}}}},
    Compartment{"Encounter", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"EnrollmentRequest", "patient", "subject", {{{"subject", "candidate"}}}},
    Compartment{"EpisodeOfCare", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"ExplanationOfBenefit",
                "patient",
                "",
                {{{"patient", "patient"}, {"payee", "payee.party"}}}},
    Compartment{"FamilyMemberHistory", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"Flag", "patient", "subject", {{{"patient", "subject"}}}},
    Compartment{"Goal", "patient", "subject", {{{"patient", "subject"}}}},
    Compartment{"Group", "member", "", {{{"member", "member.entity"}}}},
    Compartment{"ImagingStudy", "patient", "subject", {{{"patient", "subject"}}}},
    Compartment{"Immunization", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"ImmunizationEvaluation", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"ImmunizationRecommendation", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"Invoice",
                "patient",
                "subject",
                {{{"patient", "subject"}, {"subject", "subject"}, {"recipient", "recipient"}}}},
    Compartment{"List", "patient", "subject", {{{"subject", "subject"}, {"source", "source"}}}},
    Compartment{"MeasureReport", "patient", "subject", {{{"patient", "subject"}}}},
    Compartment{"Media", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{
        "MedicationAdministration",
        "patient",
        "subject",
        {{{"patient", "subject"}, {"subject", "subject"}, {"performer", "performer.actor"}}}},
    Compartment{"MedicationDispense",
                "patient",
                "subject",
                {{{"patient", "subject"}, {"subject", "subject"}, {"receiver", "receiver"}}}},
    Compartment{"MedicationRequest", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"MedicationStatement", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"MolecularSequence", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"NutritionOrder", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"Observation",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"performer", "performer"}}}},
    Compartment{"Patient", "", "", {{{"link", "link.other"}}}},
    Compartment{"Person", "patient", "", {{{"patient", "link.target"}}}},
    Compartment{"Procedure",
                "patient",
                "subject",
                {{{"patient", "subject"}, {"performer", "performer.actor"}}}},
    Compartment{"Provenance", "patient", "", {{{"patient", "target"}}}},
    Compartment{"QuestionnaireResponse",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"author", "author"}}}},
    Compartment{"RelatedPerson", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"RequestGroup",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"participant", "action.participant"}}}},
    Compartment{"ResearchSubject", "patient", "", {{{"individual", "individual"}}}},
    Compartment{"RiskAssessment", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"Schedule", "actor", "", {{{"actor", "actor"}}}},
    Compartment{"ServiceRequest",
                "patient",
                "subject",
                {{{"subject", "subject"}, {"performer", "performer"}}}},
    Compartment{"Specimen", "patient", "subject", {{{"subject", "subject"}}}},
    Compartment{"SupplyDelivery", "patient", "", {{{"patient", "patient"}}}},
    Compartment{"SupplyRequest", "subject", "", {{{"subject", "deliverTo"}}}},
    Compartment{"Task", "patient", "subject", {{{"patient", "for"}, {"focus", "focus"}}}},
    Compartment{"VisionPrescription", "patient", "", {{{"patient", "patient"}}}},
};
static_assert(table.size() == 67);

// Types without a patient that a policy may open by naming them.
constexpr std::array<std::string_view, 14> shared{
    "CodeSystem",   "Device",           "Endpoint",      "HealthcareService",
    "Location",     "Medication",       "Organization",  "OrganizationAffiliation",
    "Practitioner", "PractitionerRole", "Questionnaire", "Slot",
    "Substance",    "ValueSet"};

}  // namespace

std::span<const Compartment> compartments() { return table; }

const Compartment* compartment_of(std::string_view type) {
  const auto at = std::ranges::lower_bound(table, type, {}, &Compartment::type);
  return at != table.end() && at->type == type ? &*at : nullptr;
}

bool is_shared_type(std::string_view type) { return std::ranges::binary_search(shared, type); }

}  // namespace halligan::in::fhir
