// What a request may take of the time and the memory that everybody shares.
#include <gtest/gtest.h>

#include <array>

#include "base/limits.h"
#include "in/fhir/room.h"
#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

using in::fhir::Room;

std::string batch_of(std::size_t count, const std::string& url) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out +=
        (i == 0 ? "" : ",") + std::string{R"({"request":{"method":"GET","url":")"} + url + "\"}}";
  return R"({"resourceType":"Bundle","type":"batch","entry":[)" + out + "]}";
}

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t out = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++out;
  return out;
}

std::string large(const std::string& id, std::size_t bytes) {
  return observation(id, "p-1", R"(,"valueString":")" + std::string(bytes, 'x') + "\"");
}

// The answer with what it holds, until it goes.
in::http::Response kept_open(World& world, const std::string& who, const std::string& target) {
  in::http::Request request;
  request.method = "GET";
  request.target = "/fhir/" + target;
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
  request.headers = {{"Authorization", "Bearer " + who}};
  return world.gateway->handle(request);
}

TEST(Bounds, ABatchThatTakesTooLongIsCarriedOutInPart) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  world.records.meanwhile = [&] { world.clock.pass(11s); };
  const auto answer = world.ask("dr-a", "POST", "", batch_of(5, "Observation/o-1"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(times(answer.body, "\"200 OK\""), 3U) << "those that were begun within 30 s";
  EXPECT_EQ(times(answer.body, "\"413 Content Too Large\""), 2U) << answer.body;
  EXPECT_EQ(world.records.asked.size(), 3U);
}

TEST(Bounds, ABatchWhoseAnswersAreTooLargeIsCarriedOutInPart) {
  World world;
  world.records.put(large("o-1", 12 * 1024 * 1024));
  const auto answer = world.ask("dr-a", "POST", "", batch_of(5, "Observation/o-1"));
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(times(answer.body, "\"200 OK\""), 2U);
  EXPECT_LT(answer.body.size(), limits::bundle_bytes_max);
  EXPECT_EQ(world.records.asked.size(), 3U) << "what comes after the one too many is not begun";
  const auto outcomes = world.entries<facts::AccessOutcome>();
  EXPECT_EQ(std::ranges::count(outcomes, facts::Outcome::cut, &facts::AccessOutcome::outcome), 1)
      << "what was read and not sent";
}

TEST(Bounds, OneSessionDoesNotHoldAllTheMemory) {
  World world;
  for (const auto* id : {"o-1", "o-2", "o-3"}) world.records.put(large(id, 10 * 1024 * 1024));
  world.records.put(
      R"({"resourceType":"Condition","id":"c-1","subject":{"reference":"Patient/p-1"}})");
  std::vector<in::http::Response> slow;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(slow.emplace_back(kept_open(world, "dr-a", "Observation?patient=p-1")).status, 200);
  const auto crowded = world.get("dr-a", "Observation?patient=p-1");
  EXPECT_EQ(crowded.status, 503) << crowded.body.substr(0, 400);
  EXPECT_EQ(crowded.header("Retry-After"), "2");
  EXPECT_EQ(crowded.json().at("resourceType"), "OperationOutcome");
  EXPECT_FALSE(crowded.released);
  EXPECT_EQ(world.get("dr-a", "Condition/c-1").status, 200) << "what is small is always read";
  world.sign_in("dr-a", "another session");
  EXPECT_EQ(world.get("another session", "Observation?patient=p-1").status, 200);
  slow.clear();
  EXPECT_EQ(world.get("dr-a", "Observation?patient=p-1").status, 200);
}

TEST(Bounds, AllSessionsTogetherHoldNoMoreThanThereIs) {
  Room room;
  std::vector<Room::Hold> holds;
  const auto each = limits::held_bytes_max / 4;
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(holds.emplace_back(room.of("session-" + std::to_string(i))).grow(each));
  auto another = room.of("another");
  EXPECT_FALSE(another.grow(limits::held_bytes_small + 1));
  EXPECT_TRUE(another.grow(limits::held_bytes_small));
  EXPECT_TRUE(another.grow(1)) << "it is held already";
  EXPECT_EQ(room.held(), limits::held_bytes_max + limits::held_bytes_small);
  holds.pop_back();
  EXPECT_TRUE(another.grow(each / 2));
  another = room.of("another");
  EXPECT_EQ(room.held(), 3 * each) << "what is replaced is given back";
  auto moved = std::move(holds.back());
  holds.clear();
  EXPECT_EQ(room.held(), each);
  moved.keep(10);
  EXPECT_EQ(room.held(), 10U);
}

TEST(Bounds, OneSessionHoldsApartOfWhatThereIs) {
  Room room;
  auto one = room.of("a");
  auto two = room.of("a");
  EXPECT_TRUE(one.grow(limits::held_bytes_session_max));
  EXPECT_FALSE(two.grow(limits::held_bytes_small + 1));
  EXPECT_TRUE(room.of("b").grow(limits::held_bytes_session_max));
}

// A record system that is slow at each page keeps nobody's worker for as long as it likes.
TEST(Bounds, AHistoryThatTakesTooLongIsGivenInParts) {
  World world;
  for (int i = 1; i <= 40; ++i)
    world.records.put_version(
        observation("o-1", "p-1", R"(,"meta":{"versionId":")" + std::to_string(i) + "\"}"));
  world.records.put(observation("o-1", "p-1", R"(,"meta":{"versionId":"40"})"));
  world.records.page_size = 5;
  world.records.meanwhile = [&] { world.clock.pass(20s); };
  const auto page = world.get("dr-a", "Observation/o-1/_history?_count=40");
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.json().at("entry").as_array().size(), 5U) << "today's and one page";
  EXPECT_FALSE(page.next().empty());
}

}  // namespace
}  // namespace halligan::tests
