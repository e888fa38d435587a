// The log as outsiders follow it, entries in clear, metrics; and what holds for every route.

#include "api_world.h"
#include "core/ledger/checkpoint.h"
#include "core/ledger/entry.h"
#include "core/ledger/tiles.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

// One that was cut back, with the file taken away that would tell so, is no new ledger.
TEST_F(ApiWorld, ALedgerWithoutTheCheckpointItPublishedIsNotServed) {
  const crypto::SecretKey seed{crypto::Key256{5}};
  const auto opened = app::LogBook::open({.desk = *this,
                                          .entries = [this] { return store_; },
                                          .checkpoints = std::make_unique<MemoryCheckpoint>(),
                                          .seed = seed,
                                          .key = *ledger::parse_verifier_key(state().log_key)});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.fault().code, FaultCode::ledger_damaged);
  EXPECT_NE(opened.fault().what.find("missing"), std::string::npos);
}

TEST_F(ApiWorld, CheckpointTilesAndReceiptsVerify) {
  const auto begun = get("/ledger/checkpoint", "");
  EXPECT_EQ(ledger::open_checkpoint(begun.text, *ledger::parse_verifier_key(state().log_key)).error,
            ledger::NoteError::none);
  const auto opened = post("/api/v1/charts/p-1/open", sign_in("doc"));
  const auto index = opened["receipt"].to_number<EntryIndex>();
  const auto token = sign_in("doc");
  EXPECT_EQ(get("/ledger/receipt/" + std::to_string(index), token).header("Retry-After"), "1");
  ASSERT_TRUE(log_->publish().ok());
  const auto key = *ledger::parse_verifier_key(state().log_key);
  const auto note = get("/ledger/checkpoint", "");
  const auto head = ledger::open_checkpoint(note.text, key);
  ASSERT_EQ(head.error, ledger::NoteError::none);
  EXPECT_EQ(head.head.size, size());
  const auto receipt = get("/ledger/receipt/" + std::to_string(index), token);
  ASSERT_EQ(receipt.status, 200);
  const auto stored = *store_->read(index);
  EXPECT_TRUE(
      ledger::verify_receipt(*ledger::parse_receipt(receipt.text), ledger::leaf_hash(stored), key));
  EXPECT_EQ(get("/ledger/receipt/" + std::to_string(index), "").status, 401);
  for (const char* other : {"-1", "01", "00", "+1", "1.0", "0x1", "18446744073709551616"})
    EXPECT_EQ(get(std::string{"/ledger/receipt/"} + other, token).status, 400) << other;
  const auto tile = get("/ledger/tile/0/000.p/" + std::to_string(size()), "");
  ASSERT_EQ(tile.status, 200) << tile.text;
  EXPECT_EQ(tile.text.size(), 32 * size());
  EXPECT_EQ(get("/ledger/tile/0/000", "").status, 404) << "not full yet";
  EXPECT_EQ(get("/ledger/tile/0/0", "").status, 404) << "one spelling each";
  const auto shown = get("/api/v1/ledger", token);
  EXPECT_EQ(shown["durable"].to_number<EntryIndex>(), size());
  EXPECT_EQ(shown["checkpoint_size"].to_number<EntryIndex>(), size());
}

TEST_F(ApiWorld, EntriesInClearAndBundlesTakeALedgerReader) {
  enrol("lea", {"ledger-reader"});
  ASSERT_TRUE(log_->publish().ok());
  const auto published = log_->published_size();
  const auto bundle = "/ledger/tile/entries/000.p/" + std::to_string(published);
  EXPECT_EQ(get(bundle, "").status, 401);
  const auto doc = sign_in("doc");
  EXPECT_EQ(get(bundle, doc).status, 403);
  EXPECT_EQ(get("/api/v1/entries", doc).status, 403);
  const auto lea = sign_in("lea");
  const auto bytes = get(bundle, lea);
  ASSERT_EQ(bytes.status, 200);
  EXPECT_EQ(ledger::split_bundle(view(bytes.text))->size(), published);
  EXPECT_TRUE(bytes.header("Cache-Control").empty());
  const auto before = size();
  const auto read = get("/api/v1/entries?from=" + std::to_string(before - 1) + "&limit=5", lea);
  ASSERT_EQ(read.status, 200) << read.text;
  const auto& list = read["entries"].as_array();
  ASSERT_EQ(list.size(), 2U) << "that it was read is an entry";
  EXPECT_EQ(list[0].at("kind").as_string(), "session-opened");
  EXPECT_EQ(list[0].at("staff").as_string(), "lea");
  EXPECT_EQ(list[1].at("kind").as_string(), "ledger-read");
  EXPECT_EQ(read["receipt"].to_number<EntryIndex>(), before);
  for (const char* query :
       {"?from=-1", "?from=x", "?limit=1e9", "?limit=0", "?nonsense=1", "?from=%ff"})
    EXPECT_EQ(get(std::string{"/api/v1/entries"} + query, lea).status, 400) << query;
}

