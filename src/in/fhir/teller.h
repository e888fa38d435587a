// teller.h - writes down what became of releases, behind the wire: whoever sends bytes does not
// wait for the ledger again.
//
// What it could not write when the process ends reads "unknown" after the next start.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "app/house.h"

namespace halligan::in::fhir {

class Teller {
 public:
  explicit Teller(app::Desk& desk);
  ~Teller();                            // writes what is waiting
  void tell(app::TellOutcome outcome);  // never blocks

 private:
  void work();

  app::Desk& desk_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<app::TellOutcome> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace halligan::in::fhir
