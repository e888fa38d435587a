#include "bin/event_push.h"

#include <algorithm>
#include <chrono>

#include "app/receivers.h"
#include "in/api/credentials.h"
#include "in/api/secrets.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t at_once = 100;  // events between two entries that say that they were taken
constexpr auto look_every = 50ms;     // where there is something to look after
constexpr auto receivers_every = 1s;
constexpr auto again_after_min = 1s;  // and twice as long each time
constexpr auto again_after_max = 60s;

struct Due {
  app::Receiver receiver;
  std::vector<app::Ended> events;
  std::string origin;
  Instant now{};
};

// Nothing where it is no receiver any more.
Result<std::optional<Due>> due_for(in::api::Api& api, const std::string& id) {
  std::optional<Due> out;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    const auto& state = house.state();
    const auto held = state.receivers.find(id);
    if (held == state.receivers.end() || !held->second.active) return;
    out = Due{.receiver = held->second,
              .events = app::to_tell(state, held->second, at_once),
              .origin = state.origin,
              .now = now.wall};
  });
  if (!looked) return looked.fault();
  return out;
}

std::vector<std::string> receivers_of(in::api::Api& api) {
  std::vector<std::string> out;
  (void)api.run([&](app::House& house, const Now&) {
    for (const auto& [id, receiver] : house.state().receivers)
      if (receiver.active) out.push_back(id);
  });
  return out;
}

// False where it is to stop.
bool rest(const std::stop_token& stop, std::chrono::milliseconds how_long) {
  const auto until = std::chrono::steady_clock::now() + how_long;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(how_long, 50ms));
  return !stop.stop_requested();
}

enum class Took { yes, refused, not_now };

Took tell_one(in::api::Api& api, needs::WebClient& web, const Due& due,
              const Sealed<std::string>& secret, const app::Ended& ended) {
  const bool glass = !ended.glass.empty();
  // The same name each time it is told: a receiver knows what it has taken before (RFC 8417 2.2).
  const auto set = api.tokens->make_event(
      {.audience = due.receiver.audience,
       .id = to_hex(crypto::sha256(view(due.origin + "|" + std::to_string(ended.entry)))),
       .made_at = due.now,
       .kind = glass ? "glass" : "session",
       .about = glass ? ended.glass.text() : ended.session.text(),
       .staff = ended.staff,
       .ended_at = ended.at,
       .why = ended.by});
  if (!set) return Took::not_now;
  needs::WebRequest request;
  request.method = "POST";
  request.url = due.receiver.url;
  request.headers = {{"Content-Type", "application/secevent+jwt"}, {"Accept", "application/json"}};
  request.body = *set;
  request.bearer = Sealed{std::string{secret.reveal()}};
  request.ca_file = api.identity_ca;
  request.connect_within = limits::provider_connect_time_max;
  request.within = limits::provider_answer_time_max;
  const auto answer = web.send(request);
  if (!answer) return Took::not_now;
  if (answer->status == 202 || answer->status == 200 || answer->status == 204) return Took::yes;
  return answer->status == 400 ? Took::refused : Took::not_now;  // RFC 8935 2.4: as it is, never
}

}  // namespace

EventPush::EventPush(Parts parts)
    : parts_(std::move(parts)), thread_([this](const std::stop_token& stop) {
        do {
          const auto wanted = receivers_of(parts_.api);
          std::erase_if(tellers_, [&](const auto& each) {  // joined here: it sees that it is none
            return std::ranges::find(wanted, each.first) == wanted.end();
          });
          for (const auto& id : wanted)
            if (!tellers_.contains(id))
              tellers_.emplace(
                  id, std::jthread{[this, id](const std::stop_token& own) { tell(own, id); }});
        } while (rest(stop, receivers_every));
        tellers_.clear();
      }) {}

void EventPush::tell(const std::stop_token& stop, const std::string& receiver) {
  auto& api = parts_.api;
  std::chrono::milliseconds again = again_after_min;
  bool silent = false;
  while (!stop.stop_requested()) {
    const auto found = due_for(api, receiver);
    const auto* due = found && *found ? &**found : nullptr;
    if (due == nullptr) {  // the ledger cannot be asked now, or it is stopped; it may be set anew
      if (!rest(stop, receivers_every)) return;
      continue;
    }
    if (due->events.empty()) {
      if (!rest(stop, look_every)) return;
      continue;
    }
    const auto secret =
        in::api::secret_of(api, "receiver/" + receiver, "secret", due->receiver.kept_as);
    EntryIndex took_before = 0;
    Took took = Took::not_now;
    for (const auto& ended : due->events) {
      took = secret ? tell_one(api, parts_.web, *due, *secret, ended) : Took::not_now;
      if (took == Took::not_now || stop.stop_requested()) break;
      if (took == Took::refused)
        parts_.complain("receiver " + receiver + " refuses the event of entry " +
                        std::to_string(ended.entry) + ": it is not told it again");
      took_before = ended.entry + 1;
    }
    if (took_before != 0)
      (void)app::ask(api.edge.desk, app::ReceiverTook{.receiver = receiver, .before = took_before});
    if (took != Took::not_now) {
      if (silent) parts_.complain("receiver " + receiver + " takes events again");
      silent = false;
      again = again_after_min;
      continue;
    }
    if (!silent) parts_.complain("receiver " + receiver + " takes no events: it is tried again");
    silent = true;
    if (!rest(stop, again)) return;
    again = std::min<std::chrono::milliseconds>(2 * again, again_after_max);
  }
}

}  // namespace halligan::bin
