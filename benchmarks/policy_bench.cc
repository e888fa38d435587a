// policy_bench.cc - one verdict with 30 rules and 10,000 patients: time, and that nothing
// allocates.
//
// Prints p50 and p99 of single decisions beside the bare floor (the same question answered with
// hash maps and one rule), measured in the same run. Every answer is checked while it is timed.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>
#include <string>

#include "base/must.h"
#include "core/policy/engine.h"
#include "core/policy/parse.h"

namespace {
std::size_t allocations = 0;
}  // namespace

// Counts what the timed part may not do.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* at = std::malloc(size == 0 ? 1 : size)) return at;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* at) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace halligan::policy {
namespace {

constexpr int patients = 10'000;
constexpr int staff = 1'000;
constexpr int teams = 60;
constexpr int units = 20;
constexpr int referrals = 20'000;
constexpr Instant now{Millis{1'772'445'600'000}};  // 2026-03-02T10:00Z

// The shape of a hospital's policy: the demo's kinds of rule, and more of each, 30 in all.
std::string policy_text() {
  std::string text = R"(
hospital = "Bench"
timezone = "Europe/London"
roles = ["physician", "nurse", "therapist", "paramedic", "it-support", "billing", "officer"]
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
[places]
emergency = { ids = ["emergency"] }
[classes]
emergency-set = ["Patient", "AllergyIntolerance", "MedicationRequest", "Condition",
  "Observation{laboratory, 30d}"]
claims = ["Claim", "ExplanationOfBenefit"]
psychotherapy = { of = ["label:PSYTHPN"], named_only = true }
[[deny]]
name = "own-record"
via = "staff : is"
[[deny]]
name = "excluded"
via = "staff : ^excludes"
hide = true
[[deny]]
name = "claims"
data = ["claims"]
except_roles = ["billing"]
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
name = "find"
actions = ["search"]
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
name = "attending"
via = "staff : attending"
actions = ["read", "append", "modify"]
[[allow]]
name = "emergency"
place = "emergency"
roles = ["physician", "nurse"]
actions = ["read", "append"]
)";
  const auto reason = [&](const std::string& name, const std::string& more) {
    text += "[[glass]]\nreason = \"" + name +
            "\"\nlabel = \"L\"\npurpose = \"BTG\"\nprompts = [\"Why?\"]\n" +
            "proof = { any = [\"totp\"], not_older_than = \"5m\" }\nreview = { by = \"officer\", "
            "within = \"24h\" }\n" +
            more;
  };
  reason("clinical-access", "roles = [\"physician\", \"nurse\", \"therapist\"]\n");
  reason("life-threat",
         "roles = [\"physician\", \"nurse\", \"paramedic\"]\ndata = \"emergency-set\"\n");
  reason("system-support", "roles = [\"it-support\"]\n");
  for (int i = 0; i < 17;
       ++i) {  // to 30: rules of roles, data and paths, as a real policy grows them
    const std::string name = std::to_string(i);
    text += "[[allow]]\nname = \"more-" + name + "\"\nactions = [\"read\"]\n";
    if (i % 3 == 0) text += "roles = [\"therapist\"]\ndata = [\"Observation\", \"Procedure\"]\n";
    if (i % 3 == 1)
      text +=
          "roles = [\"nurse\"]\nvia = \"staff : works_on / ^admitted\"\ndata = [\"Observation\"]\n";
    if (i % 3 == 2)
      text +=
          "roles = [\"physician\"]\ndata = [\"psychotherapy\"]\nvia = \"staff : member / "
          "referral\"\n";
  }
  return text;
}

std::string id(const char* prefix, int number) { return prefix + std::to_string(number); }

struct Hospital {
  Evidence evidence;
  std::optional<Engine> engine;
  std::vector<NodeId> people, charts;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> floor_members, floor_referrals;

  Hospital() {
    const auto parsed = parse(policy_text());
    for (const auto& message : parsed.messages)
      std::fprintf(stderr, "%s\n", to_text(message, "policy").c_str());
    MUST(parsed.policy && parsed.policy->rules.size() == 30);
    engine.emplace(std::move(Engine::compile(*parsed.policy, evidence)).value());
    std::mt19937 random{7};
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (int i = 0; i < staff; ++i) people.push_back(evidence.intern("staff", id("s", i)));
    for (int i = 0; i < patients; ++i) charts.push_back(evidence.intern("patient", id("p", i)));
    const auto link = [&](std::string_view relation, NodeId from, NodeId to,
                          std::string_view feed = {}) {
      NewFact fact;
      fact.relation = relation;
      fact.from = from;
      fact.to = to;
      fact.feed = feed;
      evidence.add(fact);
    };
    for (int i = 0; i < staff; ++i) {
      const int team = below(teams);
      link("member", people[static_cast<std::size_t>(i)], evidence.intern("team", id("t", team)));
      floor_members[static_cast<std::uint64_t>(i)] |= std::uint64_t{1} << team;
      link("works_on", people[static_cast<std::size_t>(i)],
           evidence.intern("unit", id("u", below(units))));
    }
    for (int i = 0; i < referrals; ++i) {
      const int team = below(teams);
      const int patient = below(patients);
      link("referral", evidence.intern("team", id("t", team)),
           charts[static_cast<std::size_t>(patient)]);
      floor_referrals[static_cast<std::uint64_t>(patient)] |= std::uint64_t{1} << team;
    }
    for (int i = 0; i < patients; i += 5) {
      link("admitted", charts[static_cast<std::size_t>(i)],
           evidence.intern("unit", id("u", below(units))), "adt");
    }
    for (int i = 0; i < patients; i += 200) {
      link("flag:VIP", charts[static_cast<std::size_t>(i)], charts[static_cast<std::size_t>(i)]);
    }
    evidence.heartbeat("adt", now);
  }

