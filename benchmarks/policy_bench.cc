// policy_bench.cc - one verdict from text ids to reasons and obligations: time, memory, growth, and
// that nothing allocates.
//
//   policy_bench [--figures FILE] [--peers FOLDER]
//   policy_bench --only RULES PATIENTS       for a profiler
//
// Every answer is checked while it is timed. Beside it the bare floor: the same ids looked up in
// hash maps, then one "and" of two sets of teams. With --peers the facts and the questions are left
// there as JSON for benchmarks/peers/, with the answers that the peers must give too.
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/must.h"
#include "benchmarks/figures.h"
#include "benchmarks/hospital.h"

namespace halligan::bench {
namespace {

using policy::Verdict;
using Clock = std::chrono::steady_clock;

double nanos(Clock::duration span) {
  return std::chrono::duration<double, std::nano>(span).count();
}

struct Timed {
  double p50, p99;
};

// Single calls by the clock, its own cost taken off. The quietest of the rounds: what else the
// machine does only ever makes one slower.
template <class Work>
Timed time_each(const std::vector<Asked>& asked, int rounds, const Work& work) {
  Timed best{.p50 = 1e9, .p99 = 1e9};
  std::vector<double> took(asked.size()), empty(asked.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const auto start = Clock::now();
      work(asked[i]);
      const auto end = Clock::now();
      took[i] = nanos(end - start);
      empty[i] = nanos(Clock::now() - end);
    }
    const double clock = at_rank(empty, 0.5);
    best.p50 = std::min(best.p50, at_rank(took, 0.5) - clock);
    best.p99 = std::min(best.p99, at_rank(took, 0.99) - clock);
  }
  return best;
}

template <class T>
void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

Timed time_verdicts(const Hospital& hospital, const std::vector<Asked>& asked, int rounds) {
  const auto verdict = [&](const Asked& each) {
    const auto decision = hospital.decide(each);
    keep(decision);
    MUST(!decision.failed);
  };
  const std::size_t before = heap_calls();
  for (const auto& each : asked) verdict(each);
  MUST(heap_calls() == before);
  return time_each(asked, rounds, verdict);
}

// Nobody who is referred is shut out but by a deny; and the one-rule policy says what the floor
// says.
void check(const Hospital& hospital, const Size& size, const std::vector<Asked>& asked) {
  for (const auto& each : asked) {
    const auto decision = hospital.decide(each);
    if (size.rules == 1) MUST((decision.verdict == Verdict::permit) == hospital.is_referred(each));
    if (hospital.is_referred(each)) MUST(decision.verdict != Verdict::deny);
  }
}

class Floor {
 public:
  explicit Floor(const Hospital& hospital) {
    for (std::uint32_t i = 0; i < hospital.team_of.size(); ++i)
      teams_of_staff_[id_text("s", i)] = std::uint64_t{1} << hospital.team_of[i];
    for (std::uint32_t i = 0; i < hospital.referred.size(); ++i) {
      auto& set = teams_of_patient_[id_text("p", i)];
      for (const auto team : hospital.referred[i]) set |= std::uint64_t{1} << team;
    }
  }
  bool permits(const Asked& asked) const {
    const auto person = teams_of_staff_.find(asked.staff);
    const auto patient = teams_of_patient_.find(asked.patient);
    return person != teams_of_staff_.end() && patient != teams_of_patient_.end() &&
           (person->second & patient->second) != 0;
  }

