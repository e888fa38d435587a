// hospital.cc - the made-up hospital, and the counted heap.
#include "benchmarks/hospital.h"

#include <malloc.h>

#include <cstdlib>
#include <new>
#include <random>

#include "base/must.h"
#include "core/policy/parse.h"

namespace {
std::size_t live_bytes = 0;
std::size_t calls = 0;
}  // namespace

// Counts what a decision may not do, and what a fact takes.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* at = std::malloc(size == 0 ? 1 : size);
  if (at == nullptr) throw std::bad_alloc{};
  ++calls;
  live_bytes += ::malloc_usable_size(at);
  return at;
}
[[gnu::noinline]] void operator delete(void* at) noexcept {
  live_bytes -= ::malloc_usable_size(at);
  std::free(at);
}
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { operator delete(at); }

namespace halligan::bench {
namespace {

using namespace policy;

constexpr int extra_roles = 53;  // beside the first seven
constexpr int first_rules = 30;

std::string preamble() {
  std::string text = R"(
hospital = "Bench"
timezone = "Europe/London"
)";
  text +=
      "roles = [\"physician\", \"nurse\", \"therapist\", \"paramedic\", \"it-support\", "
      "\"billing\", \"officer\"";
  for (int i = 0; i < extra_roles; ++i) text += ", \"role-" + std::to_string(i) + "\"";
  text += R"(]
[relations]
member     = { from = "staff",   to = "team" }
referral   = { from = "team",    to = "patient" }
works_on   = { from = "staff",   to = "unit" }
admitted   = { from = "patient", to = "unit", source = "adt", stale_after = "15m" }
is         = { from = "staff",   to = "patient" }
excludes   = { from = "patient", to = "staff" }
attending  = { from = "staff",   to = "patient" }
[flags]
VIP = {}
EMP = {}
RESEARCH = {}
[places]
emergency = { ids = ["emergency"] }
[classes]
emergency-set = ["Patient", "AllergyIntolerance", "MedicationRequest", "Condition",
  "Observation{laboratory, 30d}"]
claims = ["Claim", "ExplanationOfBenefit"]
psychotherapy = { of = ["label:PSYTHPN"], named_only = true }
)";
  return text;
}

// Ten rules with the three reasons.
constexpr const char* small_policy = R"([[deny]]
name = "own-record"
via = "staff : is"
[[deny]]
name = "excluded"
via = "staff : ^excludes"
hide = true
[[seal]]
name = "vip"
flags = ["VIP", "EMP"]
except = ["open-referral"]
ask = { acknowledge = "Yes." }
[[seal]]
name = "self-made"
when = "staff : recorded_by_self"
ask = { review = { by = "officer", within = "72h" } }
[[allow]]
name = "open-referral"
via = "staff : member / referral"
actions = ["read", "append", "modify"]
[[allow]]
name = "same-ward"
via = "staff : works_on / ^admitted"
roles = ["physician", "nurse"]
actions = ["read", "append", "modify"]
around = { admitted = { lead = "7d", lag = "30d" } }
[[allow]]
name = "emergency"
place = "emergency"
roles = ["physician", "nurse"]
actions = ["read", "append"]
)";

constexpr const char* more_of_it = R"([[deny]]
name = "claims"
data = ["claims"]
except_roles = ["billing"]
[[allow]]
name = "find"
actions = ["search"]
[[allow]]
name = "attending"
via = "staff : attending"
actions = ["read", "append", "modify"]
)";

std::string reasons() {
  std::string text;
  const auto reason = [&](const std::string& name, const std::string& more) {
    text += "[[glass]]\nreason = \"" + name +
            "\"\nlabel = \"L\"\npurpose = \"BTG\"\nprompts = [\"Why?\"]\n"
            "proof = { any = [\"totp\"], not_older_than = \"5m\" }\n"
            "review = { by = \"officer\", within = \"24h\" }\n" +
            more;
  };
  reason("clinical-access", "roles = [\"physician\", \"nurse\", \"therapist\"]\n");
  reason("life-threat",
         "roles = [\"physician\", \"nurse\", \"paramedic\"]\ndata = \"emergency-set\"\n");
  reason("system-support", "roles = [\"it-support\"]\n");
  return text;
}

