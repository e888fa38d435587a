// Passkeys: enrolled by their person, good for signing in and stepping up, each answer once.

#include "api_world.h"
#include "base/crypto.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

// An authenticator of EdDSA, in software: what a browser hands to the page.
class Authenticator {
 public:
  explicit Authenticator(std::uint8_t number, identity::RelyingParty party)
      : number_(number), party_(std::move(party)), seed_(crypto::Key256{number}) {}

  std::string id() const { return to_base64url(Bytes(16, number_)); }

  json::object create(const std::string& challenge, const std::string& name) {
    Bytes data = front(0x45);
    data.insert(data.end(), 16, 0xAA);  // AAGUID
    put_u16(data, 16);
    data.insert(data.end(), 16, number_);
    const Bytes cose{0xA4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20};
    data.insert(data.end(), cose.begin(), cose.end());
    const auto key = crypto::public_key(seed_);
    data.insert(data.end(), key.begin(), key.end());
    Bytes object{
        0xA3, 0x63, 'f', 'm', 't', 0x64, 'n', 'o', 'n',  'e',
        0x67, 'a',  't', 't', 'S', 't',  'm', 't', 0xA0, 0x68,
        'a',  'u',  't', 'h', 'D', 'a',  't', 'a', 0x58, static_cast<std::uint8_t>(data.size())};
    object.insert(object.end(), data.begin(), data.end());
    return {{"name", name},
            {"client_data", client_data("webauthn.create", challenge)},
            {"attestation_object", to_base64url(object)}};
  }

  json::object get(const std::string& challenge) {
    const auto data = front(0x05);
    const auto client = client_data("webauthn.get", challenge);
    auto message = data;
    const auto hash = crypto::sha256(*from_base64url(client));
    message.insert(message.end(), hash.begin(), hash.end());
    return {{"id", id()},
            {"client_data", client},
            {"authenticator_data", to_base64url(data)},
            {"signature", to_base64url(crypto::sign(seed_, message))}};
  }

  std::uint32_t counter = 1;  // of the next answer

 private:
  Bytes front(std::uint8_t flags) {
    const auto hash = crypto::sha256(view(party_.id));
    Bytes out(hash.begin(), hash.end());
    out.push_back(flags);
    put_u32(out, counter++);
    return out;
  }
  std::string client_data(const std::string& type, const std::string& challenge) const {
    return to_base64url(view(json::serialize(json::object{{"type", type},
                                                          {"challenge", challenge},
                                                          {"origin", party_.origin},
                                                          {"crossOrigin", false}})));
  }

  std::uint8_t number_;
  identity::RelyingParty party_;
  crypto::SecretKey seed_;
};

class Passkeys : public ApiWorld {
 protected:
  std::string asked(const std::string& path, const std::string& token) {
    return post(path, token).str("challenge");
  }
  Answer enrol_by(Authenticator& authenticator, const std::string& token) {
    return post(
        "/api/v1/session/passkeys", token,
        authenticator.create(asked("/api/v1/session/passkeys/challenge", token), "Blue key"));
  }
  Answer sign_in_by(Authenticator& authenticator) {
    return answer_with(authenticator.get(asked("/api/v1/passkeys/challenge", "")));
  }
  Answer answer_with(const json::object& answer) {
    return post("/api/v1/sessions/passkey", "", {{"passkey", answer}});
  }
  Answer step_up_by(Authenticator& authenticator, const std::string& token) {
    return post(
        "/api/v1/session/step-up/passkey", token,
        {{"passkey", authenticator.get(asked("/api/v1/session/step-up/challenge", token))}});
  }
  Authenticator blue{1, party};
};

