// api_world.h - a hospital of a few people, and the API before it, without a network.
//
// The house, its stores and the policy are real; the record system is a script.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <memory>

#include "app/begin.h"
#include "app/log_book.h"
#include "in/api/api.h"
#include "in/api/openid.h"
#include "in/api/tokens.h"
#include "scripted_provider.h"
#include "sim/sim_clock.h"
#include "sim/sim_dice.h"
#include "sim/sim_entry_store.h"
#include "sim/sim_hasher.h"
#include "sim/sim_index.h"
#include "sim/sim_vault.h"

namespace halligan::tests {

namespace json = boost::json;

class ScriptedRecords final : public needs::RecordSource {
 public:
  Result<needs::RecordAnswer> send(const needs::RecordRequest& request) override;
  std::string base() const override { return "http://records.test/fhir"; }

  std::map<std::string, std::pair<int, std::string>> answers;  // by the target's beginning
  std::optional<Fault> fault;
  std::vector<std::string> asked;
};

class MemoryCheckpoint final : public needs::CheckpointStore {
 public:
  Result<std::optional<std::string>> load() override { return note_; }
  Result<Unit> save(const std::string& note) override {
    note_ = note;
    return Unit{};
  }

 private:
  std::optional<std::string> note_;
};

struct Answer {
  int status = 0;
  in::http::Headers headers;
  std::string text;
  json::value body;
  std::shared_ptr<in::http::EventSource> events;

  std::string slug() const;
  const json::value& operator[](std::string_view name) const { return body.as_object().at(name); }
  std::string str(std::string_view name) const {
    return std::string{body.as_object().at(name).as_string()};
  }
  std::string header(std::string_view name) const;
};

class ApiWorld : public ::testing::Test, public app::Desk {
 protected:
  const identity::RelyingParty party{.id = "records.example", .origin = "https://records.example"};
  ApiWorld();
  ~ApiWorld() override;

  Result<app::Durable> run(const std::function<void(app::House&, const Now&)>& job) override;

  Answer call(std::string method, std::string path, const std::string& token, std::string body = {},
              const std::map<std::string, std::string>& headers = {});
  Answer get(std::string path, const std::string& token) {
    return call("GET", std::move(path), token);
  }
  Answer post(std::string path, const std::string& token,
              const json::value& body = json::object{}) {
    return call("POST", std::move(path), token, json::serialize(body));
  }
  Answer put(std::string path, const std::string& token, const json::value& body) {
    return call("PUT", std::move(path), token, json::serialize(body));
  }

  // Signs in with a code that was not used; gives the token.
  std::string sign_in(const std::string& who);
  Answer try_sign_in(const std::string& who, const std::string& password, const std::string& code,
                     const json::value& terminal = {});
  std::string code_of(const std::string& who);  // time passes where the present one was used
  void enrol(const std::string& who, std::vector<std::string> roles);
  struct Said {
    std::optional<Instant> start{};  // nothing: since yesterday
    Instant end = far_future;
    bool so = true;
  };
  void tell(const std::string& relation, const std::string& from, const std::string& to,
            const Said& said);
  void tell(const std::string& relation, const std::string& from, const std::string& to) {
    tell(relation, from, to, Said{});
  }
  json::array details() const;  // that clinical-access asks
  std::string break_glass(const std::string& token,
                          const std::string& patient);  // gives the glass
  std::vector<std::string> kinds_since(EntryIndex from);
  EntryIndex size() { return house_->state().entries; }
  const app::State& state() const { return house_->state(); }

  sim::SimDice dice_{7};
  sim::SimDisk disk_{sim::SimDice{8}};
  crypto::SecretKey root_{crypto::Key256{1}};
  sim::SimVaultStorage vault_storage_{sim::SimDice{9}, root_};
  sim::SimClock clock_{Instant{Millis{1'790'000'000'000}}};
  sim::SimHasher hasher_;
  sim::SimIndex index_{sim::SimDice{10}};
  std::shared_ptr<sim::SimEntryStore> store_;
  std::unique_ptr<sim::SimVault> vault_;
  std::unique_ptr<app::House> house_;
  std::unique_ptr<app::LogBook> log_;
  ScriptedRecords records_;
  std::unique_ptr<in::api::Tokens> glass_tokens_;
  ScriptedProvider provider_{clock_};
  ScriptedDirectory directory_;
  std::unique_ptr<in::api::OpenId> openid_;
  std::unique_ptr<in::Edge> edge_;
  in::api::Bulletin bulletin_;
  std::unique_ptr<in::api::Api> api_;
  in::http::Router router_;
  std::map<std::string, std::string> tokens_;
  bool ledger_fails_ = false;
  bool keeps_time_ = true;  // as the writer does all the time
  std::string peer_ = "192.0.2.7";
  bool tls_ = false;
  std::string certificate_;  // that the client shows: hex SHA-256
  // Puts this beside the policy that is in force.
  void add_to_policy(const std::string& more);
  void change_policy(const std::string& text);
};

}  // namespace halligan::tests
