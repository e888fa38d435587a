// binary_test.cc - a Binary by what refers to it: by nothing else, by nobody's own making, and with
// the rights that the reference takes.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::Outcome;

std::string document(const std::string& id, const std::string& patient, const std::string& url,
                     const std::string& rest = {}) {
  return R"({"resourceType":"DocumentReference","id":")" + id +
         R"(","subject":{"reference":"Patient/)" + patient +
         R"("},"content":[{"attachment":{"contentType":"text/html","url":")" + url + "\"}}]" +
         rest + "}";
}
std::string binary(const std::string& id, const std::string& rest = {}) {
  return R"({"resourceType":"Binary","id":")" + id +
         R"(","contentType":"text/html","data":"c2VjcmV0")" + rest + "}";
}
const std::string fourth = R"(,"meta":{"versionId":"4"})";
const std::string by_d1 = "Binary/b-1?of=DocumentReference/d-1";

TEST(Binary, IsReadByWhatRefersToItAndWrittenDownFirst) {
  for (const auto* url : {"Binary/b-1", "http://upstream.internal/fhir/Binary/b-1",
                          "https://halligan.example/fhir/Binary/b-1"}) {
    World world;
    world.records.put(document("d-1", "p-1", url));
    world.records.put(binary("b-1", R"(,"x":"http://upstream.internal/fhir/Binary/b-1")"));
    const auto answer = world.get("dr-a", by_d1);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(answer.holds("c2VjcmV0"));
    EXPECT_FALSE(answer.holds("upstream.internal"));
    // It is no page, whatever it says that it is.
    EXPECT_EQ(answer.header("Content-Type"), "application/fhir+json");
    EXPECT_EQ(answer.header("Content-Disposition"), "attachment");
    const auto intents = world.entries<AccessIntended>();
    ASSERT_EQ(intents.size(), 1U);
    EXPECT_EQ(intents[0].form, "binary");
    EXPECT_EQ(intents[0].patient.text(), "p-1");
    EXPECT_EQ(world.entries<AccessOutcome>().at(0).outcome, Outcome::released);
    EXPECT_GT(world.records.asked.at(1).durable, world.records.asked.at(0).durable)
        << "it is asked for when the entry is there";
  }
}

TEST(Binary, OtherAttachmentsReferToo) {
  World world;
  world.records.put(binary("b-1"));
  world.records.put(
      R"({"resourceType":"DiagnosticReport","id":"r","subject":{"reference":"Patient/p-1"},"presentedForm":[{"url":"Binary/b-0"},{"url":"Binary/b-1"}]})");
  world.records.put(
      R"({"resourceType":"Media","id":"m","subject":{"reference":"Patient/p-1"},"content":{"url":"Binary/b-1"}})");
  EXPECT_EQ(world.get("dr-a", "Binary/b-1?of=DiagnosticReport/r").status, 200);
  EXPECT_EQ(world.get("dr-a", "Binary/b-1?of=Media/m").status, 200);
  EXPECT_EQ(world.ask("dr-a", "HEAD", "Binary/b-1?of=Media/m").status, 200);
  EXPECT_EQ(world.get("dr-a", "Binary/b-0?of=Media/m").status, 404);
}

TEST(Binary, TakesTheRightToWhatRefersToIt) {
  World world;
  world.records.put(binary("b-1"));
  world.records.put(document("d-1", "p-1", "Binary/b-1", psychotherapy));
  world.records.put(document("d-3", "p-3", "Binary/b-1"));
  world.records.put(document("d-h", "hidden", "Binary/b-1"));
  world.records.put(
      document("d-12", "p-1", "Binary/b-1", R"(,"author":[{"reference":"Practitioner/x"}])"));
  EXPECT_EQ(world.ask("", "GET", by_d1).status, 401);
  for (const auto* id : {"d-1", "d-3", "d-h", "d-none"}) {
    const auto alone = world.get("dr-a", "DocumentReference/" + std::string{id});
    const auto with = world.get("dr-a", "Binary/b-1?of=DocumentReference/" + std::string{id});
    EXPECT_GE(with.status, 403);
    EXPECT_EQ(with.status, alone.status) << id;
    EXPECT_EQ(without_code(with.body), without_code(alone.body)) << "the same in every word";
    EXPECT_FALSE(with.holds("c2VjcmV0"));
  }
  for (const auto& each : world.records.asked)
    EXPECT_NE(each.request.target, "Binary/b-1") << "nobody learns whether it is there";
  world.break_glass("dr-b", "p-3");
  EXPECT_EQ(world.get("dr-b", "Binary/b-1?of=DocumentReference/d-3").status, 200);
  EXPECT_EQ(world.get("dr-b", "Binary/b-1?of=DocumentReference/d-12").status, 403);
}

TEST(Binary, OfNothingThatDoesNotReferToIt) {
  for (const auto* url :
       {"Binary/b-2", "Binary/b-1/_history/1", "Binary/b-1?x", "binary/b-1", "/Binary/b-1",
        "Binary/b-1#", "x/Binary/b-1", "http://elsewhere.example/fhir/Binary/b-1",
        "http://upstream.internal/Binary/b-1", "http://upstream.internal/fhirBinary/b-1", "",
        "Binary/b-1 ", "urn:uuid:b-1"}) {
    World world;
    world.records.put(document("d-1", "p-1", url));
    world.records.put(binary("b-1"));
    const auto answer = world.get("dr-a", by_d1);
    EXPECT_EQ(answer.status, 404) << url << answer.body;
    EXPECT_FALSE(answer.released);
    EXPECT_EQ(world.records.asked.size(), 1U) << url;
    EXPECT_EQ(world.entries<AccessOutcome>().at(0).outcome, Outcome::nothing);
  }
  // What refers to it elsewhere is no attachment.
  World world;
  world.records.put(binary("b-1"));
  world.records.put(document("d-1", "p-1", "Binary/b-2",
                             R"(,"contained":[)" + document("x", "p-1", "Binary/b-1") +
                                 R"(],"relatesTo":[{"target":{"reference":"Binary/b-1"}}])"));
  EXPECT_EQ(world.get("dr-a", by_d1).status, 404);
}

// The Binary may say more of whose it is than what refers to it.
TEST(Binary, IsInTheChartsAndHasTheLabelsThatItSaysItself) {
  struct Case {
    std::string says;
    int status;
  };
  const auto context = [](const std::string& to) {
    return R"(,"securityContext":{"reference":")" + to + "\"}";
  };
  for (const auto& [says, status] : std::vector<Case>{
           {context("Patient/p-1"), 200},
           {context("DocumentReference/d-1"), 200},
           {context("http://upstream.internal/fhir/DocumentReference/d-1"), 200},
           {context("Patient/p-2"), 200},
           {context("Patient/p-3"), 403},
           {context("Patient/hidden"), 404},
           {context("DocumentReference/d-2"), 404},
           {context("Observation/o-1"), 404},
           {context("http://elsewhere.example/fhir/DocumentReference/d-1"), 404},
           {context("http://elsewhere.example/fhir/Patient/p-1"), 404},
           {context("Patient?name=roe"), 404},
           {context("#x"), 404},
           {R"(,"securityContext":{"identifier":{"value":"7"}})", 404},
           {R"(,"securityContext":{"type":"Patient","identifier":{"value":"7"}})", 404},
           {R"(,"securityContext":"Patient/p-1")", 404},
           {psychotherapy, 403},
           {R"(,"meta":{"security":[{"display":"PSYTHPN"}]})", 404}}) {
    World world;
    world.records.put(document("d-1", "p-1", "Binary/b-1"));
    world.records.put(binary("b-1", says));
    const auto answer = world.get("dr-a", by_d1);
    EXPECT_EQ(answer.status, status) << says << answer.body;
    EXPECT_EQ(answer.holds("c2VjcmV0"), status == 200) << says;
    EXPECT_EQ(answer.released, status == 200);
  }
}

// Else whoever may add a document to one chart could read any Binary that they can name.
TEST(Binary, NobodyMakesAReferenceToOne) {
  World world;
  world.records.put(binary("b-3"));
  world.records.put(document("d-1", "p-1", "http://upstream.internal/fhir/Binary/b-1", fourth));
  const auto anew = [](const std::string& type, const std::string& content) {
    return R"({"resourceType":")" + type + R"(","subject":{"reference":"Patient/p-1"},)" + content +
           "}";
  };
  const auto attachment = [](const std::string& url) {
    return R"("content":[{"attachment":{"url":")" + url + "\"}}]";
  };
  for (const auto* url :
       {"Binary/b-3", "http://upstream.internal/fhir/Binary/b-3", "binary/b-3", "./Binary/b-3",
        "HTTP://UPSTREAM.INTERNAL/fhir/BINARY/b-3", "%42inary/b-3", "\\u0042inary/b-3"}) {
    const auto made =
        world.ask("dr-a", "POST", "DocumentReference", anew("DocumentReference", attachment(url)));
    EXPECT_EQ(made.status, 422) << url << made.body;
    const auto changed =
        world.ask("dr-a", "PUT", "DocumentReference/d-1", document("d-1", "p-1", url, fourth));
    EXPECT_EQ(changed.status, 422) << url << changed.body;
    const auto patched =
        world.ask("dr-a", "PATCH", "DocumentReference/d-1",
                  R"([{"op":"replace","path":"/content/0/attachment/url","value":")" +
                      std::string{url} + "\"}]",
                  {{"Content-Type", "application/json-patch+json"}});
    EXPECT_EQ(patched.status, 422) << url << patched.body;
    const auto whole =
        world.ask("dr-a", "POST", "",
                  R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
                      anew("DocumentReference", attachment(url)) +
                      R"(,"request":{"method":"POST","url":"DocumentReference"}}]})");
    EXPECT_EQ(whole.status, 422) << url << whole.body;
  }
  EXPECT_EQ(world
                .ask("dr-a", "POST", "DiagnosticReport",
                     anew("DiagnosticReport", R"("presentedForm":[{"url":"Binary/b-3"}])"))
                .status,
            422);
  EXPECT_EQ(
      world.ask("dr-a", "POST", "Media", anew("Media", R"("content":{"url":"Binary/b-3"})")).status,
      422);
  EXPECT_TRUE(world.records.writes().empty());
  // What it refers to already stays, and so does what is no Binary of ours.
  EXPECT_EQ(world
                .ask("dr-a", "PUT", "DocumentReference/d-1",
                     document("d-1", "p-1", "Binary/b-1", fourth + R"(,"description":"x")"))
                .status,
            200);
  EXPECT_EQ(world
                .ask("dr-a", "POST", "DocumentReference",
                     anew("DocumentReference", attachment("https://pacs.example/x.pdf")))
                .status,
            201);
}