TEST_F(Passkeys, B01_APasskeySignsInAndStepsUpAtTheHighestLevel) {
  const auto token = sign_in("doc");
  ASSERT_EQ(enrol_by(blue, token).status, 201);
  const auto in = sign_in_by(blue);
  ASSERT_EQ(in.status, 201) << in.text;
  EXPECT_EQ(in.str("staff"), "doc");
  const auto* session = state().session(SessionId{in.str("session")});
  EXPECT_EQ(session->proof_level, 3);
  clock_.pass(16min);
  EXPECT_EQ(post("/api/v1/session/passkeys/challenge", in.str("token")).slug(), "step-up-needed");
  EXPECT_EQ(step_up_by(blue, in.str("token")).status, 200);
  EXPECT_EQ(post("/api/v1/session/passkeys/challenge", in.str("token")).status, 201);
  const auto list = get("/api/v1/session/passkeys", in.str("token"));
  ASSERT_EQ(list.body.as_array().size(), 1U);
  EXPECT_EQ(list.body.as_array()[0].as_object().at("name").as_string(), "Blue key");
}

TEST_F(Passkeys, AnAnswerIsGoodOnceForOnePurposeAndForFiveMinutes) {
  const auto token = sign_in("doc");
  ASSERT_EQ(enrol_by(blue, token).status, 201);
  const auto answer = blue.get(asked("/api/v1/passkeys/challenge", ""));
  ASSERT_EQ(answer_with(answer).status, 201);
  EXPECT_EQ(answer_with(answer).slug(), "sign-in-refused") << "a replay";
  EXPECT_EQ(answer_with(blue.get(asked("/api/v1/session/step-up/challenge", token))).slug(),
            "sign-in-refused")
      << "what was signed to step up";
  EXPECT_EQ(answer_with(blue.get("made-up")).slug(), "sign-in-refused");
  const auto late = asked("/api/v1/passkeys/challenge", "");
  clock_.pass(5min);
  EXPECT_EQ(answer_with(blue.get(late)).slug(), "sign-in-refused");
  clock_.pass(1min);
  const auto other = sign_in("nina");
  EXPECT_EQ(post("/api/v1/session/step-up/passkey", other,
                 {{"passkey", blue.get(asked("/api/v1/session/step-up/challenge", other))}})
                .slug(),
            "sign-in-refused")
      << "another person's passkey";
  const auto mine = asked("/api/v1/session/passkeys/challenge", sign_in("doc"));
  Authenticator red{2, party};
  EXPECT_EQ(post("/api/v1/session/passkeys", sign_in("nina"), red.create(mine, "Red key")).status,
            400)
      << "what another session was asked";
}

TEST_F(Passkeys, ACopyIsFoundByItsCounter) {
  ASSERT_EQ(enrol_by(blue, sign_in("doc")).status, 201);
  ASSERT_EQ(sign_in_by(blue).status, 201);
  auto copy = blue;
  ASSERT_EQ(sign_in_by(blue).status, 201);
  EXPECT_EQ(sign_in_by(copy).slug(), "sign-in-refused");
  const auto last = house_->journal().read(size() - 1);
  EXPECT_NE(facts::encode(*last->body).find("passkey-counter"), std::string::npos);
}

TEST_F(Passkeys, NobodyElsesAndNothingUnknownSignsIn) {
  ASSERT_EQ(enrol_by(blue, sign_in("doc")).status, 201);
  Authenticator unknown{7, party};
  EXPECT_EQ(sign_in_by(unknown).slug(), "sign-in-refused");
  Authenticator twin{1, party};  // the same id
  EXPECT_EQ(enrol_by(twin, sign_in("nina")).slug(), "conflict");
  Authenticator elsewhere{1, {.id = party.id, .origin = "https://records.example.evil.example"}};
  elsewhere.counter = 50;
  EXPECT_EQ(sign_in_by(elsewhere).slug(), "sign-in-refused");
  auto answer = blue.get(asked("/api/v1/passkeys/challenge", ""));
  answer["user_handle"] = to_base64url(Bytes(16, 9));
  EXPECT_EQ(answer_with(answer).slug(), "sign-in-refused");
  const auto admin = sign_in("ada");
  ASSERT_EQ(call("PATCH", "/api/v1/staff/doc", admin, R"({"active":false})").status, 200);
  EXPECT_EQ(sign_in_by(blue).slug(), "sign-in-refused") << "of somebody who left";
}

