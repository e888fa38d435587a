// world.h - a small hospital behind the gateway: the shipped house over a simulated ledger, and a
// record system that does as it is told.
#pragma once

#include <boost/json.hpp>

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "app/begin.h"
#include "app/break_glass.h"
#include "app/explain.h"
#include "app/sessions.h"
#include "in/fhir/gateway.h"
#include "sim/sim_clock.h"
#include "sim/sim_dice.h"
#include "sim/sim_entry_store.h"
#include "sim/sim_hasher.h"
#include "sim/sim_vault.h"

namespace halligan::tests {

inline const std::string policy = R"(
hospital = "St. Elsewhere"
timezone = "Europe/London"
roles = ["physician", "nurse", "porter", "scribe", "privacy-officer", "billing", "administrator"]

[relations]
member = { from = "staff", to = "team" }
referral = { from = "team", to = "patient" }

[flags]
SECRET = {}
SHUT = {}

[classes]
claims = { of = ["Claim", "ExplanationOfBenefit", "Coverage"], never_in_emergency = true }
sealed-notes = { of = ["label:PSYTHPN"], named_only = true }

[[deny]]
name = "nobody-knows"
flags = ["SECRET"]
hide = true

[[deny]]
name = "shut-by-order"
flags = ["SHUT"]
text = "This chart is closed by order of the court."

[[deny]]
name = "claims-are-not-urgent"
data = "claims"
except_roles = ["billing"]

[[seal]]
name = "restricted-notes"
data = "label:RESTRICTED"
ask = { acknowledge = "I know that this note is restricted." }

[[allow]]
name = "open-referral"
via = "staff : member / referral"
actions = ["read", "append", "modify"]

[[allow]]
name = "colleagues"
data = ["Practitioner", "Organization"]
actions = ["read"]

[[allow]]
name = "find-people"
roles = ["physician", "nurse"]
actions = ["search"]

[[allow]]
name = "add-only"
roles = ["scribe"]
actions = ["append"]

[[allow]]
name = "fresh-results"
roles = ["nurse"]
data = ["Observation{1d}"]
actions = ["read"]

[[glass]]
reason = "clinical-access"
label = "Clinical access"
purpose = "BTG"
roles = ["physician"]
prompts = ["What are you looking for?"]
review = { by = "privacy-officer", within = "24h" }

[[glass]]
reason = "psychiatric-emergency"
label = "Psychiatric emergency"
purpose = "ETREAT"
roles = ["physician"]
data = ["*", "sealed-notes"]
review = { by = "privacy-officer", within = "24h" }
)";

// Whatever it is asked for it answers as the demo's server would, and remembers what it was asked.
class Records final : public needs::RecordSource {
 public:
  explicit Records(const std::function<EntryIndex()>& durable) : durable_(durable) {}

  struct Asked {
    needs::RecordRequest request;
    EntryIndex durable = 0;  // entries that were durable when it was asked
  };

