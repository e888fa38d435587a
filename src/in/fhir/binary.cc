// binary.cc - what is in a document: a Binary, by the resource that refers to it.
//
// A Binary says of nobody whose it is. It is read by whoever may read the resource that its client
// names, if that one refers to it today; in the charts and with the labels of both. It leaves as
// the resource that it is, which no browser takes for a page.
#include <algorithm>

#include "in/fhir/attachments.h"
#include "in/fhir/gateway.h"

namespace halligan::in::fhir {
namespace {

std::vector<std::string> both(const std::vector<std::string>& one,
                              const std::vector<std::string>& other) {
  std::vector<std::string> out;
  std::ranges::set_union(one, other, std::back_inserter(out));
  return out;
}

http::Response does_not_refer(const std::string& type) {
  return outcome(NotAllowed{404, "not-found",
                            "the " + type + " that you name does not refer to such a Binary"});
}

}  // namespace

http::Response Gateway::binary(const Counter& counter, const BinaryOf& target) {
  ById asking{counter, Read{target.type, target.of}, "binary"};
  auto fetched = fetch_one(asking, asking.target);
  if (auto* why = std::get_if<Missed>(&fetched)) return missed(asking, std::move(*why));
  auto& of = std::get<Resource>(fetched);
  if (auto why = decide_whole(asking, cells_of(of, app::Action::read))) return *std::move(why);
  auto& kept = asking.kept;
  const auto nothing = [&](http::Response why) {
    tell(kept.tallies, facts::Outcome::nothing);
    return why;
  };
  if (of.patients.empty() || !refers_to_binary(of, target.id, counter.bases()))
    return nothing(does_not_refer(target.type));

  // Asked for only now: that it is there is told to those alone who may see what refers to it.
  auto found = fetch_one(asking, Read{"Binary", target.id});
  if (auto* why = std::get_if<Missed>(&found))
    return nothing(why->trouble ? *std::move(why->trouble) : does_not_refer(target.type));
  const auto& binary = std::get<Resource>(found);
  if (!fits_context(binary, asking.text(), counter.bases()))
    return nothing(does_not_refer(target.type));
  auto patients = both(of.patients, binary.patients);
  auto labels = both(of.labels, binary.labels);
  if (patients != of.patients || labels != of.labels) {
    of.patients = std::move(patients);
    of.labels = std::move(labels);
    if (auto why = decide_whole(asking, cells_of(of, app::Action::read))) return *std::move(why);
  }
  auto bytes = without_upstream(binary.bytes, counter.bases());
  kept.all_of_one(bytes.size());
  return release(std::move(bytes), kept, kept.grants.all.back(),
                 {{"Content-Disposition", "attachment"}});
}

}  // namespace halligan::in::fhir