// Rules of roles, data and paths, as a policy grows them.
std::string grown(int i) {
  std::string text = "[[allow]]\nname = \"more-" + std::to_string(i) + "\"\nactions = [\"read\"]\n";
  switch (i % 3) {
    case 0: return text + "roles = [\"therapist\"]\ndata = [\"Observation\", \"Procedure\"]\n";
    case 1:
      return text +
             "roles = [\"nurse\"]\nvia = \"staff : works_on / ^admitted\"\ndata = "
             "[\"Observation\"]\n";
    default:
      return text +
             "roles = [\"physician\"]\ndata = [\"psychotherapy\"]\nvia = \"staff : member / "
             "referral\"\n";
  }
}

// What departments bring: one in ten a deny, one a seal, one a reason, the others allow.
std::string of_a_department(int i) {
  static constexpr const char* types[] = {"Observation",
                                          "Condition",
                                          "Procedure",
                                          "Encounter",
                                          "Immunization",
                                          "CarePlan",
                                          "Goal",
                                          "DiagnosticReport",
                                          "Appointment",
                                          "DocumentReference",
                                          "Specimen",
                                          "CareTeam",
                                          "Communication",
                                          "Consent",
                                          "Coverage",
                                          "Device",
                                          "FamilyMemberHistory",
                                          "MedicationAdministration",
                                          "NutritionOrder",
                                          "Task"};
  const std::string name = "department-" + std::to_string(i);
  const std::string data = std::string{"data = [\""} + types[i % 20] + "\", \"" +
                           types[(i * 7 + 3) % 20 == i % 20 ? (i + 1) % 20 : (i * 7 + 3) % 20] +
                           "\"]\n";
  const int place = (i * 11) % (extra_roles + 2);  // physicians and nurses have their share
  const std::string role = place == 0   ? "physician"
                           : place == 1 ? "nurse"
                                        : "role-" + std::to_string(place - 2);
  const std::string roles = "roles = [\"" + role + "\"]\n";
  switch (i % 10) {
    case 0: return "[[deny]]\nname = \"" + name + "\"\nvia = \"staff : ^excludes\"\n" + data;
    case 1:
      return "[[seal]]\nname = \"" + name + "\"\nflags = [\"RESEARCH\"]\n" + data +
             "ask = { acknowledge = \"Yes.\" }\n";
    case 2:
      return "[[glass]]\nreason = \"" + name +
             "\"\nlabel = \"L\"\npurpose = \"BTG\"\nprompts = [\"Why?\"]\n"
             "review = { by = \"officer\", within = \"24h\" }\n" +
             roles + data;
    default: break;
  }
  const std::string path =
      i % 2 == 0 ? "staff : works_on / ^admitted" : "staff : member / referral";
  return "[[allow]]\nname = \"" + name + "\"\nactions = [\"read\"]\n" + roles + data + "via = \"" +
         path + "\"\n";
}

}  // namespace

std::size_t heap_bytes() { return live_bytes; }
std::size_t heap_calls() { return calls; }

std::string policy_text(int rules) {
  std::string text = preamble();
  if (rules == 1)
    return text +
           "[[allow]]\nname = \"open-referral\"\nactions = [\"read\"]\nvia = \"staff : member / "
           "referral\"\n";
  text += small_policy + reasons();
  if (rules == 10) return text;
  text += more_of_it;
  for (int i = 0; i < 17; ++i) text += grown(i);
  for (int i = first_rules; i < rules; ++i) text += of_a_department(i);
  return text;
}

std::string id_text(const char* prefix, std::uint32_t number) {
  return prefix + std::to_string(number);
}

Hospital::Hospital(const Size& size) {
  const auto parsed = parse(policy_text(size.rules));
  for (const auto& message : parsed.messages)
    std::fprintf(stderr, "%s\n", to_text(message, "policy").c_str());
  MUST(parsed.policy && static_cast<int>(parsed.policy->rules.size()) == size.rules);
  engine.emplace(std::move(Engine::compile(*parsed.policy, evidence)).value());
  staff_type = evidence.type("staff");
  patient_type = evidence.type("patient");
  unit_type = evidence.type("unit");
  const std::size_t before = heap_bytes();
  for (int i = 0; i < units; ++i)
    evidence.intern(unit_type, id_text("u", static_cast<std::uint32_t>(i)));
  for (int i = 0; i < teams; ++i)
    evidence.intern("team", id_text("t", static_cast<std::uint32_t>(i)));
  for (int i = 0; i < size.staff; ++i)
    evidence.intern(staff_type, id_text("s", static_cast<std::uint32_t>(i)));
  for (int i = 0; i < size.patients; ++i)
    evidence.intern(patient_type, id_text("p", static_cast<std::uint32_t>(i)));
  node_bytes = (heap_bytes() - before) /
               static_cast<std::size_t>(units + teams + size.staff + size.patients);
  relate(size);
  evidence.heartbeat("adt", now);
  const RoleSet physician = engine->roles(std::vector<std::string>{"physician"});
  const RoleSet nurse = engine->roles(std::vector<std::string>{"nurse"});
  for (int i = 0; i < size.staff; ++i) {
    const auto node = static_cast<std::size_t>(
        evidence.find(staff_type, id_text("s", static_cast<std::uint32_t>(i))));
    if (roles.size() <= node) roles.resize(node + 1);
    roles[node] = i % 2 == 0 ? physician : nurse;
  }
}

