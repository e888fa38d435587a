// page_token.h - where a search or a history goes on, sealed: nobody but us reads or makes one, and
// it is good for the session that it was given to alone.
//
// It is no right: what it leads to is decided afresh. The key lives as long as the process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "in/fhir/target.h"
#include "needs/dice.h"

namespace halligan::in::fhir {

struct Place {
  Search search;
  std::string upstream;    // the page, below upstream's base
  std::uint32_t skip = 0;  // of its matches
  std::string history{};   // the id of whose versions these are; empty: the place is of a search
  bool operator==(const Place&) const = default;
};

class PageTokens {
 public:
  explicit PageTokens(needs::Dice& dice) : dice_(dice), key_(crypto::Key256{dice.roll<32>()}) {}
  std::string seal(const Place& place, std::string_view session);
  std::optional<Place> open(std::string_view token, std::string_view session) const;

 private:
  needs::Dice& dice_;
  const crypto::SecretKey key_;
};

}  // namespace halligan::in::fhir