TEST(Binary, OnlyInThisForm) {
  World world;
  world.records.put(document("d-1", "p-1", "Binary/b-1"));
  world.records.put(binary("b-1"));
  for (const auto* target :
       {"Binary/b-1", "Binary/b-1?of=", "Binary/b-1?of=DocumentReference",
        "Binary/b-1?of=DocumentReference/", "Binary/b-1?of=Observation/o-1",
        "Binary/b-1?of=Binary/b-1", "Binary/b-1?of=Patient/p-1",
        "Binary/b-1?of=DocumentReference/d-1/_history/1",
        "Binary/b-1?of=http://upstream.internal/fhir/DocumentReference/d-1",
        "Binary/b-1?of=DocumentReference?patient=p-1",
        "Binary/b-1?of=DocumentReference/d-1&of=DocumentReference/d-1",
        "Binary/b-1?of=DocumentReference/d-1&x=1", "Binary/b-1/_history/1",
        "Binary/b-1/_history/1?of=DocumentReference/d-1", "Binary?of=DocumentReference/d-1",
        "Binary?_id=b-1", "Binary/b-1/DocumentReference/d-1"})
    EXPECT_EQ(world.get("dr-a", target).status, 400) << target;
  EXPECT_EQ(world.ask("dr-a", "PUT", by_d1, binary("b-1")).status, 400);
  EXPECT_EQ(world.ask("dr-a", "PUT", "Binary/b-1", binary("b-1")).status, 403);
  EXPECT_EQ(world.ask("dr-a", "POST", "Binary", binary("b-1")).status, 403);
  EXPECT_EQ(world.ask("dr-a", "DELETE", "Binary/b-1").status, 403);
  EXPECT_TRUE(world.records.asked.empty());
}

