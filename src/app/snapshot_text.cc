// snapshot_text.cc - what a snapshot says, member by member.
//
// Each structured binding names every member: one that is added and forgotten here does not
// compile. Of State itself the test says it, by dump().
#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <algorithm>
#include <sstream>
#include <streambuf>

#include "app/snapshot.h"

// Found by their archive's namespace.
namespace cereal {

namespace app = halligan::app;
namespace cases = halligan::cases;
namespace facts = halligan::facts;
namespace glass = halligan::glass;

template <class Archive, class Tag>
std::string save_minimal(const Archive&, const halligan::Id<Tag>& id) {
  return id.text();
}
template <class Archive, class Tag>
void load_minimal(const Archive&, halligan::Id<Tag>& id, const std::string& text) {
  id = halligan::Id<Tag>{text};
}

template <class Archive>
void serialize(Archive& archive, halligan::Now& held) {
  auto& [wall, boot] = held;
  archive(wall, boot);
}
template <class Archive>
void serialize(Archive& archive, glass::Deadline& held) {
  auto& [wall, boot] = held;
  archive(wall, boot);
}
template <class Archive>
void serialize(Archive& archive, facts::Detail& held) {
  auto& [prompt, answer] = held;
  archive(prompt, answer);
}
template <class Archive>
void serialize(Archive& archive, glass::Grant& held) {
  auto& [since, rule, paid, reason, purpose, details, policy, level, unsure, due, action, type,
         labels, categories] = held;
  archive(since, rule, paid, reason, purpose, details, policy, level, unsure, due, action, type,
          labels, categories);
}
template <class Archive>
void serialize(Archive& archive, glass::Open& held) {
  auto& [until, idle] = held;
  archive(until, idle);
}
template <class Archive>
void serialize(Archive& archive, glass::Ended& held) {
  auto& [at, by, ended_by, comment] = held;
  archive(at, by, ended_by, comment);
}
template <class Archive>
void serialize(Archive& archive, glass::Glass& held) {
  auto& [id, case_id, staff, patient, session, terminal, place, opened_at, focus, idle, grants,
         relations, releases, life] = held;
  archive(id, case_id, staff, patient, session, terminal, place, opened_at, focus, idle, grants,
          relations, releases, life);
}
template <class Archive>
void serialize(Archive& archive, cases::Justification& held) {
  auto& [at, text] = held;
  archive(at, text);
}
template <class Archive>
void serialize(Archive& archive, cases::Explanation& held) {
  auto& [at, rule, relations] = held;
  archive(at, rule, relations);
}
template <class Archive>
void serialize(Archive& archive, cases::Closing& held) {
  auto& [at, reviewer, finding, comment] = held;
  archive(at, reviewer, finding, comment);
}
template <class Archive>
void serialize(Archive& archive, cases::Reopening& held) {
  auto& [closing, at, by, comment] = held;
  archive(closing, at, by, comment);
}
template <class Archive>
void serialize(Archive& archive, cases::Reviewer& held) {
  auto& [role, queue] = held;
  archive(role, queue);
}
template <class Archive>
void serialize(Archive& archive, cases::Case& held) {
  auto& [id, kind, staff, patient, of_glass, rule, reviewers, rank, cause, key, opened_at, due,
         overdue_at, justification, explanation, closing, reopenings] = held;
  archive(id, kind, staff, patient, of_glass, rule, reviewers, rank, cause, key, opened_at, due,
          overdue_at, justification, explanation, closing, reopenings);
}
template <class Archive>
void serialize(Archive& archive, app::Person& held) {
  auto& [id, name, pseudonym, roles, department, active, factors, hands, step, from] = held;
  archive(id, name, pseudonym, roles, department, active, factors, hands, step, from);
}
template <class Archive>
void serialize(Archive& archive, app::Terminal& held) {
  auto& [id, place, use, active] = held;
  archive(id, place, use, active);
}
template <class Archive>
void serialize(Archive& archive, app::Session& held) {
  auto& [id, staff, token_hash, terminal, place, level, proof_at, this_boot, opened_at, until, idle,
         idle_span, focus, used_for, locked, failed_unlocks, over, out_of_sight] = held;
  archive(id, staff, token_hash, terminal, place, level, proof_at, this_boot, opened_at, until,
          idle, idle_span, focus, used_for, locked, failed_unlocks);
}
template <class Archive>
void serialize(Archive& archive, app::PolicyText& held) {
  auto& [version, proposer, signer, note, proposed_at, parts, text] = held;
  archive(version, proposer, signer, note, proposed_at, parts, text);
}
template <class Archive>
void serialize(Archive& archive, app::Pending& held) {
  auto& [staff, patient] = held;
  archive(staff, patient);
}
template <class Archive>
void serialize(Archive& archive, facts::AccessRefused& held) {
  auto& [staff, patient, session, action, type, rule, offered, reasons, code, times, policy,
         asked] = held;
  archive(staff, patient, session, action, type, rule, offered, reasons, code, times, policy,
          asked);
}
template <class Archive>
void serialize(Archive& archive, app::Fold& held) {
  auto& [sample, first] = held;
  archive(sample, first);
}
template <class Archive>
void serialize(Archive& archive, app::Failures& held) {
  auto& [count, last] = held;
  archive(count, last);
}
template <class Archive>
void serialize(Archive& archive, app::Made& held) {
  auto& [at, id, index, patient] = held;
  archive(at, id, index, patient);
}
template <class Archive>
void serialize(Archive& archive, app::Coded& held) {
  auto& [index, at, staff, patient, text] = held;
  archive(index, at, staff, patient, text);
}
template <class Archive>
void serialize(Archive& archive, app::ErasureWanted& held) {
  auto& [by, at, why] = held;
  archive(by, at, why);
}
template <class Archive>
void serialize(Archive& archive, app::Journal::Kept::PatientChain& held) {
  auto& [patient, key, pseudonym, sequence, previous] = held;
  archive(patient, key, pseudonym, sequence, previous);
}
template <class Archive>
void serialize(Archive& archive, app::Journal::Kept& held) {
  auto& [size, root, last_at, chains, months, people] = held;
  archive(size, root, last_at, chains, months, people);
}

}  // namespace cereal

