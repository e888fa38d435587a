#include "core/policy/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/limits.h"
#include "base/must.h"

namespace halligan::policy {
namespace {

template <class Enum>
struct Word {
  Enum value;
  std::string_view text;
};

constexpr std::array<Word<ast::RuleKind>, 4> rule_kinds{{{ast::RuleKind::deny, "deny"},
                                                         {ast::RuleKind::seal, "seal"},
                                                         {ast::RuleKind::allow, "allow"},
                                                         {ast::RuleKind::glass, "glass"}}};
constexpr std::array<Word<ast::Action>, 4> actions{{{ast::Action::search, "search"},
                                                    {ast::Action::read, "read"},
                                                    {ast::Action::append, "append"},
                                                    {ast::Action::modify, "modify"}}};
constexpr std::array<Word<ast::Factor>, 5> factors{{{ast::Factor::password, "password"},
                                                    {ast::Factor::totp, "totp"},
                                                    {ast::Factor::card, "card"},
                                                    {ast::Factor::vouched, "vouched"},
                                                    {ast::Factor::security_key, "security-key"}}};
constexpr std::array<Word<ast::TwoPeople>, 3> acts_of_two{
    {{ast::TwoPeople::roles, "roles"},
     {ast::TwoPeople::factors, "factors"},
     {ast::TwoPeople::terminals, "terminals"}}};
constexpr std::array<Word<ast::CaseKind>, 7> case_kinds{
    {{ast::CaseKind::glass, "glass"},
     {ast::CaseKind::seal, "seal"},
     {ast::CaseKind::access, "access"},
     {ast::CaseKind::self_made_relation, "self-made-relation"},
     {ast::CaseKind::decision_owed, "decision-owed"},
     {ast::CaseKind::patient_question, "patient-question"},
     {ast::CaseKind::expired_review, "expired-review"}}};
constexpr std::array<Word<ast::Start>, 5> starts{{{ast::Start::staff, "staff"},
                                                  {ast::Start::terminal, "terminal"},
                                                  {ast::Start::session, "session"},
                                                  {ast::Start::patient, "patient"},
                                                  {ast::Start::item, "item"}}};
constexpr std::array<Word<ast::Verdict>, 3> verdicts{{{ast::Verdict::deny, "deny"},
                                                      {ast::Verdict::glass, "glass"},
                                                      {ast::Verdict::permit, "permit"}}};

template <class Enum, std::size_t N>
std::string_view text_of(const std::array<Word<Enum>, N>& words, Enum value) {
  for (const auto& word : words) {
    if (word.value == value) return word.text;
  }
  base::stop("value outside its enum", __FILE__, __LINE__);
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const std::array<Word<Enum>, N>& words, std::string_view text) {
  for (const auto& word : words) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 146> types{{
    "Account",
    "ActivityDefinition",
    "AdverseEvent",
    "AllergyIntolerance",
    "Appointment",
    "AppointmentResponse",
    "AuditEvent",
    "Basic",
    "Binary",
    "BiologicallyDerivedProduct",
    "BodyStructure",
    "Bundle",
    "CapabilityStatement",
    "CarePlan",
    "CareTeam",
    "CatalogEntry",
    "ChargeItem",
    "ChargeItemDefinition",
    "Claim",
    "ClaimResponse",
    "ClinicalImpression",
    "CodeSystem",
    "Communication",
    "CommunicationRequest",
    "CompartmentDefinition",
    "Composition",
    "ConceptMap",
    "Condition",
    "Consent",
    "Contract",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "DetectedIssue",
    "Device",
    "DeviceDefinition",
    "DeviceMetric",
    "DeviceRequest",
    "DeviceUseStatement",
    "DiagnosticReport",
    "DocumentManifest",
    "DocumentReference",
    "EffectEvidenceSynthesis",
    "Encounter",
    "Endpoint",
    "EnrollmentRequest",
    "EnrollmentResponse",
    "EpisodeOfCare",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "ExplanationOfBenefit",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "GraphDefinition",
    "Group",
    "GuidanceResponse",
    "HealthcareService",
    "ImagingStudy",
    "Immunization",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "ImplementationGuide",
    "InsurancePlan",
    "Invoice",
    "Library",
    "Linkage",
    "List",
    "Location",
    "Measure",
    "MeasureReport",
    "Media",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationKnowledge",
    "MedicationRequest",
    "MedicationStatement",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "MessageDefinition",
    "MessageHeader",
    "MolecularSequence",
    "NamingSystem",
    "NutritionOrder",
    "Observation",
    "ObservationDefinition",
    "OperationDefinition",
    "OperationOutcome",
    "Organization",
    "OrganizationAffiliation",
    "Parameters",
    "Patient",
    "PaymentNotice",
    "PaymentReconciliation",
    "Person",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "RequestGroup",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "ResearchStudy",
    "ResearchSubject",
    "RiskAssessment",
    "RiskEvidenceSynthesis",
    "Schedule",
    "SearchParameter",
    "ServiceRequest",
    "Slot",
    "Specimen",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Subscription",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "SupplyDelivery",
    "SupplyRequest",
    "Task",
    "TerminologyCapabilities",
    "TestReport",
    "TestScript",
    "ValueSet",
    "VerificationResult",
    "VisionPrescription",
}};
static_assert(std::ranges::is_sorted(types));

bool formed(std::string_view word, bool upper) {
  if (word.empty() || word.size() > limits::id_bytes_max) return false;
  const auto letter = [upper](char c) {
    return upper ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z';
  };
  if (!letter(word.front())) return false;
  return std::ranges::all_of(
      word, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

// Edits (insert, drop, replace, swap of neighbours) from one word to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string_view name_of(ast::RuleKind kind) { return text_of(rule_kinds, kind); }
std::string_view name_of(ast::Action action) { return text_of(actions, action); }
std::string_view name_of(ast::Factor factor) { return text_of(factors, factor); }
std::string_view name_of(ast::CaseKind kind) { return text_of(case_kinds, kind); }
std::string_view name_of(ast::Start start) { return text_of(starts, start); }
std::string_view name_of(ast::Verdict verdict) { return text_of(verdicts, verdict); }

std::optional<ast::Action> action_of(std::string_view word) { return value_of(actions, word); }
std::optional<ast::Factor> factor_of(std::string_view word) { return value_of(factors, word); }
std::string_view name_of(ast::TwoPeople what) { return text_of(acts_of_two, what); }
std::optional<ast::TwoPeople> two_people_of(std::string_view word) {
  return value_of(acts_of_two, word);
}
std::optional<ast::CaseKind> case_kind_of(std::string_view word) {
  return value_of(case_kinds, word);
}
std::optional<ast::Start> start_of(std::string_view word) { return value_of(starts, word); }
std::optional<ast::Verdict> verdict_of(std::string_view word) { return value_of(verdicts, word); }

std::span<const std::string_view> resource_types() { return types; }
bool is_resource_type(std::string_view word) { return std::ranges::binary_search(types, word); }

bool is_name(std::string_view word) { return formed(word, false); }
bool is_code(std::string_view word) { return formed(word, true); }

bool is_locale(std::string_view word) {
  static constexpr auto all = [](std::string_view part, auto is) {
    return std::ranges::all_of(part, is);
  };
  static constexpr auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  static constexpr auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto next = [&] {
    const auto part = word.substr(0, word.find('-'));
    word.remove_prefix(std::min(part.size() + 1, word.size()));
    return part;
  };
  if (word.ends_with('-')) return false;
  auto part = next();
  if (part.size() < 2 || part.size() > 3 || !all(part, letter)) return false;
  if (word.empty()) return true;
  part = next();
  if (part.size() == 4 && all(part, letter)) {
    if (word.empty()) return true;
    part = next();
  }
  const bool region =
      (part.size() == 2 && all(part, letter)) || (part.size() == 3 && all(part, digit));
  return region && word.empty();
}

std::optional<std::string_view> did_you_mean(std::string_view word,
                                             std::span<const std::string_view> known) {
  if (word.size() > 2 * limits::id_bytes_max) return std::nullopt;
  const std::size_t near = word.size() < 4 ? 1 : word.size() < 8 ? 2 : 3;
  std::optional<std::string_view> best;
  std::size_t least = near + 1;
  for (const auto candidate : known) {
    const std::size_t edits = distance(word, candidate);
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

std::string quoted(std::string_view word) { return "`" + std::string(word) + "`"; }

std::string hint(std::string_view word, std::span<const std::string_view> known) {
  if (const auto meant = did_you_mean(word, known)) return "; did you mean " + quoted(*meant) + "?";
  if (known.empty() || known.size() > 12) return "";
  std::string out = "; known are: ";
  for (std::size_t i = 0; i < known.size(); ++i) out += (i == 0 ? "" : ", ") + quoted(known[i]);
  return out;
}

std::optional<ast::Span> parse_span(std::string_view text) {
  ast::Span span;
  const auto d = text.find('d');
  if (d != std::string_view::npos) {
    if (!parse_duration(text.substr(0, d + 1))) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + d, span.days);
    if (error != std::errc{} || end != text.data() + d) return std::nullopt;
    text.remove_prefix(d + 1);
    if (text.empty()) return span;
  }
  const auto exact = parse_duration(text);
  if (!exact) return std::nullopt;
  span.exact = *exact;
  return span;
}

std::string span_text(const ast::Span& span) {
  std::string out = span.days == 0 ? "" : std::to_string(span.days) + "d";
  std::int64_t left = span.exact.count() / 1000;
  for (const auto& [letter, seconds] : {std::pair{'h', 3600}, {'m', 60}, {'s', 1}}) {
    if (left >= seconds) out += std::to_string(left / seconds) + letter;
    left %= seconds;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace halligan::policy
