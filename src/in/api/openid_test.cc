// What a provider publishes is fetched by one at a time: whoever comes meanwhile waits for nothing.
#include "in/api/openid.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace halligan::in::api {
namespace {

class Clock final : public needs::Clock {
 public:
  Now now() override { return {.wall = Instant{Millis{1'800'000'000'000}}, .boot = boot}; }
  std::string boot_id() override { return "boot"; }
  Millis boot{1'000};
};

// Says nothing before it is let.
class Slow final : public needs::WebClient {
 public:
  Result<needs::WebAnswer> send(const needs::WebRequest&) override {
    std::unique_lock lock{mutex_};
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return let_; });
    return needs::WebAnswer{
        .status = 200,
        .content_type = "application/json",
        .body = R"({"issuer":"https://p.example","authorization_endpoint":"https://p.example/a",)"
                R"("token_endpoint":"https://p.example/t","jwks_uri":"https://p.example/k"})"};
  }
  void let(bool how) {
    const std::lock_guard lock{mutex_};
    let_ = how;
    changed_.notify_all();
  }
  void until_asked(int times) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return asked_ >= times; });
  }
  int asked() {
    const std::lock_guard lock{mutex_};
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool let_ = false;
  int asked_ = 0;
};

TEST(OpenId, B08OneFetchesAndNobodyElseWaits) {
  Slow web;
  Clock clock;
  OpenId openid{web, clock, ""};
  std::thread first{[&] { EXPECT_TRUE(openid.metadata("https://p.example").ok()); }};
  web.until_asked(1);
  for (int i = 0; i < 10; ++i) {
    const auto other = openid.metadata("https://p.example");
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.fault().code, FaultCode::cancelled);
  }
  web.let(true);
  first.join();
  EXPECT_EQ(web.asked(), 1);
  EXPECT_TRUE(openid.metadata("https://p.example").ok());
  // After an hour one fetches it again, and the others have what is known.
  web.let(false);
  clock.boot += Millis{3'600'001};
  std::thread again{[&] { EXPECT_TRUE(openid.metadata("https://p.example").ok()); }};
  web.until_asked(2);
  EXPECT_TRUE(openid.metadata("https://p.example").ok());
  web.let(true);
  again.join();
  EXPECT_EQ(web.asked(), 2);
}

TEST(OpenId, ANetworkThatFloodsHasTwoPlacesAndTheOthersTheRest) {
  Slow web;
  Clock clock;
  OpenId openid{web, clock, ""};
  const ProviderMetadata provider{.issuer = "https://p.example",
                                  .authorize = "https://p.example/a",
                                  .token = "https://p.example/t",
                                  .keys = "https://p.example/k"};
  std::atomic<int> busy{0};
  const auto ask = [&](const std::string& network) {
    const OpenId::Code code{
        .client = "c", .secret = {}, .code = "x", .redirect_uri = {}, .verifier = {}};
    const auto answer = openid.redeem(provider, code, network);
    if (!answer && answer.fault().code == FaultCode::cancelled) ++busy;
  };
  std::vector<std::jthread> flood;
  for (int i = 0; i < 12; ++i) flood.emplace_back([&] { ask("203.0.113.1"); });
  web.until_asked(2);
  std::jthread other{[&] { ask("192.0.2.7"); }};
  web.until_asked(3);
  while (busy < 8) std::this_thread::yield();  // two ask, two wait, the others are told at once
  EXPECT_EQ(web.asked(), 3);
  web.let(true);
  flood.clear();
  other.join();
  EXPECT_EQ(web.asked(), 5);
  EXPECT_EQ(busy, 8);
}

}  // namespace
}  // namespace halligan::in::api
