// find_person.h - finding a person by the next best criteria, in two steps.
//
// First the question is decided and recorded with the names of its criteria; only then is the
// record system asked. Who it found is decided for each, recorded for each, and only then the list
// leaves, composed by us: id, name, birth date, gender, and never more.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

inline constexpr std::size_t people_listed_max = 20;
inline constexpr std::size_t people_of_ward_listed_max = 60;

struct SearchPeople {
  struct Allowed {
    EntryIndex search = 0;
  };
  using Answer = std::variant<Allowed, Refusal>;
  std::string token_hash;
  std::string criteria;  // "name, birth_date"
  std::string purpose;   // ActReason code that the client declared; empty: none
  bool by_ward = false;  // this takes a right to search the relations that say who is where
};
SearchPeople::Answer decide(const SearchPeople& command, Context& context);

// The wards that a search may name.
struct ListWards {
  using Answer = std::variant<std::vector<std::string>, Refusal>;
  std::string token_hash;
};
ListWards::Answer decide(const ListWards& command, Context& context);

struct ListPeople {
  struct Listed {
    std::vector<PatientId> patients;  // those that may be shown, in the order found
    bool more = false;                // some that could be shown did not fit
    EntryIndex last = 0;              // the entry of the last one, or of the search
  };
  struct Found {
    PatientId patient;
    std::vector<std::string> labels;  // of the Patient, as it came back
    bool off_ward = false;            // asked for by id and ward, and not there
  };
  using Answer = std::variant<Listed, Refusal>;
  std::string token_hash;
  EntryIndex search = 0;  // of SearchPeople
  std::string terms{};    // "name=osei, birth_date=1961-04-02"; goes to each patient's own entry
  std::vector<Found> found;
  std::size_t at_most = people_listed_max;
  std::string id{};  // that was searched for: who is not found is written down as who is hidden
};
ListPeople::Answer decide(const ListPeople& command, Context& context);

}  // namespace halligan::app
