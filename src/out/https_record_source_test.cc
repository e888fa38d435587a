// An upstream that behaves, and all the ways in which it may not.
#include "out/https_record_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "out/scripted_peer.h"
#include "out/temporary_folder.h"

namespace halligan::out {
namespace {

using namespace std::chrono_literals;
using needs::RecordRequest;

std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

std::unique_ptr<HttpsRecordSource> source(const std::string& url, std::string credential = "",
                                          std::string ca = "") {
  auto opened = HttpsRecordSource::open({.base_url = url,
                                         .credential_file = std::move(credential),
                                         .credential_looked_at_every = 0ms,
                                         .ca_file = std::move(ca),
                                         .connect_time = 2s,
                                         .answer_time = 150ms});
  EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.fault().what);
  return opened.ok() ? std::move(*opened) : nullptr;
}

RecordRequest read_of(std::string target) {
  return {
      .method = "GET", .target = std::move(target), .headers = {}, .body = {}, .bytes_max = 1'000};
}
RecordRequest create() {
  return {.method = "POST",
          .target = "Observation",
          .headers = {{"Content-Type", "application/fhir+json"}},
          .body = "{}",
          .bytes_max = 1'000};
}

TEST(HttpsRecordSource, SendsTheTargetAsGivenWithTheCredential) {
  TemporaryFolder folder;
  const auto file = (std::filesystem::path{folder.path()} / "credential").string();
  std::ofstream{file} << "secret-1\n";
  std::mutex mutex;
  std::vector<std::string> seen;
  Upstream upstream{[&](Peer& peer, int) {
    for (auto got = peer.request(); !got.empty(); got = peer.request()) {
      const std::lock_guard lock{mutex};
      seen.push_back(got);
      peer.say(ok("{}"));
    }
  }};
  {
    const auto records = source(upstream.url("http", "/fhir/"), file);
    EXPECT_EQ(records->base(), upstream.url());
    const auto answer = records->send(read_of("Patient/p-1?_count=2&code=a%7Cb|c"));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body.look(), "{}");
    EXPECT_EQ(answer->headers.front().first, "content-type");
    std::ofstream{file} << "secret-2\n";
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + 2s);
    ASSERT_TRUE(records->send(create()).ok());
    std::filesystem::remove(file);
    ASSERT_TRUE(records->send(read_of("Patient/p-2")).ok());
  }
  const std::lock_guard lock{mutex};
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_TRUE(seen[0].starts_with("GET /fhir/Patient/p-1?_count=2&code=a%7Cb|c HTTP/1.1\r\n"))
      << seen[0];
  EXPECT_NE(seen[0].find("\r\nAuthorization: Bearer secret-1\r\n"), std::string::npos);
  EXPECT_NE(seen[0].find("\r\nAccept: application/fhir+json\r\n"), std::string::npos);
  EXPECT_NE(seen[0].find("\r\nAccept-Encoding: identity\r\n"), std::string::npos);
  EXPECT_NE(seen[1].find("\r\nAuthorization: Bearer secret-2\r\n"), std::string::npos);
  EXPECT_TRUE(seen[1].ends_with("\r\n\r\n{}"));
  EXPECT_NE(seen[2].find("secret-2"), std::string::npos);
}

struct Misbehaviour {
  const char* name;
  std::string answer;
  FaultCode expected;
};

TEST(HttpsRecordSource, GivesNoAnswerThatBreaksItsProtocol) {
  const std::string long_line(80'000, 'a');
  const std::vector<Misbehaviour> all{
      {"less than announced", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
       FaultCode::upstream_nonsense},
      {"announced too large", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
       FaultCode::too_large},
      {"a chunk too large", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
       FaultCode::too_large},
      {"gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab",
       FaultCode::upstream_nonsense},
      {"both lengths",
       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       FaultCode::upstream_nonsense},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
       FaultCode::upstream_nonsense},
      {"gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
       FaultCode::upstream_nonsense},
      {"no length", "HTTP/1.1 200 OK\r\n\r\n{}", FaultCode::upstream_nonsense},
      {"not HTTP", "SSH-2.0-OpenSSH\r\n\r\n", FaultCode::upstream_nonsense},
      {"HTTP/2", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", FaultCode::upstream_nonsense},
      {"another protocol", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
       FaultCode::upstream_nonsense},
      {"a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
       FaultCode::upstream_nonsense},
      {"a header without end", "HTTP/1.1 200 OK\r\nA: " + long_line, FaultCode::upstream_nonsense},
      {"closes at once", "", FaultCode::upstream_unreachable},
      {"only interim", "HTTP/1.1 100 Continue\r\n\r\n", FaultCode::upstream_nonsense},
  };
  for (const auto& each : all) {
    Upstream upstream{[&](Peer& peer, int) {
      peer.request();
      peer.say(each.answer);
    }};
    const auto answer = source(upstream.url())->send(read_of("Patient/p-1"));
    ASSERT_FALSE(answer.ok()) << each.name;
    EXPECT_EQ(answer.fault().code, each.expected) << each.name << ": " << answer.fault().what;
  }
}

TEST(HttpsRecordSource, IsLateWhenUpstreamNeverAnswersOrNeverEnds) {
  Upstream silent{[](Peer& peer, int) { peer.wait_for_end(); }};
  const auto none = source(silent.url())->send(read_of("Patient/p-1"));
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.fault().code, FaultCode::upstream_timeout);

  Upstream endless{[](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.say("1\r\na\r\n")) std::this_thread::sleep_for(5ms);
  }};
  const auto drip = source(endless.url())->send(read_of("Patient/p-1"));
  ASSERT_FALSE(drip.ok());
  EXPECT_EQ(drip.fault().code, FaultCode::upstream_timeout);
}

