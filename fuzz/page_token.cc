// page_token.cc - a link to the next page that we did not seal for this session opens nothing; one
// that we did gives back the place, and with one octet changed nothing.
#include <cstdlib>
#include <string>

#include "in/fhir/page_token.h"

namespace {

using namespace halligan;
using namespace halligan::in::fhir;

void must(bool law) {
  if (!law) std::abort();
}

class Dice final : public needs::Dice {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& octet : out)
      octet = static_cast<std::uint8_t>((state_ = state_ * 6364136223846793005U + 1) >> 56);
  }

 private:
  std::uint64_t state_ = 7;
};

// Places hold what a request and upstream's links were found to say: visible characters.
std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) out += c > 0x20 && c < 0x7f ? c : '~';
  return out;
}

Place place_of(std::string_view text) {
  Place out;
  const auto third = text.size() / 3;
  out.search.type = "Observation";
  out.search.patient = PatientId{"p-1"};
  out.search.params = {{"code", visible(text.substr(0, third))}};
  out.search.count = text.size();
  out.upstream = visible(text.substr(third, third));
  out.skip = static_cast<std::uint32_t>(text.size() * 977);
  out.history = visible(text.substr(2 * third, 64));
  return out;
}

}  // namespace

// Two octets that say where a sealed link is changed and how, then a text: as a link and as a
// place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Dice dice;
  static PageTokens tokens{dice};
  if (size < 2) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 2, size - 2};
  must(!tokens.open(text, "a"));
  const auto place = place_of(text);
  auto link = tokens.seal(place, "a");
  must(tokens.open(link, "a") == place && !tokens.open(link, "b"));
  auto& octet = link[std::size_t{data[0]} * 255 % link.size()];
  const char other = static_cast<char>(data[1]);
  if (octet == other) return 0;
  octet = other;
  must(!tokens.open(link, "a"));
  return 0;
}
