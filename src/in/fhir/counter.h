// counter.h - one request before the desk: asked, decided, recorded, leased.
//
// Everything that the gateway knows about rights it learns here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/access.h"
#include "app/house.h"
#include "in/edge.h"
#include "in/fhir/body.h"
#include "in/fhir/room.h"

namespace halligan::in::fhir {

using RecordedAccess = app::Recorded<app::AskAccess::Answer>;

// Something is permitted, and it is written down.
struct Granted {
  RecordedAccess answer;
  std::vector<app::Cell> cells;  // as they were decided
  std::shared_ptr<const app::Lease> lease;
  bool hint = false;  // of a survey
  const app::Accessed& access() const { return std::get<app::Accessed>(answer.get()); }
};
using Decided = std::variant<Granted, app::Refusal, Fault>;

// What a request has been granted so far.
struct Grants {
  std::vector<Granted> all;
  EntryIndex first_intent() const { return all.front().access().intent; }
  std::vector<app::AskAccess::Covered> covered() const;
  std::shared_ptr<const app::Lease> lease() const;  // over when one of them is
};

class Counter {
 public:
  using ZoneOf = std::function<std::shared_ptr<const policy::Zone>(const std::string&)>;
  // How resources of this request are read; the zone is that of the policy in force when somebody
  // was asked for the first time, by nobody() or for a decision.
  Counter(const Edge& edge, Shown who, std::string purpose, Bases bases, ZoneOf zone_of)
      : edge_(edge),
        session_(std::move(who.hash)),
        bound_(std::move(who.bound)),
        purpose_(std::move(purpose)),
        bases_(std::move(bases)),
        zone_of_(std::move(zone_of)) {}
  // Only of the chart in front. Pages of a browser open charts by saying so; what they still ask
  // for when another page has opened another chart does not shut that one.
  void only_in_front() { focus_ = app::AskAccess::Focus::must_be_there; }
  const std::string& session() const { return session_; }  // or the credential's
  const std::string& purpose() const { return purpose_; }

  // A refusal where nobody is signed in.
  std::optional<std::variant<app::Refusal, Fault>> nobody() const;
  const Bases& bases() const { return bases_; }
  // Where bytes of records that are fetched for this request are counted.
  void hold_in(const Room& room) { room_ = &room; }
  Room::Hold hold() const { return room_ == nullptr ? Room::Hold{} : room_->of(session_); }

  // One chart, before its resources are known. Of several types those that can be had are asked
  // for, or, where there is none, the Patient.
  struct Survey {
    PatientId patient;
    std::vector<std::string> types;
    std::vector<std::string> labels;  // that every resource asked for carries
    std::string form;
  };
  Decided survey(const Survey& what) const;

  // Resources that came back, or that are to be written.
  struct Again {
    std::vector<app::Cell> cells;
    std::string form;
    bool whole = false;
    const Grants* earlier = nullptr;
    EntryIndex part_of = 0;  // index + 1 of the first intent of a whole, where none is earlier
    PatientId check;         // the record system is asked whether it knows this one
    // "Type/id", of one resource: where it is refused as one that is not there would be, it is
    // written down as that one. Otherwise two codes that are the same would tell of one patient.
    std::string by_id{};
  };
  Decided decide(const Again& what) const;
  // Written down although there is nothing to decide: asking for what is not there.
  std::variant<app::Refusal, Fault> missing(const std::string& by_id) const;

 private:
  struct How {
    PatientId chart;      // whether the record system knows it decides, too
    bool survey = false;  // before the resources are known
  };
  Decided ask(app::AskAccess command, const How& how) const;
  std::vector<app::Cell> surveyed(const app::State& state, const app::Session& session,
                                  const std::vector<app::Cell>& asked, const Now& now) const;
  Result<bool> record_system_knows(const PatientId& patient) const;

  const Edge& edge_;
  const std::string session_;
  const std::string bound_;
  const std::string purpose_;
  app::AskAccess::Focus focus_ = app::AskAccess::Focus::moves;
  const Room* room_ = nullptr;
  void learn_zone(const std::string& zone_name) const;
  mutable Bases bases_;
  mutable bool zone_known_ = false;
  ZoneOf zone_of_;
};

// Over when one of them is.
std::shared_ptr<const app::Lease> lease_of_all(
    std::vector<std::shared_ptr<const app::Lease>> leases);

// One cell for each patient in whose compartment it lies; one without a patient where there is
// none.
std::vector<app::Cell> cells_of(const Resource& resource, app::Action action);

bool lies_in(const Resource& resource, const PatientId& patient);

// Refused for who asks, whatever is asked for: nobody, or somebody at another chart. What is
// withheld is another thing.
bool is_of_the_asker(const app::Refusal& refusal);

// Of each of several things, of the places of its cells among those that were decided: what its
// release rests on. Nothing where one of them is not permitted, or where it has none.
std::vector<std::optional<EntryIndex>> intents_of(
    const Granted& granted, const std::vector<std::vector<std::size_t>>& of_each);

// Where each cell stands in a list without repetitions.
std::vector<std::size_t> add_cells(std::vector<app::Cell> cells, std::vector<app::Cell>& list);

}  // namespace halligan::in::fhir
