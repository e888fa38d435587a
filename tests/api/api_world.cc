#include "api_world.h"

#include <fstream>
#include <sstream>

#include "app/people.h"
#include "core/identity/totp.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

// What administrators do by the API is put here directly, to begin with.
struct PutFacts {
  using Answer = bool;
  std::vector<facts::Fact> all;
};
PutFacts::Answer decide(const PutFacts& command, app::Context& context) {
  for (const auto& fact : command.all) context.note(fact);
  return true;
}

std::string file(const char* path) {
  std::ifstream in{path};
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

const Bytes totp_secret(20, 'k');
constexpr const char* password = "correct horse battery";

}  // namespace

Result<needs::RecordAnswer> ScriptedRecords::send(const needs::RecordRequest& request) {
  asked.push_back(request.target);
  if (fault) return *fault;
  needs::RecordAnswer out;
  out.status = 404;
  for (const auto& [target, answer] : answers)
    if (request.target.starts_with(target)) {
      out.status = answer.first;
      out.body = needs::RecordBytes{answer.second};
    }
  return out;
}

std::string Answer::slug() const {
  constexpr std::string_view prefix = "urn:halligan:problem:";
  const auto* type = body.is_object() ? body.get_object().if_contains("type") : nullptr;
  return type == nullptr ? std::string{} : std::string{type->as_string()}.substr(prefix.size());
}

std::string Answer::header(std::string_view name) const {
  for (const auto& each : headers)
    if (in::http::same_name(each.name, name)) return each.value;
  return {};
}

ApiWorld::ApiWorld() {
  store_ = sim::SimEntryStore::open(disk_).value();
  vault_ = sim::SimVault::open(vault_storage_, root_).value();
  house_ =
      app::House::open({.store = *store_, .vault = *vault_, .dice = dice_, .clock = clock_}, "test")
          .value();
  const crypto::SecretKey seed{crypto::Key256{5}};
  const ledger::VerifierKey key{.name = "ledger.test/hospital", .key = crypto::public_key(seed)};
  app::Begin begin;
  begin.hospital = "St. Elsewhere";
  begin.origin = key.name;
  begin.log_key = to_text(key);
  begin.boot_id = clock_.boot_id();
  begin.version = "test";
  begin.officers = {{.id = StaffId{"ada"}, .name = "Ada Admin", .roles = {"administrator"}},
                    {.id = StaffId{"pia"}, .name = "Pia Privacy", .roles = {"privacy-officer"}}};
  begin.policy = file("demo/policy.toml");
  const auto begun = house_->perform(begin, clock_.now());
  EXPECT_TRUE(std::holds_alternative<EntryIndex>(begun));
  for (const char* who : {"ada", "pia"}) {
    (void)vault_->set_secret(std::string{"staff/"} + who, "password",
                             *hasher_.hash(Sealed<std::string>{password}));
    (void)vault_->set_secret(std::string{"staff/"} + who, "totp", Sealed{to_base32(totp_secret)});
  }
  EXPECT_TRUE(house_->commit().ok());
  auto published = std::make_unique<MemoryCheckpoint>();
  const auto& tree = house_->journal().tree();
  EXPECT_TRUE(published
                  ->save(ledger::sign_checkpoint(
                      {.origin = key.name, .size = tree.size(), .root = tree.root()}, seed))
                  .ok());
  log_ = app::LogBook::open({.desk = *this,
                             .entries = [this] { return store_; },
                             .checkpoints = std::move(published),
                             .seed = seed,
                             .key = key})
             .value();
  glass_tokens_ = std::make_unique<in::api::Tokens>(in::api::Tokens::Parts{
      .desk = *this, .vault = *vault_, .dice = dice_, .clock = clock_, .address = party.origin});
  openid_ = std::make_unique<in::api::OpenId>(provider_, clock_, "");
  edge_ = std::make_unique<in::Edge>(in::Edge{.desk = *this,
                                              .vault = *vault_,
                                              .hasher = hasher_,
                                              .clock = clock_,
                                              .dice = dice_,
                                              .records = records_,
                                              .under_glass = nullptr,
                                              .credentials = glass_tokens_.get()});
  api_ = std::make_unique<in::api::Api>(in::api::Api::Parts{.edge = *edge_,
                                                            .log = *log_,
                                                            .bulletin = bulletin_,
                                                            .index = &index_,
                                                            .server = nullptr,
                                                            .version = "0.0-test",
                                                            .backups = nullptr,
                                                            .party = party,
                                                            .printer = nullptr,
                                                            .directory = &directory_,
                                                            .address = party.origin,
                                                            .tokens = glass_tokens_.get(),
                                                            .openid = openid_.get()});
  api_->add_to(router_);
  enrol("doc", {"physician"});
  enrol("nina", {"nurse"});
  tell("member", "doc", "cardiology");
  tell("referral", "cardiology", "p-1");
}

ApiWorld::~ApiWorld() = default;

Result<app::Durable> ApiWorld::run(const std::function<void(app::House&, const Now&)>& job) {
  if (ledger_fails_)
    return Fault{FaultCode::ledger_unavailable, "it fails because the test says so"};
  if (keeps_time_) house_->keep_time(clock_.now());
  job(*house_, clock_.now());
  auto durable = house_->commit();
  if (durable)
    bulletin_.tell(house_->take_news(), house_->state());
  else
    bulletin_.fall_silent();
  return durable;
}

