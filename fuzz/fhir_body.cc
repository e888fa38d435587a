// fhir_body.cc - whatever comes back is read or refused; what is cut out of a page reads the same
// by itself; a spliced tag is the only one that is added, and moves the resource into no other
// chart.
#include <algorithm>
#include <cstdlib>

#include "in/fhir/body.h"

namespace {

using namespace halligan::in::fhir;

const Bases bases{.ours = "https://h/fhir", .upstream = "http://u/fhir"};

void must(bool law) {
  if (!law) std::abort();
}

bool same(const Resource& a, const Resource& b) {
  return a.type == b.type && a.id == b.id && a.patients == b.patients && a.labels == b.labels &&
         a.checkable == b.checkable && a.categories == b.categories && a.bytes == b.bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto page = scan_searchset(text, bases);
  if (const auto* found = std::get_if<Page>(&page))
    for (const auto& match : found->matches) {
      const auto alone = scan_resource(match.bytes, bases);
      if (const auto* resource = std::get_if<Resource>(&alone))
        must(same(*resource, match));
      else
        must(!match.checkable);
    }
  const auto alone = scan_resource(text, bases);
  const auto* resource = std::get_if<Resource>(&alone);
  if (resource == nullptr) return 0;
  must(std::ranges::is_sorted(resource->patients));
  if (!resource->glass_tags.empty()) return 0;
  const auto spliced = scan_resource(splice_tag(text, glass_tag_system, "g-1"), bases);
  // Where meta is spelled so that no tag can be added, a key is there twice: refused, never
  // misread.
  if (const auto* tagged = std::get_if<Resource>(&spliced))
    must(tagged->glass_tags == std::vector<std::string>{"g-1"} &&
         tagged->patients == resource->patients && tagged->labels == resource->labels);
  return 0;
}