  void put(const std::string& text) {
    const auto body = boost::json::parse(text).as_object();
    held_[std::string{body.at("resourceType").as_string()} + "/" +
          std::string{body.at("id").as_string()}] = text;
  }
  void put_at(const std::string& path, const std::string& text) { held_[path] = text; }
  // A version, beside the current one; put at its address and in the history, the newest first.
  void put_version(const std::string& text) {
    const auto body = boost::json::parse(text).as_object();
    const auto where = std::string{body.at("resourceType").as_string()} + "/" +
                       std::string{body.at("id").as_string()};
    held_[where + "/_history/" + std::string{body.at("meta").at("versionId").as_string()}] = text;
    auto& all = histories_[where + "/_history"];
    all.insert(all.begin(),
               R"({"fullUrl":"http://upstream.internal/fhir/x","resource":)" + text +
                   R"(,"request":{"method":")" + (all.empty() ? "POST" : "PUT") +
                   R"(","url":"http://upstream.internal/fhir/x"},"response":{"status":"200"}})");
  }
  void put_deletion(const std::string& where) {
    auto& all = histories_[where + "/_history"];
    all.insert(all.begin(),
               R"({"request":{"method":"DELETE","url":"x"},"response":{"status":"204"}})");
  }
  const std::map<std::string, std::string>& held() const { return held_; }
  std::vector<Asked> writes() const {
    std::vector<Asked> out;
    for (const auto& each : asked)
      if (each.request.method != "GET") out.push_back(each);
    return out;
  }

  Result<needs::RecordAnswer> send(const needs::RecordRequest& request) override {
    auto out = said_to(request);
    if (out && request.room && !request.room(out->body.look().size()))
      return Fault{FaultCode::no_room, "no room"};
    return out;
  }

  Result<needs::RecordAnswer> said_to(const needs::RecordRequest& request) {
    asked.push_back({request, durable_()});
    if (meanwhile) meanwhile();
    if (fault && (fault_on.empty() || request.method == fault_on)) return *fault;
    if (status != 0)
      return answer(
          status,
          R"({"resourceType":"OperationOutcome","issue":[{"diagnostics":"at http://upstream.internal"}]})");
    const auto mark = request.target.find('?');
    const auto path = request.target.substr(0, mark);
    if (request.method == "POST" && path.empty()) return transaction(request.body);
    if (request.method == "POST") return create(path, request.body);
    if (path.ends_with("/_history")) return history(path, request.target);
    if (mark != std::string::npos) return search(path, request.target.substr(mark + 1));
    const auto found = held_.find(path);
    if (found == held_.end()) return answer(404, "{}");
    if (request.method == "DELETE") {
      held_.erase(found);
      return answer(204, "");
    }
    if (request.method == "PUT") {
      found->second = request.body;
      if (gives_back) return answer(200, *gives_back);
    }
    return answer(200, found->second);
  }
  std::string base() const override { return "http://upstream.internal/fhir"; }

  std::vector<Asked> asked;
  std::optional<Fault> fault;
  std::string fault_on;                            // a method; empty: every one
  std::function<void()> meanwhile;                 // happens while it is asked
  bool versions = true;                            // told with every resource
  int status = 0;                                  // of every answer, where it is not 0
  std::optional<std::string> gives_back;           // for what is put, where it is not that
  std::vector<std::string> page;                   // answers every search, where there is one
  std::optional<std::string> says_of_transaction;  // where it is not what became of it
  std::vector<std::string> included;               // comes with every page
  std::size_t page_size = 1'000;

 private:
  Result<needs::RecordAnswer> answer(int code, std::string body) const {
    std::vector<std::pair<std::string, std::string>> headers;
    if (versions) headers.emplace_back("etag", "W/\"1\"");
    return needs::RecordAnswer{
        .status = code, .headers = std::move(headers), .body = needs::RecordBytes{std::move(body)}};
  }

  Result<needs::RecordAnswer> create(const std::string& type, const std::string& text) {
    const auto id = "new-" + std::to_string(++made_);
    auto body = boost::json::parse(text).as_object();
    body["id"] = id;
    held_[type + "/" + id] = boost::json::serialize(body);
    return needs::RecordAnswer{
        .status = 201,
        .headers = {{"location", base() + "/" + type + "/" + id + "/_history/1"},
                    {"etag", "W/\"1\""}},
        .body = needs::RecordBytes{held_[type + "/" + id]}};
  }

  // All of it is well; names become addresses wherever they stand, as a careless server does it.
  Result<needs::RecordAnswer> transaction(const std::string& text) {
    auto whole = text;
    const auto asked_for = boost::json::parse(text).at("entry").as_array();
    std::vector<std::string> where;
    for (const auto& entry : asked_for) {
      const auto& request = entry.at("request").as_object();
      auto& address = where.emplace_back(request.at("url").as_string());
      if (request.at("method") == "POST") address += "/new-" + std::to_string(++made_);
      if (!entry.as_object().contains("fullUrl")) continue;
      const std::string name{entry.at("fullUrl").as_string()};
      for (auto at = whole.find(name); at != std::string::npos; at = whole.find(name))
        whole.replace(at, name.size(), address);
    }
    std::string said;
    const auto entries = boost::json::parse(whole).at("entry").as_array();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& entry = entries[i].as_object();
      const auto& method = entry.at("request").at("method").as_string();
      if (method == "DELETE") {
        held_.erase(where[i]);
      } else {
        auto body = entry.at("resource").as_object();
        body["id"] = where[i].substr(where[i].find('/') + 1);
        held_[where[i]] = boost::json::serialize(body);
      }
      said += (i == 0 ? "" : ",") + std::string{R"({"response":{"status":")"} +
              (method == "POST"  ? "201 Created"
               : method == "PUT" ? "200"
                                 : "204 No Content") +
              R"(","location":")" + where[i] + R"(/_history/1","etag":"W/\"1\""})" +
              (method == "DELETE" ? "" : ",\"resource\":" + held_[where[i]]) + "}";
    }
    return answer(200, says_of_transaction.value_or(
                           R"({"resourceType":"Bundle","type":"transaction-response","entry":[)" +
                           said + "]}"));
  }

  Result<needs::RecordAnswer> history(const std::string& path, const std::string& target) const {
    const auto found = histories_.find(path);
    if (found == histories_.end()) return answer(404, "{}");
    const auto at = target.find("_offset=");
    const auto offset = at == std::string::npos ? 0 : std::stoul(target.substr(at + 8));
    std::string entries;
    for (auto i = offset; i < std::min(found->second.size(), offset + page_size); ++i)
      entries += (entries.empty() ? "" : ",") + found->second[i];
    std::string out = R"({"resourceType":"Bundle","type":"history","total":)" +
                      std::to_string(found->second.size());
    if (offset + page_size < found->second.size())
      out += R"(,"link":[{"relation":"next","url":")" + base() + "/" + path +
             "?_offset=" + std::to_string(offset + page_size) + "\"}]";
    return answer(200, out + ",\"entry\":[" + entries + "]}");
  }

  // Knows patient=Patient/x (as its last parameters say where to go on) and nothing else.
  Result<needs::RecordAnswer> search(const std::string& type, const std::string& query) {
    std::size_t offset = 0;
    std::size_t count = page_size;
    std::string patient;
    const auto pairs = in::http::parse_query(query);
    for (const auto& [name, value] : *pairs) {
      if (name == "_offset") offset = static_cast<std::size_t>(std::stoul(value));
      if (name == "_count")
        count = std::min(page_size, static_cast<std::size_t>(std::stoul(value)));
      if (value.starts_with("Patient/")) patient = value;
      if (name == "_id") patient = "\"id\":\"" + value + "\"";
    }
    std::vector<std::string> matches = page;
    if (page.empty())
      for (const auto& [key, text] : held_)
        if (key.starts_with(type + "/") &&
            (patient.empty() || text.find(patient + "\"") != std::string::npos ||
             text.find(patient) != std::string::npos))
          matches.push_back(text);
    std::string out =
        R"({"resourceType":"Bundle","type":"searchset","total":)" + std::to_string(matches.size());
    if (offset + count < matches.size())
      out += R"(,"link":[{"relation":"next","url":")" + base() + "/" + type +
             "?patient=" + patient + "&_count=" + std::to_string(count) +
             "&_offset=" + std::to_string(offset + count) + "\"}]";
    std::string entries;
    for (std::size_t i = offset; i < std::min(matches.size(), offset + count); ++i)
      entries += (entries.empty() ? "" : ",") +
                 std::string{R"({"fullUrl":"http://upstream.internal/fhir/x","resource":)"} +
                 matches[i] + "}";
    for (const auto& each : included)
      entries += (entries.empty() ? "" : ",") + std::string{R"({"search":{"mode":"include"},)"} +
                 R"("fullUrl":"http://upstream.internal/fhir/x","resource":)" + each + "}";
    if (!entries.empty()) out += ",\"entry\":[" + entries + "]";
    return answer(200, out + "}");
  }

  const std::function<EntryIndex()> durable_;
  std::map<std::string, std::string> held_;
  std::map<std::string, std::vector<std::string>> histories_;
  int made_ = 0;
};