Answer ApiWorld::call(std::string method, std::string path, const std::string& token,
                      std::string body, const std::map<std::string, std::string>& headers) {
  in::http::Request request;
  request.method = std::move(method);
  request.target = path;
  request.path = path.substr(0, path.find('?'));
  if (path.find('?') != std::string::npos) request.query = path.substr(path.find('?') + 1);
  request.peer_address = peer_;
  request.peer_network = peer_;
  request.tls = tls_;
  request.client_certificate = certificate_;
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
  if (!body.empty() && !headers.contains("Content-Type"))
    request.headers.push_back({"Content-Type", "application/json"});
  for (const auto& [name, value] : headers) request.headers.push_back({name, value});
  request.body = std::move(body);
  const auto response = router_(request);
  Answer out;
  out.status = response.status;
  out.headers = response.headers;
  out.text = std::string{in::http::body_text(response)};
  boost::system::error_code failure;
  out.body = json::parse(out.text, failure);
  if (const auto* stream = std::get_if<in::http::EventStream>(&response.body))
    out.events = stream->source;
  return out;
}

std::string ApiWorld::code_of(const std::string& who) {
  // Codes are good once: wait for the next where this one was used.
  const auto* person = state().person(StaffId{who});
  while (person != nullptr && !person->totp_steps.empty() &&
         identity::totp_step_at(clock_.now().wall) <= person->totp_steps.back())
    clock_.pass(1s);
  return identity::totp_code(totp_secret, identity::totp_step_at(clock_.now().wall));
}

Answer ApiWorld::try_sign_in(const std::string& who, const std::string& given,
                             const std::string& code, const json::value& terminal) {
  json::object body{{"user", who}, {"password", given}, {"code", code}};
  if (!terminal.is_null()) body.emplace("terminal", terminal);
  return post("/api/v1/sessions", "", body);
}

std::string ApiWorld::sign_in(const std::string& who) {
  const auto answer = try_sign_in(who, password, code_of(who));
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.status == 201 ? answer.str("token") : std::string{};
}

void ApiWorld::enrol(const std::string& who, std::vector<std::string> roles) {
  PutFacts put;
  put.all.emplace_back(facts::StaffSet{.staff = StaffId{"ada"},
                                       .person = StaffId{who},
                                       .pseudonym = to_hex(dice_.roll<16>()),
                                       .name = "Name of " + who,
                                       .roles = std::move(roles),
                                       .department = {},
                                       .active = true});
  for (const char* factor : {"password", "totp"})
    put.all.emplace_back(
        facts::FactorEnrolled{.staff = StaffId{"ada"}, .person = StaffId{who}, .factor = factor});
  (void)house_->perform(put, clock_.now());
  (void)vault_->set_secret("staff/" + who, "password",
                           *hasher_.hash(Sealed<std::string>{password}));
  (void)vault_->set_secret("staff/" + who, "totp", Sealed{to_base32(totp_secret)});
  EXPECT_TRUE(house_->commit().ok());
}

void ApiWorld::tell(const std::string& relation, const std::string& from, const std::string& to,
                    const Said& said) {
  static const std::map<std::string, std::pair<std::string, std::string>> ends{
      {"member", {"staff/", "team/"}},      {"referral", {"team/", "patient/"}},
      {"excludes", {"patient/", "staff/"}}, {"works_on", {"staff/", "unit/"}},
      {"admitted", {"patient/", "unit/"}},  {"checked_in", {"patient/", "unit/"}},
      {"is", {"staff/", "patient/"}},       {"attending", {"staff/", "patient/"}},
      {"encounter", {"staff/", "patient/"}}};
  const auto& [from_type, to_type] = ends.at(relation);
  facts::RelationRecorded fact;
  fact.staff = StaffId{"ada"};
  fact.relation = relation;
  fact.from = from_type + from;
  fact.to = to_type + to;
  fact.start = said.start.value_or(clock_.now().wall - 24h);
  fact.end = said.end;
  fact.asserted = said.so;
  if (to_type == "patient/") fact.patient = PatientId{to};
  if (from_type == "patient/") fact.patient = PatientId{from};
  PutFacts put;
  put.all.emplace_back(std::move(fact));
  (void)house_->perform(put, clock_.now());
  EXPECT_TRUE(house_->commit().ok());
}

void ApiWorld::add_to_policy(const std::string& more) {
  change_policy(state().policy_in_force()->text + more);
}

void ApiWorld::change_policy(const std::string& text) {
  const auto proposed =
      post("/api/v1/policy/proposals", sign_in("ada"), {{"text", text}, {"note", "another"}});
  ASSERT_EQ(proposed.status, 201) << proposed.text;
  const auto done =
      post("/api/v1/policy/proposals/" + proposed.str("version") + "/sign", sign_in("pia"));
  ASSERT_LT(done.status, 300) << done.text;
}

json::array ApiWorld::details() const {
  json::array out;
  for (const char* prompt : {"What are you looking for?", "Who needs it?", "Why is it needed?"})
    out.push_back({{"prompt", prompt}, {"answer", "a word about it"}});
  return out;
}

std::string ApiWorld::break_glass(const std::string& token, const std::string& patient) {
  records_.answers["Patient/" + patient] = {200, "{}"};
  const auto answer = post("/api/v1/charts/" + patient + "/break", token,
                           {{"reason", "clinical-access"}, {"details", details()}});
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.status == 201 ? answer.str("glass") : std::string{};
}

std::vector<std::string> ApiWorld::kinds_since(EntryIndex from) {
  std::vector<std::string> out;
  for (auto index = from; index < size(); ++index) {
    const auto read = house_->journal().read(index);
    EXPECT_TRUE(read.ok() && read->body);
    out.emplace_back(facts::kind_of(read->body->fact));
  }
  return out;
}

}  // namespace halligan::tests
