// snapshot_text.cc - what a snapshot says, member by member.
//
// No member of a plain struct can be forgotten: Boost.PFR finds them. Of State itself the test says
// it, by dump().
#include <boost/pfr.hpp>
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

template <class Archive, class Tag>
std::string save_minimal(const Archive&, const halligan::Id<Tag>& id) {
  return id.text();
}
template <class Archive, class Tag>
void load_minimal(const Archive&, halligan::Id<Tag>& id, const std::string& text) {
  id = halligan::Id<Tag>{text};
}

// Whoever serves gets new ones (State::complete).
template <class Archive>
void serialize(Archive&, halligan::app::Switch&) {}

// What has only members, of ours: all of them, in their order.
template <class T>
concept Plain = std::is_aggregate_v<T> && !requires {
  typename T::value_type;
};
template <class Archive, Plain T>
void serialize(Archive& archive, T& held) {
  boost::pfr::for_each_field(held, [&](auto& member) { archive(member); });
}

}  // namespace cereal

namespace halligan::app {
namespace {

// Changed with every change of what is written here; older ones are then as if there were none.
constexpr std::string_view form = "halligan snapshot 7\n";

// What decisions can depend on, by names: the evidence's own numbers are its own affair.
struct KeptFact {
  std::string relation, from_type, from, to_type, to, value, feed, recorded_by;
  Instant start, end;
  bool denied = false;
  std::uint64_t entry = 0;
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
          s.policy_version, s.cards, s.counted, s.unassigned, s.vouchings, s.provisioners,
          s.accounts, s.user_groups, s.sources, s.token_keys, s.glass_tokens, s.receivers,
          s.endings, s.acts, s.pending, s.folds, s.failures, s.made, s.codes, s.codes_in_order,
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
