// api_commands.cc - whatever is sent to a command of the API is answered as spec/http-api.yaml has
// it, never with a fault of ours; what came about is in the ledger, and reading it gives the same
// state.
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "api_world.h"
#include "app/replay.h"

namespace {

using namespace halligan;

void must(bool law) {
  if (!law) std::abort();
}

struct Route {
  const char* method;
  const char* path;
};
constexpr Route routes[] = {
    {"POST", "/api/v1/sessions"},
    {"POST", "/api/v1/session/step-up"},
    {"POST", "/api/v1/session/lock"},
    {"POST", "/api/v1/session/unlock"},
    {"POST", "/api/v1/session/extend"},
    {"POST", "/api/v1/patients/search"},
    {"POST", "/api/v1/charts/p-1/open"},
    {"POST", "/api/v1/charts/p-1/copies"},
    {"POST", "/api/v1/charts/p-2/break"},
    {"POST", "/api/v1/charts/p-2/referrals"},
    {"POST", "/api/v1/charts/p-1/referrals/cardiology/close"},
    {"POST", "/api/v1/copies"},
    {"POST", "/api/v1/glass/GLASS/close"},
    {"POST", "/api/v1/glass/GLASS/revoke"},
    {"POST", "/api/v1/glass/GLASS/details"},
    {"POST", "/api/v1/cases/CASE/justify"},
    {"POST", "/api/v1/cases/CASE/close"},
    {"POST", "/api/v1/cases/CASE/reopen"},
    {"PUT", "/api/v1/staff/nina"},
    {"PUT", "/api/v1/staff/nina/password"},
    {"POST", "/api/v1/staff/nina/totp"},
    {"POST", "/api/v1/staff/nina/sign-out"},
    {"POST", "/api/v1/staff/nina/unlock"},
    {"POST", "/api/v1/drawers/nurses-desk/cards"},
    {"POST", "/api/v1/drawers/nurses-desk/count"},
    {"POST", "/api/v1/sessions/card"},
    {"POST", "/api/v1/sessions/vouched"},
    {"POST", "/api/v1/vouches/v-1"},
    {"PUT", "/api/v1/terminals/t-1"},
    {"POST", "/api/v1/terminals/t-1/secret"},
    {"POST", "/api/v1/facts"},
    {"POST", "/api/v1/relations/confirm"},
    {"POST", "/api/v1/policy/proposals"},
    {"POST", "/api/v1/policy/proposals/v1/sign"},
    {"POST", "/api/v1/policy/explain"},
};
constexpr const char* people[] = {"ada", "pia", "doc", "nina", ""};

// A hospital in which there is something to do.
class Hospital final : public tests::ApiWorld {
 public:
  Hospital() {
    records_.answers["Patient"] = {
        200, R"({"resourceType":"Bundle","type":"searchset","entry":[{"resource":)"
             R"({"resourceType":"Patient","id":"p-2","name":[{"family":"Ellison"}]}}]})"};
    records_.answers["Patient/p-"] = {200, R"({"resourceType":"Patient","id":"p-2"})"};
    for (const char* who : {"ada", "pia", "doc", "nina"}) signed_in_[who] = sign_in(who);
    glass_ = break_glass(signed_in_["doc"], "p-2");
    case_ = state().all_cases.begin()->first.text();
  }
  void TestBody() override {}

  void send(const Route& route, const std::string& who, std::string body) {
    std::string path = route.path;
    for (const auto& [word, id] : {std::pair{"GLASS", glass_}, {"CASE", case_}})
      if (const auto at = path.find(word); at != std::string::npos)
        path.replace(at, std::string{word}.size(), id);
    const auto answer = call(route.method, path, signed_in_[who], std::move(body));
    must(answer.status >= 200 && answer.status < 500);
    if (answer.status >= 400) {
      must(!answer.slug().empty());
      must(answer.header("Content-Type").starts_with("application/problem+json"));
    }
    // Whoever was signed out by this comes back, so that the next one is not for nothing.
    if (!who.empty() && state().session_by_token(in::token_hash(signed_in_[who])) == nullptr)
      gone_ = true;
  }
  bool gone() const { return gone_ || size_of_ledger() > 600; }
  EntryIndex size_of_ledger() const { return state().entries; }

  void check_replay() {
    auto store = sim::SimEntryStore::open(disk_);
    must(store.ok());
    app::Journal eye{**store, *vault_, dice_};
    const auto again = app::replayed_state(eye);
    must(again.ok() && (*again)->dump() == state().dump());
  }

 private:
  std::map<std::string, std::string> signed_in_;
  std::string glass_, case_;
  bool gone_ = false;
};

// The policy is read from the tree; everything else runs where it was started.
std::unique_ptr<Hospital> hospital() {
  char here[4'096];
  must(::getcwd(here, sizeof here) != nullptr && ::chdir(HALLIGAN_TREE) == 0);
  auto made = std::make_unique<Hospital>();
  must(::chdir(here) == 0);
  return made;
}

}  // namespace

// One octet for the route, one for the person, and then the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto world = hospital();
  if (size < 2) return 0;
  world->send(routes[data[0] % std::size(routes)], people[data[1] % std::size(people)],
              {reinterpret_cast<const char*>(data) + 2, size - 2});
  if (!world->gone()) return 0;
  world->check_replay();
  world = hospital();
  return 0;
}
