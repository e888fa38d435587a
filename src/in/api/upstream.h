// upstream.h - the little that the API asks the record system: whether a patient exists, and who
// fits a search.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/judge.h"
#include "in/api/api.h"

namespace halligan::in::api {

// Whether the ledger or the record system knows the patient; the latter is asked only for a session
// that is alive, and where app::asks_who_it_is says so. Problems come back as answers.
struct Asked {
  bool exists = false;
};
std::variant<Asked, http::Response> ask_patient(Api& api, const http::Request& request,
                                                const PatientId& patient, const app::Cell& cell);

struct Person {
  PatientId id;
  std::string name;
  std::string birth_date;
  std::string gender;
  std::vector<std::string> labels;  // security labels that the Patient carries
};
struct Criteria {
  std::string name;
  std::string birth_date;
  std::string identifier;
  std::string id;
  std::string ward;  // that the record system is not asked about: who is on it is known here
};
struct Found {
  std::vector<Person> people;
  bool more = false;  // the record system has others
};
Result<Found> find_people(Api& api, const Criteria& criteria, std::size_t at_most);
// Those of `among` who fit the other criteria, in few requests.
Result<Found> find_people(Api& api, const Criteria& criteria,
                          const std::vector<PatientId>& among);

}  // namespace halligan::in::api