struct PutFact {
  using Answer = bool;
  facts::Fact fact;
};
inline PutFact::Answer decide(const PutFact& command, app::Context& context) {
  context.note(command.fact);
  return true;
}

class World {
 public:
  World() { begin(); }
  ~World() { gateway.reset(); }

  // --- the answer to a request, taken whole
  struct Answer {
    int status = 0;
    in::http::Headers headers;
    std::string body;
    std::shared_ptr<const app::Lease> lease;
    bool released = false;

    std::string header(std::string_view name) const {
      for (const auto& each : headers)
        if (in::http::same_name(each.name, name)) return each.value;
      return {};
    }
    boost::json::object json() const { return boost::json::parse(body).as_object(); }
    bool holds(std::string_view text) const { return body.find(text) != std::string::npos; }
    std::string next() const {
      const auto whole = json();
      for (const auto& link : whole.at("link").as_array())
        if (link.at("relation") == "next")
          return std::string{link.at("url").as_string()}.substr(base.size() + 1);
      return {};
    }
    std::vector<std::string> ids() const {
      std::vector<std::string> out;
      const auto whole = json();
      if (whole.contains("entry"))
        for (const auto& entry : whole.at("entry").as_array())
          if (entry.as_object().contains("fullUrl"))
            out.emplace_back(entry.at("resource").at("id").as_string());
      return out;
    }
    std::optional<boost::json::object> offer() const {
      const auto whole = json();
      const auto& issue = whole.at("issue").as_array().at(0).as_object();
      if (!issue.contains("extension")) return std::nullopt;
      return boost::json::parse(
                 issue.at("extension").as_array().at(0).at("valueString").as_string())
          .as_object();
    }
  };

