// identity_bench.cc - what knowing who asks costs a signed-in request, in process: from the bytes
// of its header to the live session and its person, beside the hash of the token alone.
//
//   identity_bench [people]      default 50,000; every tenth is signed in
#include <chrono>
#include <cstdio>
#include <random>

#include "app/access.h"
#include "benchmarks/figures.h"
#include "in/edge.h"

namespace {

using namespace halligan;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 200'000;
constexpr int in_one_sample = 20;

std::string token_of(int n) {
  const auto seed = "token " + std::to_string(n);
  return to_base64url(crypto::sha256(view(seed)));
}

app::State signed_in(int people, const Now& now) {
  app::State state;
  EntryIndex index = 0;
  const auto apply = [&](facts::Fact fact) {
    const facts::Body body{.fact = std::move(fact), .boot = now.boot, .idempotency = {}};
    state.apply(index++, {.wall = now.wall, .boot = now.boot}, body);
  };
  for (int n = 0; n < people; ++n) {
    facts::StaffSet person;
    person.person = StaffId{"staff-" + std::to_string(n)};
    person.name = "Somebody";
    person.roles = {"nurse"};
    person.active = true;
    apply(person);
    if (n % 10 != 0) continue;
    facts::SessionOpened session;
    session.staff = person.person;
    session.session = SessionId{"session-" + std::to_string(n)};
    session.token_hash = in::token_hash(token_of(n));
    session.proof_level = 2;
    session.origin = "10.0.0.1";
    session.until = now.wall + 12h;
    session.idle_millis = 900'000;
    apply(session);
  }
  return state;
}

template <class Work>
void measure(const char* what, Work work) {
  std::mt19937 dice{7};
  std::vector<double> samples;
  for (int n = 0; n < rounds / in_one_sample; ++n) {
    const auto begin = Clock::now();
    for (int each = 0; each < in_one_sample; ++each) work(dice());
    samples.push_back(std::chrono::duration<double, std::nano>(Clock::now() - begin).count() /
                      in_one_sample);
  }
  const double middle = bench::at_rank(samples, 0.5);
  std::printf("%-44s p50 %7.0f ns   p99 %7.0f ns\n", what, middle, bench::at_rank(samples, 0.99));
}

}  // namespace

int main(int count, char** words) {
  const int people = count > 1 ? std::atoi(words[1]) : 50'000;
  const Now now{.wall = Instant{1'800'000'000'000ms}, .boot = 1'000s};
  const auto state = signed_in(people, now);
  std::vector<in::http::Request> bearers;
  std::vector<in::http::Request> cookies;
  for (int n = 0; n < people; n += 10) {
    in::http::Request bearer;
    bearer.method = "GET";
    bearer.path = "/fhir/Patient/p-1";
    bearer.headers = {{"host", "records.example"}, {"accept", "application/fhir+json"}};
    auto cookie = bearer;
    bearer.headers.push_back({"authorization", "Bearer " + token_of(n)});
    cookie.headers.push_back(
        {"cookie", std::string{in::session_cookie} + "=" + token_of(n) + "; other=1"});
    cookie.headers.push_back({"halligan-csrf", in::csrf_of(token_of(n))});
    bearers.push_back(std::move(bearer));
    cookies.push_back(std::move(cookie));
  }
  std::size_t known = 0;
  const auto who = [&](const std::vector<in::http::Request>& requests) {
    return [&](std::size_t at) {
      const auto asking =
          app::who_asks(state, in::session_hash(requests[at % requests.size()]), {}, now);
      if (asking.session != nullptr && app::has_role(state, *asking.session, "nurse")) ++known;
    };
  };
  std::printf("%d people, %zu sessions\n", people, state.sessions.size());
  std::size_t bytes = 0;
  measure("limit: SHA-256 of the token, in hex", [&](std::size_t at) {
    bytes += in::token_hash(in::session_token(bearers[at % bearers.size()])).size();
  });
  measure("who asks, by a bearer token", who(bearers));
  measure("who asks, by a browser's cookie", who(cookies));
  if (known != 2 * rounds || bytes == 0) return 1;  // somebody was not known
  return 0;
}