TEST_F(ApiWorld, MetricsAreNumbersForThisMachineAndAdministrators) {
  const auto doc = sign_in("doc");
  break_glass(doc, "p-2");
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  records_.answers["Patient/p-3"] = {200, "{}"};
  ASSERT_EQ(post("/api/v1/charts/p-3/open", doc).str("verdict"), "glass");
  EXPECT_EQ(get("/metrics", "").status, 403);
  EXPECT_EQ(get("/metrics", doc).status, 403);
  EXPECT_EQ(get("/metrics", sign_in("ada")).status, 200);
  peer_ = "127.0.0.1";
  const auto metrics = get("/metrics", "");
  ASSERT_EQ(metrics.status, 200);
  for (const char* line :
       {"halligan_verdicts_total{verdict=\"glass\"} 1", "halligan_cases_unclosed 1",
        "halligan_durable_seconds_bucket", "halligan_entries_total{kind=\"glass-opened\"} 1"})
    EXPECT_NE(metrics.text.find(line), std::string::npos) << line << " in\n" << metrics.text;
  for (const char* name : {"p-1", "p-2", "doc", "clinical-access", "cardiology"})
    EXPECT_EQ(metrics.text.find(name), std::string::npos) << "P15: " << name;
}

TEST_F(ApiWorld, ReadyMeansThatSomethingIsDecided) {
  EXPECT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(get("/healthz", "").status, 200);
}

TEST_F(ApiWorld, WhatScreensNeedToKnowIsTheSigned) {
  const auto before = size();
  auto shown = get("/api/v1/hospital", "");
  ASSERT_EQ(shown.status, 200) << shown.text;
  EXPECT_EQ(shown.body, json::parse(R"({"name":"St. Elsewhere","timezone":"Europe/London",
      "locale":"en-GB","lock_seconds":600,"recent_charts":false,"version":"0.0-test"})"));
  EXPECT_EQ(size(), before) << "it is asked by everybody and leaves no trace";
  const std::string other =
      "hospital = \"St. Otherwise\"\ntimezone = \"Europe/Zurich\"\n"
      "roles = [\"privacy-officer\", \"administrator\"]\n[console]\nrecent_charts = true\n";
  const auto proposed =
      post("/api/v1/policy/proposals", sign_in("ada"), {{"text", other}, {"note", "n"}});
  ASSERT_EQ(proposed.status, 201) << proposed.text;
  EXPECT_EQ(get("/api/v1/hospital", "").str("name"), "St. Elsewhere") << "only proposed";
  ASSERT_LT(
      post("/api/v1/policy/proposals/" + proposed.str("version") + "/sign", sign_in("pia")).status,
      300);
  shown = get("/api/v1/hospital", "");
  EXPECT_EQ(shown.body, json::parse(R"({"name":"St. Otherwise","timezone":"Europe/Zurich",
      "locale":"en-GB","lock_seconds":null,"recent_charts":true,"version":"0.0-test"})"));
  ledger_fails_ = true;
  EXPECT_EQ(get("/api/v1/hospital", "").status, 503);
}

std::string filled(const std::string& path) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    if (path[at] != '{') {
      out += path[at++];
      continue;
    }
    const auto end = path.find('}', at);
    const auto name = path.substr(at + 1, end - at - 1);
    out += name == "index" ? "0" : name == "tile" ? "entries/000" : "x";
    at = end + 1;
  }
  return out;
}

// What takes a form, as its standard says, and no JSON.
bool is_form(const std::string& path) {
  return path == "/oauth2/token" || path == "/oauth2/introspect" || path == "/oauth2/revoke" ||
         path == "/api/v1/providers/{provider}/logout";
}

bool open_to_all(const std::string& path) {
  return path == "/api/v1/sessions" || path == "/ledger/checkpoint" || path == "/api/v1/ledger" ||
         path == "/healthz" || path == "/readyz" || path == "/metrics" ||
         path == "/api/v1/hospital" || path == "/api/v1/passkeys/challenge" ||
         path == "/api/v1/sessions/passkey" || path == "/api/v1/sessions/card" ||
         path == "/api/v1/sessions/vouched" || path == "/api/v1/terminal" ||
         path.starts_with("/api/v1/providers") || is_form(path) || path == "/oauth2/jwks" ||
         path.find("/.well-known/") != std::string::npos;
}