  Answer ask(const std::string& who, const std::string& method, const std::string& target,
             const std::string& body = {}, in::http::Headers headers = {}) {
    in::http::Request request;
    request.method = method;
    request.target = "/fhir/" + target;
    const auto mark = request.target.find('?');
    request.path = request.target.substr(0, mark);
    if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
    if (!who.empty()) headers.push_back({"Authorization", "Bearer " + who});
    if (!body.empty()) headers.push_back({"Content-Type", "application/fhir+json"});
    request.headers = std::move(headers);
    request.body = body;
    auto response = gateway->handle(request);
    Answer out{.status = response.status,
               .headers = response.headers,
               .body = std::string{in::http::body_text(response)},
               .lease = nullptr,
               .released = false};
    if (auto* record = std::get_if<in::http::ReleasedRecord>(&response.body)) {
      out.released = true;
      out.lease = record->lease;
      // As the wire does with the head of an answer.
      if (record->on_done)
        record->on_done(method == "HEAD" ? 0 : out.body.size(), app::Done::whole);
    }
    return out;
  }
  Answer get(const std::string& who, const std::string& target) { return ask(who, "GET", target); }

  // --- the house
  template <class Command>
  typename Command::Answer perform(const Command& command) {
    auto answer = app::ask(desk, command);
    MUST(answer.ok());
    return answer->get();
  }
  // Signs `person` in under a token of their own choice.
  void sign_in(const std::string& person, const std::string& token) {
    const auto answer = perform(app::SignIn{.person = StaffId{person},
                                            .origin = "10.0.0.1",
                                            .password_matched = true,
                                            .totp_step = ++step_,
                                            .terminal = {},
                                            .token_hash = in::token_hash(token)});
    MUST(std::holds_alternative<app::SignIn::Done>(answer));
  }
  void hire(const std::string& id, const std::string& role, bool in_team) {
    facts::StaffSet fact;
    fact.person = StaffId{id};
    fact.pseudonym = to_hex(house->journal().fresh_pseudonym());
    fact.name = id;
    fact.roles = {role};
    perform(PutFact{fact});
    if (!in_team) return;
    facts::RelationRecorded member;
    member.staff = StaffId{"officer-d"};
    member.relation = "member";
    member.from = "staff/" + id;
    member.to = "team/cardio";
    perform(PutFact{member});
  }

  void refer(const std::string& patient) {
    facts::RelationRecorded fact;
    fact.staff = StaffId{"officer-d"};
    fact.patient = PatientId{patient};
    fact.relation = "referral";
    fact.from = "team/cardio";
    fact.to = "patient/" + patient;
    perform(PutFact{fact});
  }
  void flag(const std::string& patient, const std::string& name) {
    facts::FlagSet fact;
    fact.staff = StaffId{"officer-d"};
    fact.patient = PatientId{patient};
    fact.flag = name;
    perform(PutFact{fact});
  }
  std::string break_glass(const std::string& token, const std::string& patient,
                          const std::string& reason = "clinical-access") {
    const auto answer = try_glass({.who = token, .patient = patient, .reason = reason});
    MUST(std::holds_alternative<app::Broken>(answer));
    return std::get<app::Broken>(answer).glass.text();
  }
  struct Breaking {
    std::string who;
    std::string patient;
    std::string reason = "clinical-access";
    app::OfferedCell wanted{};
    std::vector<std::string> acknowledged{};
  };
  app::BreakGlass::Answer try_glass(const Breaking& how) {
    return perform(app::BreakGlass{.token_hash = in::token_hash(how.who),
                                   .patient = PatientId{how.patient},
                                   .patient_exists = true,
                                   .wanted = how.wanted,
                                   .rule = how.reason,
                                   .details = {{"What are you looking for?", "the reason"}},
                                   .acknowledged = how.acknowledged,
                                   .confirmed = false});
  }
  // Everything that is in the ledger; what was still to be told is told first.
  std::vector<facts::Fact> ledger() {
    restart_gateway();
    std::vector<facts::Fact> out;
    for (EntryIndex i = 0; i < house->journal().durable(); ++i) {
      const auto read = house->journal().read(i);
      MUST(read.ok() && read->body.has_value());
      out.push_back(read->body->fact);
    }
    return out;
  }
  template <class Fact>
  std::vector<Fact> entries() {
    std::vector<Fact> out;
    for (auto& fact : ledger())
      if (const auto* one = std::get_if<Fact>(&fact)) out.push_back(*one);
    return out;
  }
  void restart_gateway() {
    gateway.reset();
    gateway = std::make_unique<in::fhir::Gateway>(edge, base);
  }

