// compartment.h - which elements of a resource say whose chart it belongs to.
//
// Data only: the patient compartment of FHIR R4, 67 types.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace halligan::in::fhir {

struct PatientLink {
  std::string_view param;  // of the compartment definition; empty: no further link
  std::string_view path;   // "participant.actor": elements, through lists
};

struct Compartment {
  std::string_view type;
  std::string_view
      search_by;  // the parameter that names the patient upstream; empty: Patient itself
  std::string_view search_also;  // another one that means the same; empty: none
  std::array<PatientLink, 5> links;

  // The owner's comes first.
  std::span<const PatientLink> used() const {
    std::size_t count = 0;
    while (count < links.size() && !links[count].param.empty()) ++count;
    return std::span{links}.first(count);
  }
};

std::span<const Compartment> compartments();  // in order of type
const Compartment* compartment_of(std::string_view type);

// Types that belong to nobody's chart and may be read one by one where a rule names them.
bool is_shared_type(std::string_view type);

}  // namespace halligan::in::fhir