// What each command takes, so that the session is what is wrong with it.
std::string good_body(const std::string& path) {
  static const std::map<std::string, std::string> bodies{
      {"/api/v1/session/step-up", R"({"code":"1"})"},
      {"/api/v1/session/step-up/passkey",
       R"({"passkey":{"id":"x","client_data":"eA","authenticator_data":"eA","signature":"eA"}})"},
      {"/api/v1/session/unlock/passkey",
       R"({"passkey":{"id":"x","client_data":"eA","authenticator_data":"eA","signature":"eA"}})"},
      {"/api/v1/terminal", R"({"terminal":"x","secret":"x"})"},
      {"/api/v1/vouches/{vouch}", R"({"number":10})"},
      {"/api/v1/drawers/{drawer}/cards", R"({"count":1})"},
      {"/api/v1/drawers/{drawer}/count", R"({"sealed":[1]})"},
      {"/api/v1/session/passkeys", R"({"name":"x","client_data":"eA","attestation_object":"eA"})"},
      {"/api/v1/session/unlock", R"({"password":"x"})"},
      {"/api/v1/patients/search", R"({"name":"x"})"},
      {"/api/v1/charts/{patient}/copies", R"({"kind":"print","what":"x"})"},
      {"/api/v1/copies", R"({"kind":"print","what":"x"})"},
      {"/api/v1/charts/{patient}/erasure", R"({"why":"x"})"},
      {"/api/v1/charts/{patient}/break", R"({"reason":"x"})"},
      {"/api/v1/charts/{patient}/referrals", R"({"team":"x"})"},
      {"/api/v1/glass/{glass}/details", R"({"details":[]})"},
      {"/api/v1/cases/{case}/justify", R"({"text":"x"})"},
      {"/api/v1/cases/{case}/close", R"({"finding":"training"})"},
      {"/api/v1/cases/{case}/reopen", R"({"comment":"x"})"},
      {"/api/v1/staff/{staff}", R"({"name":"x","roles":[],"active":true})"},
      {"/api/v1/staff/{staff}/password", R"({"password":"long enough"})"},
      {"/api/v1/terminals/{terminal}", R"({"place":"x","active":true})"},
      {"/api/v1/terminals/{terminal}/certificate",
       R"({"certificate":"0000000000000000000000000000000000000000000000000000000000000000"})"},
      {"/api/v1/sources/{source}/secret", R"({"secret":"x"})"},
      {"/api/v1/provisioning/{source}", R"({})"},
      {"/api/v1/receivers/{receiver}", R"({"url":"https://x.example","secret":"x"})"},
      {"/api/v1/relations/confirm", R"({"relation":"x","from":"a","to":"b"})"},
      {"/api/v1/policy/proposals", R"({"text":"x","note":"x"})"},
      {"/api/v1/policy/explain", R"({"patient":"x","action":"read","type":"Patient"})"}};
  const auto held = bodies.find(path);
  return held == bodies.end() ? "{}" : held->second;
}

TEST_F(ApiWorld, EveryRouteAsksForASession) {
  int asked = 0;
  for (const auto& route : in::api::api_routes()) {
    if (open_to_all(route.path)) continue;
    const auto body =
        route.method == "GET" || route.method == "DELETE" ? std::string{} : good_body(route.path);
    for (const char* token : {"", "no-such-token"}) {
      const auto before = size();
      const auto answer = call(std::string{route.method}, filled(route.path), token, body);
      EXPECT_EQ(answer.status, 401) << route.method << " " << route.path << ": " << answer.text;
      EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
      EXPECT_FALSE(answer.str("code").empty());
      EXPECT_EQ(size(), before) << "nothing is written for nobody";
      ++asked;
    }
  }
  EXPECT_GT(asked, 60);
}

TEST_F(ApiWorld, EveryCommandRefusesWhatItDoesNotKnow) {
  const auto admin = sign_in("ada");
  for (const auto& route : in::api::api_routes()) {
    if (route.method == "GET" || route.method == "DELETE" || is_form(route.path)) continue;
    auto body = json::parse(good_body(route.path)).get_object();
    body["no_such_field"] = 1;
    const auto path = filled(route.path);
    const auto answer = call(std::string{route.method}, path, admin, json::serialize(body));
    EXPECT_EQ(answer.status, 400) << route.path << ": " << answer.text;
    for (const char* bad : {"{", "[]", "\"x\"", "{\"a\":1,\"a\":2}", "{\"name\":\"\xff\"}"})
      EXPECT_EQ(call(std::string{route.method}, path, admin, bad).status, 400)
          << route.path << " " << bad;
  }
}

TEST_F(ApiWorld, WrongMethodsAreToldWhichAreRight) {
  for (const auto& route : in::api::api_routes()) {
    const auto answer = call("TRACE", filled(route.path), "");
    EXPECT_EQ(answer.status, 405) << route.path;
    EXPECT_NE(answer.header("Allow").find(route.method), std::string::npos);
  }
}

}  // namespace
}  // namespace halligan::tests
