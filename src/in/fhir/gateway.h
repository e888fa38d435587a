// gateway.h - /fhir: stands before any FHIR R4 server and lets through what is permitted and
// written down first.
//
// The hops of a request: target.h understands it, counter.h has it decided and recorded, the record
// system is asked, body.h looks at what came back, counter.h decides that again, app/release.h
// opens. A form that is not understood is refused; upstream's envelopes, addresses and errors never
// leave.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "in/edge.h"
#include "in/fhir/conditions.h"
#include "in/fhir/counter.h"
#include "in/fhir/outcome.h"
#include "in/fhir/page_token.h"
#include "in/fhir/target.h"
#include "in/fhir/teller.h"
#include "in/fhir/turns.h"
#include "in/fhir/writes.h"
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
    Room::Hold room{};
    Grants grants{};
    std::vector<Resource> resources{};
    std::vector<Resource> included{};  // with them
    Tallies tallies{};
    std::size_t bytes = 0;
    std::set<std::string> charts{};       // that what was looked at lies in
    void charge(const Granted& granted);  // tallies for its intents
    void keep(Resource resource, EntryIndex intent);
    void include(Resource resource, EntryIndex intent);
    void count(const Resource& resource, EntryIndex intent);
    void all_of_one(std::size_t size);  // what was granted last is one resource
  };

  http::Response read(const Counter& counter, const Read& target);
  http::Response binary(const Counter& counter, const BinaryOf& target);
  http::Response history(const Counter& counter, Place from);
  http::Response search(const Counter& counter, Place from, bool first_page);
  http::Response people(const Counter& counter, const PersonSearch& target);
  http::Response everything(const Counter& counter, const Everything& target);
  http::Response batch(const Counter& counter, const http::Request& request);
  http::Response transaction(const Counter& counter, const std::vector<BatchRequest>& requests,
                             const http::Request& around);
  http::Response serve(const http::Request& request, const Target& target);
  http::Response metadata() const;
  Turns::Turn turn_of(const Counter& counter);

  static constexpr std::size_t upstream_pages_max = 40;  // of one answer

  // One page of the record system: what of it may be kept.
  struct Looked {
    std::vector<Resource> matches;
    std::vector<std::optional<EntryIndex>> intents;  // of each match; nothing where it is withheld
    std::string next;
    Room::Hold room{};
    // What came along because it was asked for; of which matches, for each of them.
    struct Included {
      Resource resource;
      std::optional<EntryIndex> intent;
    };
    std::vector<Included> included{};
    std::vector<std::vector<std::size_t>> with{};
  };
  using LookedAt = std::variant<Looked, http::Response>;
  LookedAt look(const Counter& counter, const Place& place, const std::string& form, Kept& kept);
  // Nothing: `of_each` is decided as far as it can be; what is withheld has no intent.
  std::optional<http::Response> decide_some(const Counter& counter, const std::string& form,
                                            std::vector<app::Cell> cells,
                                            const std::vector<std::vector<std::size_t>>& of_each,
                                            Kept& kept,
                                            std::vector<std::optional<EntryIndex>>& intents);
  std::optional<http::Response> look_at_included(const Counter& counter, const Place& place,
                                                 std::vector<Resource> included, Looked& page,
                                                 Kept& kept);
  // A match with what comes with it; false: there is no room for all of that.
  static bool keep_with(Looked& page, std::size_t match, Kept& kept);

  // One resource that is asked for by its id. A person is named by it, and the chart is surveyed
  // first; whose anything else is shows when it has come back.
  struct ById {
    const Counter& counter;
    Read target;
    std::string form;
    Kept kept{.room = counter.hold()};
    std::vector<Room::Hold> fetched{};
    Room::Hold page{};
    bool named() const { return target.type == "Patient"; }
    std::string text() const { return target.type + "/" + target.id; }
  };
  // Without trouble: it is not there, or cannot be checked.
  struct Missed {
    std::optional<http::Response> trouble{};
    int status = 0;
  };
  std::optional<http::Response> survey_named(ById& asking);
  std::variant<Resource, Missed> fetch_one(ById& asking, const Read& target);
  http::Response missed(ById& asking, Missed why);
  std::optional<http::Response> decide_whole(ById& asking, std::vector<app::Cell> cells);
  http::Response denied(ById& asking, const app::Refusal& refusal);
  std::variant<VersionPage, Missed> fetch_versions(ById& asking, const Place& place);
  // Intents of the versions of one page, as they stand; those of a deletion are of what it ended.
  struct Sorted {
    std::vector<std::optional<EntryIndex>> intents;
    std::optional<app::Refusal> refusal;
  };
  std::variant<Sorted, http::Response> sort_versions(ById& asking, std::vector<Version>& versions,
                                                     const std::vector<std::string>& labels);
  http::Response release_set(Kept kept, const Envelope& envelope);
  http::Response release(std::string bytes, const Kept& kept, const Granted& by,
                         http::Headers headers);
  // What asking for a resource is answered that is not there.
  static http::Response nothing_there(const Counter& counter, const std::string& by_id);
  // The zone of a name, made once.
  std::shared_ptr<const policy::Zone> zone(const std::string& iana);

  // Who asks for a write, and how.
  struct Asker {
    const Counter& counter;
    const http::Request& request;
    EntryIndex part_of = 0;  // index + 1 of the first intent of a whole
  };
  // A write that is granted and written down, and may be sent.
  struct Ready {
    Grants grants;
    needs::RecordRequest request;
    Resource wrote;
    std::string form;
    int status = 200;
  };
  using Readied = std::variant<Ready, http::Response>;
  Readied ready(const Asker& by, const Create& target);
  Readied ready(const Asker& by, const Change& what);
  // What is there of what is to be changed.
  struct Held {
    Resource resource;
    std::string version;  // as an ETag; empty: not told
  };
  std::variant<Held, http::Response> held_of(const Counter& counter, const Change& what);
  // Of one change: nothing where its cells are granted.
  struct Changing {
    const Asker& by;
    const Change& what;
    const Held& held;
    Grants grants{};
  };
  std::optional<http::Response> barred(Changing& doing, std::vector<app::Cell> cells,
                                       const PatientId& check);

  // A write: sent once, its outcome written down before anybody hears of it.
  struct Taken {
    std::string id;       // of what was created
    std::string version;  // as an ETag; empty: not told
    needs::RecordAnswer answer;
  };
  struct Told {
    facts::Outcome outcome = facts::Outcome::unknown;
    std::uint64_t bytes = 0;
    int upstream_status = 0;
    std::string new_id{};
  };
  using Sent = std::variant<Taken, http::Response>;
  Sent send(const Grants& grants, const needs::RecordRequest& request, const std::string& type);
  struct Fate {
    Tallies of;
    Told told;
  };
  bool tell_now(const std::vector<Fate>& fates);
  static std::optional<NotAllowed> wrong_under_glass(const Resource& resource);
  void tell_nothing(const Grants& grants);
  http::Response refuse_after(const Grants& grants, const NotAllowed& why);
  // A write that was taken, and how its client wants to hear of it.
  struct Written {
    Grants grants;
    Taken taken;
    Resource wrote;
    std::string form;
    int status = 200;
    http::Headers headers{};
  };
  http::Response write(const Counter& counter, Readied readied, Wish wish);
  Written written_of(Ready ready, Taken taken) const;
  http::Response tell_written(const Counter& counter, Written what, Wish wish);
  // A transaction: requests that are granted, and what the record system is sent of them.
  struct Whole {
    std::vector<Ready> parts{};
    std::vector<std::string> full_urls{};  // of each; empty: none
  };
  std::optional<http::Response> gather(Whole& whole, const Counter& counter,
                                       const std::vector<BatchRequest>& requests,
                                       const http::Request& around);
  http::Response give_up(const Whole& whole, http::Response why);
  static needs::RecordRequest composed(const Whole& whole, Wish wish);
  std::variant<std::vector<Taken>, http::Response> send_whole(const Whole& whole, Wish wish);
  // Of those that were taken; and what became of each.
  std::vector<Taken> taken_of(const Whole& whole, const std::vector<PartDone>& done,
                              std::vector<Fate>& fates);
  // What came back of it, where its client may read it; nothing where it is not shown.
  std::optional<http::Response> show_written(const Counter& counter, Written& what);

  void tell(const Tallies& tallies, facts::Outcome outcome);
  struct Fetched : needs::RecordAnswer {
    Room::Hold room;
  };
  Result<Fetched> fetch(const Counter& counter, const std::string& target, std::size_t bytes_max);
  // A fault of the desk, or of the record system.
  static http::Response trouble(const Fault& fault);
  static http::Response answer(const std::variant<app::Refusal, Fault>& why);

  const Edge& edge_;
  const Bases bases_;
  std::mutex zone_mutex_;
  std::string zone_name_;
  std::shared_ptr<const policy::Zone> zone_;
  Turns turns_;
  PageTokens tokens_;
  const Room room_;
  Teller teller_;
};

}  // namespace halligan::in::fhir
