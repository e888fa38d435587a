// gateway.h - /fhir: stands before any FHIR R4 server and lets through what is permitted and
// written down first.
//
// The hops of a request: target.h understands it, counter.h has it decided and recorded, the record
// system is asked, body.h looks at what came back, counter.h decides that again, app/release.h
// opens. A form that is not understood is refused; upstream's envelopes, addresses and errors never
// leave.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "in/edge.h"
#include "in/fhir/counter.h"
#include "in/fhir/outcome.h"
#include "in/fhir/page_token.h"
#include "in/fhir/target.h"
#include "in/fhir/teller.h"
#include "in/http/router.h"

namespace halligan::in::fhir {

class Gateway {
 public:
  // `base`: the address under which clients know us, ending in /fhir.
  Gateway(const Edge& edge, std::string base);
  http::Response handle(const http::Request& request);
  // Who may bring more than a few KiB of body, by its head; nothing: it may come.
  std::optional<http::Response> admit(const http::Request& head);
  void routes(http::Router& router);  // must outlive the router

 private:
  // What happened under each intent, to be told when the bytes are gone.
  struct Tally {
    std::uint64_t resources = 0;
    std::uint64_t withheld = 0;
    std::uint64_t bytes = 0;
    int upstream_status = 0;
  };
  using Tallies = std::map<EntryIndex, Tally>;

  // Resources kept for the answer, and what they rest on.
  struct Kept {
    Grants grants;
    std::vector<Resource> resources;
    Tallies tallies;
    std::size_t bytes = 0;
    void charge(const Granted& granted);  // tallies for its intents
    void keep(Resource resource, EntryIndex intent);
  };

  http::Response read(const Counter& counter, const Read& target);
  http::Response read_patient(const Counter& counter, const Read& target);
  http::Response search(const Counter& counter, Place from, bool first_page);
  http::Response people(const Counter& counter, const PersonSearch& target);
  http::Response everything(const Counter& counter, const Everything& target);
  http::Response create(const Counter& counter, const Create& target, const http::Request& request);
  http::Response change(const Counter& counter, const Target& target, const http::Request& request);
  http::Response metadata() const;

  // One page of the record system: what of it may be kept.
  struct Looked {
    std::vector<Resource> matches;
    std::vector<std::optional<EntryIndex>> intents;  // of each match; nothing where it is withheld
    std::string next;
  };
  using LookedAt = std::variant<Looked, http::Response>;
  LookedAt look(const Counter& counter, const Place& place, const std::string& form, Kept& kept);

  // `kept` holds the survey of a named read, and nothing of a resolved one.
  http::Response read_one(const Counter& counter, const Read& target, Kept kept);
  http::Response release_set(Kept kept, const Envelope& envelope);
  http::Response release(std::string bytes, const Kept& kept, const Granted& by,
                         http::Headers headers);
  // What asking for a resource is answered that is not there.
  static http::Response nothing_there(const Counter& counter, const std::string& by_id);
  // The zone of a name, made once.
  std::shared_ptr<const policy::Zone> zone(const std::string& iana);

  // A write: sent once, its outcome written down before anybody hears of it.
  struct Taken {
    std::string id;       // of what was created
    std::string version;  // as an ETag; empty: not told
  };
  struct Told {
    facts::Outcome outcome = facts::Outcome::unknown;
    std::uint64_t bytes = 0;
    int upstream_status = 0;
    std::string new_id{};
  };
  using Sent = std::variant<Taken, http::Response>;
  Sent send(const Granted& granted, const needs::RecordRequest& request, const std::string& type);
  bool tell_now(const Tallies& tallies, const Told& told);
  static http::Headers write_headers(const Granted& granted, const Taken& taken);
  static std::optional<NotAllowed> wrong_under_glass(const Resource& resource);
  http::Response refuse_after(const Granted& granted, const NotAllowed& why);

  void tell(const Tallies& tallies, facts::Outcome outcome);
  Result<needs::RecordAnswer> fetch(const std::string& target, std::size_t bytes_max);
  // A fault of the desk, or of the record system.
  static http::Response trouble(const Fault& fault);
  static http::Response answer(const std::variant<app::Refusal, Fault>& why);

  const Edge& edge_;
  const Bases bases_;
  std::mutex zone_mutex_;
  std::string zone_name_;
  std::shared_ptr<const policy::Zone> zone_;
  std::atomic<std::size_t> whole_charts_ = 0;  // being asked for now
  PageTokens tokens_;
  Teller teller_;
};

}  // namespace halligan::in::fhir
