// What another system may say to us, and all that we take.
#include "out/curl_web_client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>

#include "out/scripted_peer.h"
#include "out/temporary_folder.h"

namespace halligan::out {
namespace {

using namespace std::chrono_literals;
using needs::WebRequest;

std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

WebRequest asking(const std::string& url) {
  return {.url = url,
          .connect_within = Millis{1'000},
          .within = Millis{300},
          .bytes_max = 1'000,
          .allow_loopback_http = true};
}

FaultCode fault_of(const WebRequest& request) {
  CurlWebClient client;
  const auto answer = client.send(request);
  EXPECT_FALSE(answer.ok());
  return answer.ok() ? FaultCode::cancelled : answer.fault().code;
}

// Answers everything, and keeps what it was asked.
class Friendly {
 public:
  explicit Friendly(SSL_CTX* tls = nullptr)
      : upstream_(
            [this](Peer& peer, int) {
              for (auto got = peer.request(); !got.empty(); got = peer.request()) {
                {
                  const std::lock_guard lock{mutex_};
                  seen_.push_back(got);
                }
                peer.say(ok("{}"));
              }
            },
            tls) {}
  std::string url(std::string_view scheme = "http") const {
    return upstream_.url(scheme, "/token");
  }
  int connections() const { return upstream_.connections(); }
  std::vector<std::string> seen() const {
    const std::lock_guard lock{mutex_};
    return seen_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
  Upstream upstream_;
};

TEST(CurlWebClient, SendsWhatIsSaidAndForgetsItForTheNext) {
  Friendly other;
  {
    CurlWebClient client;
    auto form = asking(other.url());
    form.method = "POST";
    form.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-A", "a\r\nX-B: b"}};
    form.body = std::string{"code=1\0&x", 9};
    form.basic = needs::WebBasic{.user = "halligan", .password = Sealed<std::string>{"s3cret"}};
    const auto first = client.send(form);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(first->status, 200);
    EXPECT_EQ(first->content_type, "application/json");
    EXPECT_EQ(first->body, "{}");
    ASSERT_TRUE(client.send(asking(other.url())).ok());
    auto bearing = asking(other.url());
    bearing.bearer = Sealed<std::string>{"a.b.c"};
    ASSERT_TRUE(client.send(bearing).ok());
  }
  const auto seen = other.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_TRUE(seen[0].starts_with("POST /token HTTP/1.1\r\n")) << seen[0];
  EXPECT_NE(seen[0].find("\r\nAuthorization: Basic aGFsbGlnYW46czNjcmV0\r\n"), std::string::npos);
  EXPECT_TRUE(seen[0].ends_with(std::string{"code=1\0&x", 9})) << "every byte of it";
  EXPECT_EQ(seen[0].find("X-B"), std::string::npos) << "a header is one line";
  EXPECT_TRUE(seen[1].starts_with("GET /token HTTP/1.1\r\n")) << seen[1];
  EXPECT_EQ(seen[1].find("Authorization"), std::string::npos);
  EXPECT_NE(seen[2].find("\r\nAuthorization: Bearer a.b.c\r\n"), std::string::npos);
  EXPECT_EQ(other.connections(), 1);
}

TEST(CurlWebClient, ARedirectIsAnAnswer) {
  Friendly elsewhere;
  Upstream upstream{[&](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
             "\r\nContent-Length: 0\r\n\r\n");
  }};
  CurlWebClient client;
  const auto answer = client.send(asking(upstream.url()));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(elsewhere.connections(), 0);
}

// A code or a refresh that was sent once may have been taken: it is not sent again.
TEST(CurlWebClient, WhatWasPostedIsNotSentTwice) {
  std::atomic<int> asked{0};
  Upstream upstream{[&](Peer& peer, int connection) {
    for (int n = 0; !peer.request().empty(); ++n) {
      ++asked;
      if (connection > 0 || n > 0) return;  // and says nothing
      peer.say(ok("{}"));
    }
  }};
  CurlWebClient client;
  ASSERT_TRUE(client.send(asking(upstream.url())).ok());
  auto post = asking(upstream.url());
  post.method = "POST";
  post.body = "code=1";
  EXPECT_FALSE(client.send(post).ok());
  EXPECT_EQ(asked, 2);
}

TEST(CurlWebClient, NothingIsTakenThatBreaksTheProtocolOrIsTooMuch) {
  const std::string long_line(400'000, 'a');
  struct Misbehaviour {
    const char* name;
    std::string answer;
    FaultCode expected;
  };
  const std::vector<Misbehaviour> all{
      {"less than announced", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
       FaultCode::upstream_nonsense},
      {"too large", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'),
       FaultCode::too_large},
      {"a chunk too large",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x'),
       FaultCode::too_large},
      {"not HTTP", "SSH-2.0-OpenSSH\r\n\r\n", FaultCode::upstream_nonsense},
      {"a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
       FaultCode::upstream_nonsense},
      {"a header without end", "HTTP/1.1 200 OK\r\nA: " + long_line, FaultCode::upstream_nonsense},
      {"closes at once", "", FaultCode::upstream_nonsense},
  };
  for (const auto& each : all) {
    Upstream upstream{[&](Peer& peer, int) {
      peer.request();
      peer.say(each.answer);
    }};
    EXPECT_EQ(fault_of(asking(upstream.url())), each.expected) << each.name;
  }
}

TEST(CurlWebClient, OneThatNeverAnswersOrNeverEndsIsLate) {
  Upstream silent{[](Peer& peer, int) { peer.wait_for_end(); }};
  EXPECT_EQ(fault_of(asking(silent.url())), FaultCode::upstream_timeout);
  Upstream drip{[](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.say("1\r\na\r\n")) std::this_thread::sleep_for(5ms);
  }};
  EXPECT_EQ(fault_of(asking(drip.url())), FaultCode::upstream_timeout);
  const std::string gone = [] { return Upstream{[](Peer&, int) {}}.url(); }();
  EXPECT_EQ(fault_of(asking(gone)), FaultCode::upstream_unreachable);
}

TEST(CurlWebClient, OtherMachinesAreAskedByHttpsAlone) {
  Friendly other;
  auto strict = asking(other.url());
  strict.allow_loopback_http = false;
  EXPECT_EQ(fault_of(strict), FaultCode::bad_input);
  for (const std::string url :
       {"", "http://192.0.2.1/", "http://localhost.example.org/", "http://127.0.0.1@192.0.2.1/",
        "http://127.0.0.1:80@192.0.2.1/", "ftp://127.0.0.1/", "file:///etc/passwd",
        "gopher://127.0.0.1/", "https://a.example/\r\nX: y"})
    EXPECT_EQ(fault_of(asking(url)), FaultCode::bad_input) << url;
  EXPECT_EQ(other.connections(), 0);
}

TEST(CurlWebClient, ACertificateIsVouchedForAndOfItsName) {
  TemporaryFolder folder;
  const auto right = certified(folder.path() / "right.pem", "IP:127.0.0.1");
  const auto wrong = certified(folder.path() / "wrong.pem", "IP:127.0.0.2");
  Friendly good{right.get()};
  auto trusting = asking(good.url("https"));
  trusting.ca_file = folder.path() / "right.pem";
  CurlWebClient client;
  EXPECT_TRUE(client.send(trusting).ok());
  auto other = trusting;
  other.ca_file = folder.path() / "wrong.pem";
  EXPECT_EQ(fault_of(other), FaultCode::upstream_nonsense);
  EXPECT_FALSE(client.send(other).ok()) << "not on the connection that was trusted by another";
  EXPECT_EQ(fault_of(asking(good.url("https"))), FaultCode::upstream_nonsense);
  Friendly renamed{wrong.get()};
  auto by_name = asking(renamed.url("https"));
  by_name.ca_file = folder.path() / "wrong.pem";
  EXPECT_EQ(fault_of(by_name), FaultCode::upstream_nonsense);
  EXPECT_TRUE(renamed.seen().empty());
}

// What is said of a fault is for logs: no address with its code, no secret.
TEST(CurlWebClient, AFaultNamesNoSecret) {
  Upstream silent{[](Peer& peer, int) { peer.wait_for_end(); }};
  auto request = asking(silent.url("http", "/callback?code=tell-nobody"));
  request.bearer = Sealed<std::string>{"tell-nobody"};
  CurlWebClient client;
  const auto answer = client.send(request);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.fault().what.find("tell-nobody"), std::string::npos) << answer.fault().what;
}

}  // namespace
}  // namespace halligan::out