 private:
  boost::unordered_flat_map<std::string, std::uint64_t> teams_of_staff_, teams_of_patient_;
};

void print(const char* name, const Size& size, const Timed& timed) {
  std::printf("%-28s %5d rules %8d patients   p50 %6.0f ns   p99 %6.0f ns\n", name, size.rules,
              size.patients, timed.p50, timed.p99);
  std::fflush(stdout);
}

Timed measure(const Size& size, std::size_t count, int rounds, const Figures& figures) {
  const Hospital hospital{size};
  const auto asked = questions(hospital, size, count);
  check(hospital, size, asked);
  const auto timed = time_verdicts(hospital, asked, rounds);
  print("verdict, text ids in", size, timed);
  if (size.rules == 30) {
    figures.add("verdict by patients", size.patients, timed.p50);
    const Floor floor{hospital};
    const auto bare = time_each(asked, rounds, [&](const Asked& each) {
      const bool permits = floor.permits(each);
      keep(permits);
      MUST(permits == hospital.is_referred(each));
    });
    print("  the floor, one rule", size, bare);
    figures.add("floor by patients", size.patients, bare.p50);
    const double each =
        static_cast<double>(hospital.fact_bytes) / static_cast<double>(hospital.relation_facts);
    std::printf("  heap: %.1f bytes a relation fact (%zu facts), %zu bytes a person or patient\n",
                each, hospital.relation_facts, hospital.node_bytes);
    figures.add("bytes a fact", static_cast<double>(hospital.relation_facts), each);
  }
  if (size.patients == 10'000) figures.add("verdict by rules", size.rules, timed.p50);
  return timed;
}

void write_peers(const std::string& folder) {
  const Size size{.rules = 1};
  const Hospital hospital{size};
  const auto asked = questions(hospital, size, 4096);
  check(hospital, size, asked);
  std::FILE* out = std::fopen((folder + "/facts.json").c_str(), "w");
  MUST(out != nullptr);
  std::fprintf(out, "{\"teams\":%d,\"member\":[", teams);
  for (std::size_t i = 0; i < hospital.team_of.size(); ++i)
    std::fprintf(out, "%s%u", i == 0 ? "" : ",", hospital.team_of[i]);
  std::fprintf(out, "],\"referred\":[");
  for (std::size_t i = 0; i < hospital.referred.size(); ++i) {
    std::fprintf(out, "%s[", i == 0 ? "" : ",");
    for (std::size_t k = 0; k < hospital.referred[i].size(); ++k)
      std::fprintf(out, "%s%u", k == 0 ? "" : ",", hospital.referred[i][k]);
    std::fprintf(out, "]");
  }
  std::fprintf(out, "],\"questions\":[");
  for (std::size_t i = 0; i < asked.size(); ++i)
    std::fprintf(out, "%s[\"%s\",\"%s\",%s]", i == 0 ? "" : ",", asked[i].staff.c_str(),
                 asked[i].patient.c_str(),
                 hospital.decide(asked[i]).verdict == Verdict::permit ? "true" : "false");
  std::fprintf(out, "]}\n");
  std::fclose(out);
}

void run(const Figures& figures) {
  const auto one = measure({.rules = 1}, 4096, 30, figures);
  const auto few = measure({.rules = 10}, 4096, 30, figures);
  measure({.rules = 30}, 4096, 30, figures);
  measure({.rules = 100}, 4096, 30, figures);
  measure({.rules = 300}, 4096, 30, figures);
  const auto many = measure({.rules = 1000}, 4096, 30, figures);
  std::printf(
      "1,000 rules take %.2f times what 10 take (p50; aim 1.5), and %.2f times what 1 takes\n",
      many.p50 / few.p50, many.p50 / one.p50);
  // Each patient about once, so that what grows does not stay in the caches.
  double least = 0;
  double most = 0;
  for (const int patients : {1'000, 10'000, 100'000, 1'000'000}) {
    const auto timed = measure({.patients = patients}, 200'000, 3, figures);
    if (least == 0) least = timed.p50;
    most = timed.p50;
  }
  std::printf("1,000,000 patients take %.2f times what 1,000 take (p50; aim 4)\n", most / least);
}

}  // namespace
}  // namespace halligan::bench

int main(int argc, char** argv) {
  const char* figures = nullptr;
  if (argc == 4 && std::strcmp(argv[1], "--only") == 0) {
    halligan::bench::measure({.rules = std::atoi(argv[2]), .patients = std::atoi(argv[3])}, 4096,
                             400, halligan::bench::Figures{nullptr});
    return 0;
  }
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--figures") == 0) figures = argv[i + 1];
    if (std::strcmp(argv[i], "--peers") == 0) halligan::bench::write_peers(argv[i + 1]);
  }
  halligan::bench::run(halligan::bench::Figures{figures});
  return 0;
}
