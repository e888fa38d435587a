// json_patch.cc - a patch is done whole or not at all, the same each time, and one that is done in
// two halves comes to the same; a refusal says no value.
#include <cstdlib>
#include <string>

#include "in/fhir/patch.h"

namespace {

using namespace halligan::in::fhir;

void must(bool law) {
  if (!law) std::abort();
}

std::string text_of(const std::variant<std::string, NotAllowed>& answer) {
  return std::get<std::string>(answer);
}

bool repeats(const NotAllowed& refusal, std::string_view said) {
  // Long enough that it cannot stand there by chance, and JSON: our own words, which the fuzzer
  // finds out, are none.
  return said.size() >= 24 &&
         std::string_view{"[{\""}.find(said.front()) != std::string_view::npos &&
         refusal.what.find(said) != std::string::npos;
}

}  // namespace

// The resource up to the first line feed, the patch behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all{reinterpret_cast<const char*>(data), size};
  const auto end = all.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto resource = all.substr(0, end);
  const auto read = read_patch(all.substr(end + 1));
  if (const auto* refused = std::get_if<NotAllowed>(&read)) {
    must((refused->status == 400 || refused->status == 413) &&
         !repeats(*refused, all.substr(end + 1)));
    return 0;
  }
  const auto& operations = std::get<Operations>(read);
  const auto done = patched(resource, operations);
  must(patched(resource, operations) == done);
  if (const auto* refused = std::get_if<NotAllowed>(&done)) {
    must(refused->status >= 400 && refused->status < 500 && !repeats(*refused, resource));
    return 0;
  }
  const auto result = text_of(done);
  const Operations first{operations.begin(),
                         operations.begin() + static_cast<std::ptrdiff_t>(operations.size() / 2)};
  const Operations second{operations.begin() + static_cast<std::ptrdiff_t>(operations.size() / 2),
                          operations.end()};
  const auto half = first.empty() ? std::variant<std::string, NotAllowed>{std::string{resource}}
                                  : patched(resource, first);
  // Half of it may be no object, which a resource is: then only the whole can be done.
  if (std::holds_alternative<NotAllowed>(half)) return 0;
  const auto whole = patched(text_of(half), second);
  must(std::holds_alternative<NotAllowed>(whole) || text_of(whole) == result);
  return 0;
}
