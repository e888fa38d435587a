// upstream.h - the little that the API asks the record system: whether a patient exists, and who
// fits a search.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "in/api/api.h"

namespace halligan::in::api {

// Whether the record system knows the patient. It is asked only for a session that is alive, and
// only where the ledger does not know already. Problems come back as answers.
struct Asked {
  bool exists = false;
};
std::variant<Asked, http::Response> ask_patient(Api& api, const http::Request& request,
                                                const PatientId& patient);

struct Person {
  PatientId id;
  std::string name;
  std::string birth_date;
  std::string gender;
};
struct Criteria {
  std::string name;
  std::string birth_date;
  std::string identifier;
  std::string id;
};
struct Found {
  std::vector<Person> people;
  bool more = false;  // the record system has others
};
Result<Found> find_people(Api& api, const Criteria& criteria, std::size_t at_most);

}  // namespace halligan::in::api