TEST(HttpsRecordSource, StopsAtTheBoundOfAnEndlessBody) {
  std::atomic<std::size_t> said{0};
  Upstream upstream{[&](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.say("64\r\n" + std::string(100, 'x') + "\r\n")) ++said;
  }};
  const auto answer = source(upstream.url())->send(read_of("Patient/p-1"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.fault().code, FaultCode::too_large);
}

TEST(HttpsRecordSource, StopsWhereThereIsNoRoom) {
  Upstream upstream{[&](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.say("64\r\n" + std::string(100, 'x') + "\r\n")) continue;
  }};
  auto request = read_of("Patient/p-1");
  std::size_t asked = 0;
  request.room = [&](std::size_t bytes) {
    asked = std::max(asked, bytes);
    return bytes <= 500;
  };
  const auto answer = source(upstream.url())->send(request);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.fault().code, FaultCode::no_room);
  EXPECT_GT(asked, 500U);
  EXPECT_LE(asked, 1'000U);
}

TEST(HttpsRecordSource, GivesARedirectBackAndSkipsInterimAnswers) {
  Upstream upstream{[](Peer& peer, int) {
    peer.request();
    peer.say(
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 302 Found\r\nLocation: "
        "http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_end();
  }};
  const auto answer = source(upstream.url())->send(read_of("Patient/p-1"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(upstream.connections(), 1);
}

// An answer is the same however it is cut into packets.
TEST(HttpsRecordSource, ReadsAChunkedAnswerInAnyPieces) {
  for (const std::string& body : {std::string{"0\r\n\r\n"}, std::string{"3\r\nabc\r\n0\r\n\r\n"}})
    for (const std::size_t piece : {1U, 2U, 3U, 4U, 5U, 100U}) {
      Upstream upstream{[&](Peer& peer, int) {
        peer.request();
        std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
        for (; !text.empty(); text.erase(0, piece)) {
          peer.say(std::string_view{text}.substr(0, piece));
          std::this_thread::sleep_for(100us);
        }
        peer.wait_for_end();
      }};
      const auto answer = source(upstream.url())->send(read_of("Patient/p-1"));
      ASSERT_TRUE(answer.ok()) << piece << ": " << answer.fault().what;
      EXPECT_EQ(answer->body.look(), body.size() > 5 ? "abc" : "");
    }
}

// A connection that was open when it was taken, and dies with the second request on it.
TEST(HttpsRecordSource, RepeatsAReadOnAStaleConnectionAndNeverAWrite) {
  std::atomic<int> requests{0};
  const auto script = [&](Peer& peer, int connection) {
    for (int n = 0;; ++n) {
      if (peer.request().empty()) return;
      ++requests;
      if (connection == 0 && n == 1) return;
      peer.say(ok("{}"));
    }
  };
  {
    Upstream upstream{script};
    const auto records = source(upstream.url());
    ASSERT_TRUE(records->send(read_of("Patient/p-1")).ok());
    ASSERT_TRUE(records->send(read_of("Patient/p-1")).ok());
    EXPECT_EQ(upstream.connections(), 2);
    EXPECT_EQ(requests, 3);
  }
  requests = 0;
  Upstream upstream{script};
  const auto records = source(upstream.url());
  ASSERT_TRUE(records->send(read_of("Patient/p-1")).ok());
  const auto written = records->send(create());
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.fault().code, FaultCode::upstream_timeout);
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_EQ(requests, 2);
}

TEST(HttpsRecordSource, DropsAConnectionWithMoreOnItThanWasAsked) {
  Upstream upstream{[](Peer& peer, int) {
    while (!peer.request().empty()) peer.say(ok("{}") + ok("{\"of\":\"somebody else\"}"));
  }};
  const auto records = source(upstream.url());
  for (int n = 0; n < 3; ++n) {
    const auto answer = records->send(read_of("Patient/p-1"));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->body.look(), "{}");
  }
  EXPECT_EQ(upstream.connections(), 3);
}

TEST(HttpsRecordSource, SaysWhenNobodyListens) {
  std::string url;
  {
    Upstream upstream{[](Peer&, int) {}};
    url = upstream.url();
  }
  const auto answer = source(url)->send(read_of("Patient/p-1"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.fault().code, FaultCode::upstream_unreachable);
}

TEST(HttpsRecordSource, RefusesAddressesAndCredentialsThatCannotBe) {
  for (const char* url : {"", "ftp://h/", "http://", "http://h:0", "http://h:99999", "http://h:1x",
                          "http://u@h/", "http://h/?q", "http://h/ b"})
    EXPECT_FALSE(HttpsRecordSource::open({.base_url = url}).ok()) << url;
  EXPECT_FALSE(
      HttpsRecordSource::open({.base_url = "http://h", .credential_file = "/nowhere/at-all"}).ok());
  const auto records = source("http://127.0.0.1:1");
  EXPECT_EQ(records->send(read_of("Patient/a b")).fault().code, FaultCode::bad_input);
  EXPECT_EQ(records->send(read_of("/Patient/a")).fault().code, FaultCode::bad_input);
  auto split = read_of("Patient/p-1");
  split.headers.emplace_back("X", "a\r\nY: b");
  EXPECT_EQ(records->send(split).fault().code, FaultCode::bad_input);
}

TEST(HttpsRecordSource, TrustsThePinnedCertificateForItsNameOnly) {
  TemporaryFolder folder;
  const auto at = [&](const char* name) {
    return (std::filesystem::path{folder.path()} / name).string();
  };
  const auto script = [](Peer& peer, int) {
    while (!peer.request().empty()) peer.say(ok("{}"));
  };
  const auto right = certified(at("right.pem"), "IP:127.0.0.1");
  const auto wrong_name = certified(at("wrong.pem"), "IP:127.0.0.2");
  {
    Upstream upstream{script, right.get()};
    const auto records = source(upstream.url("https"), "", at("right.pem"));
    ASSERT_TRUE(records->send(read_of("Patient/p-1")).ok());
    ASSERT_TRUE(records->send(read_of("Patient/p-2")).ok());
    EXPECT_EQ(upstream.connections(), 1);
  }
  {
    Upstream upstream{script, right.get()};
    EXPECT_EQ(source(upstream.url("https"), "", at("wrong.pem"))
                  ->send(read_of("Patient/p-1"))
                  .fault()
                  .code,
              FaultCode::upstream_unreachable);
    EXPECT_EQ(source(upstream.url("https"))->send(read_of("Patient/p-1")).fault().code,
              FaultCode::upstream_unreachable);
  }
  {
    Upstream upstream{script, wrong_name.get()};
    EXPECT_EQ(source(upstream.url("https"), "", at("wrong.pem"))
                  ->send(read_of("Patient/p-1"))
                  .fault()
                  .code,
              FaultCode::upstream_unreachable);
  }
}

}  // namespace
}  // namespace halligan::out
