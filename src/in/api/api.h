// api.h - the HTTP API (spec/http-api.yaml): JSON becomes a command, its answer becomes JSON.
//
// Nothing is decided here. Every answer leaves only when what it rests on is durable; every "no" is
// a problem (RFC 9457) with a code that a person can read out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/house.h"
#include "app/log_view.h"
#include "core/identity/passkey.h"
#include "in/api/at_a_time.h"
#include "in/api/bulletin.h"
#include "in/api/challenges.h"
#include "in/api/devices.h"
#include "in/api/metrics.h"
#include "in/api/problem_codes.h"
#include "in/api/urgency.h"
#include "in/edge.h"
#include "in/http/message.h"
#include "in/http/router.h"
#include "in/http/server.h"
#include "in/once.h"
#include "needs/access_index.h"
#include "needs/backups.h"
#include "needs/card_printer.h"

namespace halligan::needs {
class Directory;
}  // namespace halligan::needs

namespace halligan::in::api {

class OpenId;
class Tokens;

class Api {
 public:
  struct Parts {
    const Edge& edge;
    app::LogView& log;
    Bulletin& bulletin;
    needs::AccessIndex* index = nullptr;  // none: only the newest entries are looked through
    const http::ServerCounters* server = nullptr;  // none: no metrics of the server
    std::string version{};                         // of the program
    needs::Backups* backups = nullptr;             // none: no folder is meant for them
    identity::RelyingParty party{};                // none: nobody has a passkey here
    needs::CardPrinter* printer = nullptr;         // none: cards are given as text alone
    needs::Directory* directory = nullptr;         // none: no directory is asked
    std::string address{};                         // https URL of this server, without a path
    Tokens* tokens = nullptr;                      // none: no credentials are made for glass
    OpenId* openid = nullptr;                      // none: no provider is asked
    std::string identity_ca{};                     // vouches for the directory; empty: the system's
  };
  explicit Api(const Parts& parts)
      : edge(parts.edge),
        log(parts.log),
        bulletin(parts.bulletin),
        index(parts.index),
        server(parts.server),
        version(parts.version),
        backups(parts.backups),
        party(parts.party),
        printer(parts.printer),
        directory(parts.directory),
        address(parts.address),
        tokens(parts.tokens),
        openid(parts.openid),
        identity_ca(parts.identity_ca),
        flow_key(crypto::Key256{parts.edge.dice.roll<32>()}),
        codes(parts.edge.dice),
        challenges(parts.edge.dice),
        devices(parts.edge.vault, parts.edge.dice) {}

  void add_to(http::Router& router);

  // Asks as the person behind the request's token. `look` sees the state that the answer left, on
  // the writer, and copies what is to be shown. Where the house has failed there is no such state:
  // what was decided has not come about, and nothing is looked at.
  struct NoLook {
    template <class Answer>
    void operator()(app::House&, const Now&, const Answer&) const {}
  };
  template <class Command, class Look = NoLook>
  Result<app::Recorded<typename Command::Answer>> ask(const http::Request& request,
                                                      const Command& command, Look look = {}) {
    std::optional<typename Command::Answer> answer;
    const auto job = [&](app::House& house, const Now& now) {
      answer = house.perform(command, now, idempotency_of(request, house.state()));
      if (!house.failed()) look(house, now, *answer);
    };
    const auto durable = run(job, urgency(request));
    if (!durable) return durable.fault();
    return durable->seal(std::move(*answer));
  }
  // Bulk goes behind everybody else.
  Result<app::Durable> run(const std::function<void(app::House&, const Now&)>& job,
                           http::Urgency urgency = http::Urgency::ordinary);

  http::Response refused(const app::Refusal& refusal);
  http::Response faulted(const Fault& fault);
  http::Response bad_request(std::string_view pointer, std::string_view found,
                             std::string_view wanted);
  http::Response not_found(std::string_view what);

  const Edge& edge;
  app::LogView& log;
  Bulletin& bulletin;
  needs::AccessIndex* index;
  const http::ServerCounters* server;
  const std::string version;
  needs::Backups* backups;
  const identity::RelyingParty party;
  needs::CardPrinter* printer;
  needs::Directory* directory;
  const std::string address;
  Tokens* tokens;
  OpenId* openid;
  const std::string identity_ca;
  const crypto::SecretKey flow_key;  // of ways to a provider and back: a restart forgets them
  Once flows{{.all = 100'000, .of_one = 100'000}};  // of those, which have come back
  AtATime directory_asks;                           // by the person, and where they are known
  ProblemCodes codes;
  Challenges challenges;
  Devices devices;
  Metrics metrics;

 private:
  static std::string idempotency_of(const http::Request& request, const app::State& state);
  http::Response plain(int status, std::string_view slug, std::string_view title,
                       std::string_view detail);
};

struct RouteName {
  std::string_view method;
  std::string path;  // as spec/http-api.yaml writes it
};
std::vector<RouteName> api_routes();

// How much body a path may bring, for the server.
std::size_t body_bytes_max(std::string_view path);

}  // namespace halligan::in::api