  class Desk final : public app::Desk {
   public:
    explicit Desk(World& world) : world_(world) {}
    Result<app::Durable> run(const std::function<void(app::House&, const Now&)>& job) override {
      const std::lock_guard lock{mutex_};
      if (world_.house->failed()) return Fault{FaultCode::ledger_unavailable, "stopped"};
      job(*world_.house, world_.clock.now());
      return world_.house->commit();
    }
    std::uint64_t entries() {
      const std::lock_guard lock{mutex_};
      return world_.store->size();
    }

   private:
    World& world_;
    std::mutex mutex_;
  };

  inline static const std::string base = "https://halligan.example/fhir";
  sim::SimDice dice{7};
  sim::SimDice edge_dice{8};
  sim::SimDisk disk{dice.split()};
  const crypto::SecretKey root{dice.roll<32>()};
  sim::SimVaultStorage vault_storage{dice.split(), root};
  sim::SimClock clock{Instant{Millis{1'790'000'000'000}}};
  sim::SimHasher hasher;
  std::unique_ptr<sim::SimEntryStore> store;
  std::unique_ptr<sim::SimVault> vault;
  std::unique_ptr<app::House> house;
  Desk desk{*this};
  Records records{[this] { return desk.entries(); }};
  in::Edge edge{.desk = desk,
                .vault = *make_vault(),
                .hasher = hasher,
                .clock = clock,
                .dice = edge_dice,
                .records = records};
  std::unique_ptr<in::fhir::Gateway> gateway;

 private:
  sim::SimVault* make_vault() {
    auto made = sim::SimVault::open(vault_storage, root);
    MUST(made.ok());
    vault = std::move(*made);
    return vault.get();
  }

  void begin() {
    auto opened = sim::SimEntryStore::open(disk);
    MUST(opened.ok());
    store = std::move(*opened);
    auto made =
        app::House::open({.store = *store, .vault = *vault, .dice = dice, .clock = clock}, "test");
    MUST(made.ok());
    house = std::move(*made);
    app::Begin command;
    command.hospital = "test";
    command.origin = "test.example/log";
    command.log_key = "none";
    command.boot_id = clock.boot_id();
    command.version = "test";
    command.officers = {
        {.id = StaffId{"officer-d"}, .name = "D", .roles = {"privacy-officer", "administrator"}},
        {.id = StaffId{"officer-e"}, .name = "E", .roles = {"privacy-officer"}}};
    command.policy = policy;
    const auto begun = perform(command);
    if (const auto* refusal = std::get_if<app::Refusal>(&begun)) {
      std::fprintf(stderr, "%s\n", refusal->what.c_str());
      for (const auto& each : refusal->missing) std::fprintf(stderr, "  %s\n", each.c_str());
      MUST(refusal == nullptr);
    }
    hire("dr-a", "physician", true);
    hire("dr-b", "physician", false);
    hire("porter-c", "porter", false);
    hire("bill", "billing", true);
    hire("scribe-s", "scribe", false);
    for (const auto* who : {"dr-a", "dr-b", "porter-c", "bill", "scribe-s"}) sign_in(who, who);
    for (const auto* patient : {"p-1", "p-2", "p-3", "hidden", "shut"})
      records.put(R"({"resourceType":"Patient","id":")" + std::string{patient} +
                  R"(","name":[{"family":"Roe"}],"meta":{"versionId":"1"}})");
    refer("p-1");
    refer("p-2");
    flag("hidden", "SECRET");
    flag("shut", "SHUT");
    gateway = std::make_unique<in::fhir::Gateway>(edge, base);
  }

  std::int64_t step_ = 0;
};

inline std::string observation(const std::string& id, const std::string& patient,
                               const std::string& rest = {}) {
  return R"({"resourceType":"Observation","id":")" + id + R"(","subject":{"reference":"Patient/)" +
         patient + "\"}" + rest + "}";
}
// The reference code is what differs between any two refusals.
inline std::string without_code(std::string text) {
  const auto at = text.find("reference code ");
  return at == std::string::npos ? text : text.erase(at + 15, 7);
}
inline std::string code_in(const std::string& text) {
  const auto at = text.find("reference code ");
  return at == std::string::npos ? std::string{} : text.substr(at + 15, 7);
}

inline const std::string psychotherapy = R"(,"meta":{"security":[{"code":"PSYTHPN"}]})";

}  // namespace halligan::tests