TEST_F(Passkeys, WhatIsTakenAwayProvesNothingAndEndsWhatItOpened) {
  const auto token = sign_in("doc");
  ASSERT_EQ(enrol_by(blue, token).status, 201);
  const auto by_it = sign_in_by(blue).str("token");
  EXPECT_EQ(call("DELETE", "/api/v1/session/passkeys/" + blue.id(), token).status, 200);
  EXPECT_EQ(get("/api/v1/session", by_it).status, 401);
  EXPECT_EQ(get("/api/v1/session", token).status, 200);
  EXPECT_EQ(sign_in_by(blue).slug(), "sign-in-refused");
  EXPECT_EQ(call("DELETE", "/api/v1/session/passkeys/" + blue.id(), token).status, 404);

  ASSERT_EQ(enrol_by(blue, token).status, 201) << "the same one again";
  const auto path = "/api/v1/staff/doc/passkeys/" + blue.id();
  EXPECT_EQ(call("DELETE", path, sign_in("nina")).slug(), "role-needed");
  EXPECT_EQ(call("DELETE", path, sign_in("ada")).status, 200);
  EXPECT_EQ(get("/api/v1/session", token).status, 401);
}

TEST_F(Passkeys, WhoeverHeldThePersonWhenItWasEnrolledHoldsThemByIt) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(post("/api/v1/staff/doc/totp", admin, {{"secret", to_base32(Bytes(20, 'k'))}}).status,
            201);
  ASSERT_EQ(enrol_by(blue, sign_in("doc")).status, 201);
  EXPECT_TRUE(state().holds(StaffId{"ada"}, StaffId{"doc"}, far_future));
  const auto* doc = state().person(StaffId{"doc"});
  EXPECT_TRUE(doc->hands.at("passkey/" + blue.id()).contains(StaffId{"ada"}));
  ASSERT_EQ(call("DELETE", "/api/v1/session/passkeys/" + blue.id(), sign_in("doc")).status, 200);
  EXPECT_LT(doc->hands.at("passkey/" + blue.id()).at(StaffId{"ada"}), far_future);
}

TEST_F(Passkeys, A09WhoGuessesAtThePasswordKeepsNobodyFromTheirs) {
  ASSERT_EQ(enrol_by(blue, sign_in("doc")).status, 201);
  const std::string here = peer_;
  for (int i = 0; i < 60; ++i) {
    peer_ = i % 2 == 0 ? here : "203.0.113." + std::to_string(i % 16);
    (void)try_sign_in("doc", "a guess", "000000");
    clock_.pass(1s);
  }
  peer_ = here;
  EXPECT_EQ(try_sign_in("doc", "a guess", "000000").status, 429);
  for (const std::string& from : {here, std::string{"203.0.113.2"}, std::string{"198.51.100.1"}}) {
    peer_ = from;
    EXPECT_EQ(sign_in_by(blue).status, 201) << from;
  }
  // Wrong passkeys are counted by themselves, and in the end wait, too.
  Authenticator other{2, party};
  int last = 0;
  for (int i = 0; i < 101; ++i) last = sign_in_by(other).status;
  EXPECT_EQ(last, 429);
  EXPECT_EQ(sign_in_by(blue).slug(), "slow-down");
  peer_ = here;
  EXPECT_EQ(sign_in_by(blue).status, 201);
}

TEST_F(Passkeys, SufficeForWhoHasNoPassword) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(enrol_by(blue, sign_in("doc")).status, 201);
  const auto roster = get("/api/v1/staff", admin);
  for (const auto& line : roster.body.as_array()) {
    const auto& person = line.as_object();
    const bool has = !person.at("passkeys").as_array().empty();
    EXPECT_EQ(has, person.at("staff").as_string() == "doc");
  }
}

}  // namespace
}  // namespace halligan::tests