void Hospital::relate(const Size& size) {
  struct Link {
    const char* relation;
    NodeId from, to;
    const char* feed;
  };
  std::vector<Link> links;
  std::mt19937 random{7};
  const auto below = [&](int n) {
    return static_cast<std::uint32_t>(random() % static_cast<unsigned>(n));
  };
  const auto node = [&](const char* type, const char* prefix, std::uint32_t number) {
    return evidence.find(type, id_text(prefix, number));
  };
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(size.staff); ++i) {
    team_of.push_back(below(teams));
    links.push_back({"member", node("staff", "s", i), node("team", "t", team_of.back()), ""});
    links.push_back({"works_on", node("staff", "s", i), node("unit", "u", below(units)), ""});
  }
  referred.resize(static_cast<std::size_t>(size.patients));
  for (int i = 0; i < 2 * size.patients; ++i) {
    const auto team = below(teams);
    const auto patient = below(size.patients);
    referred[patient].push_back(team);
    links.push_back({"referral", node("team", "t", team), node("patient", "p", patient), ""});
  }
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(size.patients); i += 5)
    links.push_back({"admitted", node("patient", "p", i), node("unit", "u", below(units)), "adt"});
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(size.patients); i += 200)
    links.push_back({"flag:VIP", node("patient", "p", i), node("patient", "p", i), ""});
  const std::size_t before = heap_bytes();
  for (const auto& link : links) {
    NewFact fact;
    fact.relation = link.relation;
    fact.from = link.from;
    fact.to = link.to;
    fact.start = now - std::chrono::hours{24};
    fact.feed = link.feed;
    fact.entry = relation_facts++;
    evidence.add(fact);
  }
  fact_bytes = heap_bytes() - before;
}

Decision Hospital::decide(const Asked& asked) const {
  Asker asker;
  asker.staff = evidence.find(staff_type, asked.staff);
  asker.active = asker.held = roles[static_cast<std::size_t>(asker.staff)];
  asker.place = evidence.find(unit_type, asked.place);
  asker.proof_level = 2;
  asker.proof_at = now;
  Cell cell;
  cell.slot = *engine->slot_of_type(asked.type);
  cell.categories_known = true;
  cell.patient = Subject::of(evidence.find(patient_type, asked.patient));
  return engine->decide(evidence, asker, cell, now, {});
}

bool Hospital::is_referred(const Asked& asked) const {
  const auto& list = referred[asked.chart];
  return std::find(list.begin(), list.end(), team_of[asked.person]) != list.end();
}

std::vector<Asked> questions(const Hospital& hospital, const Size& size, std::size_t count) {
  std::mt19937 random{11};
  std::vector<std::vector<std::uint32_t>> patients_of(teams);
  for (std::uint32_t i = 0; i < hospital.referred.size(); ++i)
    for (const auto team : hospital.referred[i]) patients_of[team].push_back(i);
  std::vector<Asked> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& asked = out[i];
    asked.person = static_cast<std::uint32_t>(random() % static_cast<unsigned>(size.staff));
    const auto& known = patients_of[hospital.team_of[asked.person]];
    asked.chart = i % 2 == 0 && !known.empty()
                      ? known[random() % known.size()]
                      : static_cast<std::uint32_t>(random() % static_cast<unsigned>(size.patients));
    asked.staff = id_text("s", asked.person);
    asked.patient = id_text("p", asked.chart);
    asked.place = id_text("u", static_cast<std::uint32_t>(random() % units));
  }
  return out;
}

}  // namespace halligan::bench
