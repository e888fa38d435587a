// ledger.cc - the log for those who follow it (C2SP tlog-tiles), receipts, entries in clear.
//
// Checkpoint and hash tiles are open. Bundles of entries, though encrypted, tell by pseudonyms and
// times who met whom: they take the role ledger-reader.

#include <map>

#include "app/entry_search.h"
#include "app/judge.h"
#include "app/read_ledger.h"
#include "core/ledger/tiles.h"
#include "in/api/query.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::PathParams;
using http::Request;
using http::Response;

constexpr std::uint64_t entries_at_once_max = 1'000;

Response text_answer(std::string text) {
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(text)};
}

Response checkpoint(Api& api, const Request&, const PathParams&) {
  return text_answer(api.log.checkpoint());
}

Response tile(Api& api, const Request& request, const PathParams& path) {
  const auto name = ledger::parse_tile_path("tile/" + path["tile"]);
  if (!name) return api.not_found("no tile is named like this");
  if (name->entries) {
    std::optional<app::Refusal> refusal;
    const auto asked = api.run([&](app::House& house, const Now& now) {
      const auto* session = app::live_session(house.state(), session_hash(request), now);
      if (session == nullptr)
        refusal = app::no_session(house.state(), session_hash(request), now);
      else if (!app::has_role(house.state(), *session, app::role::ledger_reader))
        refusal = app::role::needed("bundles of entries take a ledger reader");
    });
    if (!asked) return api.faulted(asked.fault());
    if (refusal) return api.refused(*refusal);
  }
  const auto bytes = api.log.tile(*name);
  if (!bytes) return api.faulted(bytes.fault());
  if (!*bytes) return api.not_found("the published tree has no such tile");
  Response out{.status = 200,
               .headers = {{"Content-Type", "application/octet-stream"}},
               .body = std::string{text_view(**bytes)}};
  // What a tile holds never changes; bundles stay out of shared caches.
  if (!name->entries)
    out.headers.push_back({"Cache-Control", "public, max-age=31536000, immutable"});
  return out;
}

Response receipt(Api& api, const Request& request, const PathParams& path) {
  const auto index = decimal(path["index"]);
  if (!index)
    return api.bad_request("{index}", "something else in the path", "the index of an entry");
  std::optional<app::Refusal> refusal;
  EntryIndex entries = 0;
  const auto asked = api.run([&](app::House& house, const Now& now) {
    if (app::live_session(house.state(), session_hash(request), now) == nullptr)
      refusal = app::no_session(house.state(), session_hash(request), now);
    entries = house.journal().durable();
  });
  if (!asked) return api.faulted(asked.fault());
  if (refusal) return api.refused(*refusal);
  if (*index >= entries) return api.not_found("the ledger has no entry of this index");
  const auto proof = api.log.receipt(*index);
  if (!proof) return api.faulted(proof.fault());
  if (*proof) return text_answer(**proof);
  auto out = api.not_found("no published checkpoint covers this entry yet");
  out.headers.push_back({"Retry-After", "1"});
  return out;
}

// The fact's members stand beside index, time and kind.
json::object entry_json(const app::ReadEntry& entry) {
  json::object out{{"index", entry.index}, {"at", to_text(entry.at)}, {"kind", nullptr}};
  if (!entry.body) return out;  // its key was destroyed, or it is withheld
  out["kind"] = facts::kind_of(entry.body->fact);
  const auto fact = json::parse(facts::fact_json(entry.body->fact));  // outlives the loop over it
  for (const auto& member : fact.get_object()) out.insert(member);
  return out;
}

// Of patients whom policy hides from an officer who is no ledger reader, nothing but that there is
// an entry.
Result<Unit> withhold(Api& api, const std::string& token_hash,
                      std::vector<app::ReadEntry>& entries) {
  const auto done = api.run([&](app::House& house, const Now& now) {
    const auto* session = app::live_session(house.state(), token_hash, now);
    if (session != nullptr && app::has_role(house.state(), *session, app::role::ledger_reader))
      return;
    std::map<std::string, bool> hidden;
    for (auto& entry : entries) {
      const auto patient = entry.body ? facts::patient_of(entry.body->fact) : PatientId{};
      if (patient.empty()) continue;
      const auto [held, fresh] = hidden.try_emplace(patient.text(), true);
      if (fresh && session != nullptr)
        held->second = !app::may_learn(house.state(), *session, {}, patient, now);
      if (held->second &&
          !(session != nullptr && facts::staff_of(entry.body->fact) == session->staff))
        entry.body.reset();
    }
  });
  if (!done) return done.fault();
  return Unit{};
}

Response entries(Api& api, const Request& request, const PathParams&) {
  Query query{request};
  const auto from =
      query.number("from", {.otherwise = 0, .min = 0, .max = std::uint64_t{1} << 62U});
  const auto limit =
      query.number("limit", {.otherwise = 100, .min = 1, .max = entries_at_once_max});
  if (const auto error = query.error()) return http::problem(*error);
  app::ReadLedger command;
  command.token_hash = session_hash(request);
  command.what = "entries from " + std::to_string(from) + ", at most " + std::to_string(limit);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  auto read = app::read_entries(api.edge.desk, from, limit);
  if (!read) return api.faulted(read.fault());
  if (const auto done = withhold(api, command.token_hash, *read); !done)
    return api.faulted(done.fault());
  json::array list;
  for (const auto& entry : *read) list.push_back(entry_json(entry));
  return answer(200,
                {{"entries", std::move(list)}, {"receipt", std::get<EntryIndex>(asked->get())}});
}

const char* text_of(needs::Room room) {
  switch (room) {
    case needs::Room::plenty: return "plenty";
    case needs::Room::low: return "low";
    case needs::Room::reserve_only: return "reserve-only";
  }
  base::stop("room outside its enum", __FILE__, __LINE__);
}

// Without a session no more than the checkpoint tells: how many entries a moment brings forth says
// something about what others do, and about what one is not told oneself.
Response show(Api& api, const Request& request, const PathParams&) {
  json::object out;
  const auto published = api.log.published_size();
  const auto done = api.run([&](app::House& house, const Now& now) {
    const auto& journal = house.journal();
    out = {{"origin", house.state().origin},
           {"log_key", house.state().log_key},
           {"checkpoint_size", published},
           {"room", text_of(journal.room())}};
    if (app::live_session(house.state(), session_hash(request), now) == nullptr) return;
    const auto& tree = journal.tree();
    out.emplace("size", journal.next());
    out.emplace("durable", journal.durable());
    out.emplace("root", to_base64(tree.root_at(tree.size())));
    const auto& from = house.begun_from();
    out.emplace("begun_from", from ? json::value(from->size) : json::value(nullptr));
  });
  if (!done) return api.faulted(done.fault());
  return answer(200, out);
}

constexpr std::array routes{
    Route{"GET", "/ledger/checkpoint", checkpoint},   Route{"GET", "/ledger/tile/{tile...}", tile},
    Route{"GET", "/ledger/receipt/{index}", receipt}, Route{"GET", "/api/v1/ledger", show},
    Route{"GET", "/api/v1/entries", entries},
};

}  // namespace

std::span<const Route> ledger_routes() { return routes; }

}  // namespace halligan::in::api