TEST(Binary, WhatIsNotThereOrIsAnotherIsNotGiven) {
  World world;
  world.records.put(document("d-1", "p-1", "Binary/b-1"));
  EXPECT_EQ(world.get("dr-a", by_d1).status, 404);
  world.records.put_at("Binary/b-1", binary("b-2"));
  EXPECT_EQ(world.get("dr-a", by_d1).status, 502) << "another one";
  world.records.put_at("Binary/b-1", observation("b-1", "p-1"));
  EXPECT_EQ(world.get("dr-a", by_d1).status, 502) << "no Binary";
  world.records.put(binary("b-1"));
  std::size_t asked = world.records.asked.size();
  world.records.meanwhile = [&] {
    if (world.records.asked.size() == asked + 2)
      world.perform(app::SignOut{.token_hash = in::token_hash("dr-a")});
  };
  const auto late = world.get("dr-a", by_d1);
  EXPECT_TRUE(late.status != 200 || late.lease->over()) << "no byte of it is sent";
  World stopped;
  stopped.records.put(document("d-1", "p-1", "Binary/b-1"));
  stopped.records.put(binary("b-1"));
  stopped.disk.fail_next();
  EXPECT_EQ(stopped.get("dr-a", by_d1).status, 503);
}

}  // namespace
}  // namespace halligan::tests