namespace halligan::app {
namespace {

// Changed with every change of what is written here; older ones are then as if there were none.
constexpr std::string_view form = "halligan snapshot 1\n";

// What decisions can depend on, by names: the evidence's own numbers are its own affair.
struct KeptFact {
  std::string relation, from_type, from, to_type, to, value, feed, recorded_by;
  Instant start, end;
  bool denied = false;
  std::uint64_t entry = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(relation, from_type, from, to_type, to, value, feed, recorded_by, start, end, denied,
            entry);
  }
};

std::vector<KeptFact> facts_of(const policy::Evidence& evidence) {
  std::vector<KeptFact> out;
  for (std::size_t i = 0; i < evidence.fact_count(); ++i) {
    const auto& fact = evidence.fact(policy::FactId{static_cast<std::uint32_t>(i)});
    if (fact.gone) continue;
    const auto& edge = evidence.edge(fact.edge);
    const bool by_person = fact.recorded_by != policy::NodeId::unnamed;
    out.push_back({.relation = evidence.text_of(edge.relation),
                   .from_type = evidence.type_name(evidence.type_of(edge.from)),
                   .from = evidence.id_of(edge.from),
                   .to_type = evidence.type_name(evidence.type_of(edge.to)),
                   .to = evidence.id_of(edge.to),
                   .value = evidence.text_of(fact.value),
                   .feed = evidence.text_of(fact.feed),
                   .recorded_by = by_person ? evidence.id_of(fact.recorded_by) : std::string{},
                   .start = fact.start,
                   .end = fact.end,
                   .denied = fact.denied,
                   .entry = fact.entry});
  }
  return out;
}

void put_facts(policy::Evidence& evidence, const std::vector<KeptFact>& kept) {
  for (const auto& each : kept)
    evidence.add({.relation = each.relation,
                  .from = evidence.intern(each.from_type, each.from),
                  .to = evidence.intern(each.to_type, each.to),
                  .denied = each.denied,
                  .value = each.value,
                  .start = each.start,
                  .end = each.end,
                  .feed = each.feed,
                  .recorded_by = each.recorded_by.empty()
                                     ? policy::NodeId::unnamed
                                     : evidence.intern("staff", each.recorded_by),
                  .entry = each.entry});
}

// The members that entries fill; what follows from them is State::complete()'s.
template <class Archive, class AnyState>
void members(Archive& archive, AnyState& s) {
  archive(s.hospital, s.origin, s.log_key, s.boot_id, s.entries, s.last, s.people, s.terminals,
          s.sessions, s.glasses, s.glass_in_order, s.all_cases, s.case_by_key, s.policies,
          s.policy_version, s.pending, s.folds, s.failures, s.made, s.codes, s.codes_in_order,
          s.erasures_wanted, s.erased_below);
}

// Reads from bytes that somebody else holds.
class ByteBuffer : public std::streambuf {
 public:
  explicit ByteBuffer(std::string_view text) {
    auto* begin = const_cast<char*>(text.data());  // NOLINT: a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Bytes encode(const Journal::Kept& journal, const State& state) {
  std::ostringstream out;
  out << form;
  {
    cereal::PortableBinaryOutputArchive archive{out};
    archive(journal);
    members(archive, state);
    std::vector<std::string> patients(state.patients.begin(), state.patients.end());
    std::ranges::sort(patients);
    const std::vector<std::uint64_t> kinds(state.kinds.begin(), state.kinds.end());
    archive(patients, facts_of(state.evidence), state.evidence.heartbeats(), kinds, state.offers);
  }
  const auto text = view(out.view());
  return {text.begin(), text.end()};
}

Result<std::unique_ptr<Snapshot>> decode_snapshot(ByteView text) {
  const Fault other{FaultCode::bad_input, "not a snapshot of this version"};
  if (!text_view(text).starts_with(form)) return other;
  auto out = std::make_unique<Snapshot>();
  try {
    ByteBuffer buffer{text_view(text).substr(form.size())};
    std::istream in{&buffer};
    cereal::PortableBinaryInputArchive archive{in};
    archive(out->journal);
    members(archive, out->state);
    std::vector<std::string> patients;
    std::vector<KeptFact> facts;
    std::vector<std::pair<std::string, Instant>> heartbeats;
    std::vector<std::uint64_t> kinds;
    archive(patients, facts, heartbeats, kinds, out->state.offers);
    if (kinds.size() != out->state.kinds.size()) return other;
    std::ranges::copy(kinds, out->state.kinds.begin());
    if (in.peek() != std::istream::traits_type::eof()) return other;
    out->state.patients.insert(patients.begin(), patients.end());
    put_facts(out->state.evidence, facts);
    for (const auto& [feed, at] : heartbeats) out->state.evidence.heartbeat(feed, at);
  } catch (const std::exception&) {
    return other;
  }
  out->state.complete();
  return out;
}

}  // namespace halligan::app