  Asker asker(std::size_t person) const {
    const std::vector<std::string> roles{person % 2 == 0 ? "physician" : "nurse"};
    Asker out;
    out.staff = people[person];
    out.active = out.held = engine->roles(roles);
    out.proof_level = 2;
    out.proof_at = now;
    return out;
  }
};

const Hospital& hospital() {
  static const Hospital one;
  return one;
}

struct Asked {
  std::size_t person, chart;
};
std::vector<Asked> questions() {
  std::mt19937 random{11};
  std::vector<Asked> out(4096);
  for (auto& q : out) q = {random() % staff, random() % patients};
  return out;
}

Decision decide(const Hospital& h, const Asked& q, Slot slot) {
  Cell cell;
  cell.slot = slot;
  cell.categories_known = true;
  cell.patient = Subject::of(h.charts[q.chart]);
  return h.engine->decide(h.evidence, h.asker(q.person), cell, now, {});
}

// The verdict that the floor gives to its one rule must never be better than the engine's.
bool floor_permits(const Hospital& h, const Asked& q) {
  const auto member = h.floor_members.find(q.person);
  const auto referred = h.floor_referrals.find(q.chart);
  return member != h.floor_members.end() && referred != h.floor_referrals.end() &&
         (member->second & referred->second) != 0;
}

void verdict(benchmark::State& state) {
  const auto& h = hospital();
  const Slot slot = *h.engine->slot_of_type("Observation");
  const auto asked = questions();
  std::vector<Asker> askers;
  for (const auto& q : asked) askers.push_back(h.asker(q.person));
  std::size_t i = 0;
  std::size_t permits = 0;
  const std::size_t before = allocations;
  for (auto _ : state) {
    const auto& q = asked[i % asked.size()];
    Cell cell;
    cell.slot = slot;
    cell.categories_known = true;
    cell.patient = Subject::of(h.charts[q.chart]);
    const auto decision = h.engine->decide(h.evidence, askers[i % asked.size()], cell, now, {});
    permits += decision.verdict == Verdict::permit ? 1 : 0;
    benchmark::DoNotOptimize(decision);
    ++i;
  }
  MUST(allocations == before);
  state.counters["permits"] = static_cast<double>(permits) / static_cast<double>(i);
}
BENCHMARK(verdict);

void floor_of_one_rule(benchmark::State& state) {
  const auto& h = hospital();
  const auto asked = questions();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(floor_permits(h, asked[i++ % asked.size()]));
}
BENCHMARK(floor_of_one_rule);

// Single decisions by the clock, its own cost taken off: a median and a tail, which a mean hides.
void percentiles() {
  const auto& h = hospital();
  const Slot slot = *h.engine->slot_of_type("Observation");
  std::vector<Asker> askers;
  const auto asked = questions();
  for (const auto& q : asked) {
    askers.push_back(h.asker(q.person));
    if (floor_permits(h, q)) MUST(decide(h, q, slot).verdict != Verdict::deny);
  }
  using Clock = std::chrono::steady_clock;
  const auto nanos = [](auto span) {
    return std::chrono::duration<double, std::nano>(span).count();
  };
  std::vector<double> took, empty;
  for (int round = 0; round < 50; ++round) {
    for (std::size_t i = 0; i < asked.size(); ++i) {
      Cell cell;
      cell.slot = slot;
      cell.categories_known = true;
      cell.patient = Subject::of(h.charts[asked[i].chart]);
      const auto start = Clock::now();
      auto decision = h.engine->decide(h.evidence, askers[i], cell, now, {});
      benchmark::DoNotOptimize(decision);
      const auto end = Clock::now();
      took.push_back(nanos(end - start));
      empty.push_back(nanos(Clock::now() - end));
    }
  }
  std::ranges::sort(took);
  std::ranges::sort(empty);
  const double clock = empty[empty.size() / 2];
  const auto at = [&](std::size_t thousandth) {
    return took[took.size() * thousandth / 1000] - clock;
  };
  std::printf(
      "verdict, 30 rules, 10,000 patients, 1,000 staff: p50 %.0f ns, p99 %.0f ns (the clock's own "
      "%.0f ns taken off)\n",
      at(500), at(990), clock);
}

}  // namespace
}  // namespace halligan::policy

int main(int argc, char** argv) {
  halligan::policy::percentiles();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
