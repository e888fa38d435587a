// credentials_test.cc - credentials for a glass that are not what they say, each signed by whoever
// could: by our own key, where the key is not what gives it away; B02.
#include "api_world.h"
#include "core/identity/signer.h"
#include "core/identity/test_tokens.h"
#include "in/edge.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;
using identity::testing::TestKey;

class Credentials : public ApiWorld {
 protected:
  Credentials() {
    tls_ = true;
    session_ = sign_in("doc");
    glass_ = break_glass(session_, "p-2");
    const auto made = call("POST", "/api/v1/glass/" + glass_ + "/token", session_, "{}",
                           {{"DPoP", proof("POST", "/api/v1/glass/" + glass_ + "/token", {})}});
    EXPECT_EQ(made.status, 201) << made.text;
    token_ = made.str("access_token");
    const auto body = from_base64url(part(1));
    claims_ = json::parse(text_view(*body)).get_object();
  }

  std::string part(int n) const {
    std::size_t from = 0;
    for (; n > 0; --n) from = token_.find('.', from) + 1;
    return token_.substr(from, token_.find('.', from) - from);
  }
  std::string proof(const std::string& method, const std::string& path, const std::string& token) {
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(clock_.now().wall).time_since_epoch().count();
    json::object claims{{"jti", "proof-" + std::to_string(++proofs_)},
                        {"htm", method},
                        {"htu", api_->address + path},
                        {"iat", seconds}};
    if (!token.empty()) claims["ath"] = to_base64url(crypto::sha256(view(token)));
    return key_.token({{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", key_.jwk()}},
                      json::serialize(claims));
  }
  // Our own key, as whoever has the vault would use it.
  identity::Signer our_key() {
    const auto& kept_as = state().token_keys.back().kept_as;
    return std::move(*identity::Signer::from(**vault_->secret("tokens/key/" + kept_as, "key")));
  }
  std::string with(const std::function<void(json::object&)>& change) {
    auto claims = claims_;
    change(claims);
    return *our_key().sign_jwt("at+jwt", claims);
  }
  in::Shown shown(const std::string& token) {
    in::http::Request request;
    request.method = "GET";
    request.path = "/fhir/Patient/p-2";
    request.headers = {{"authorization", "DPoP " + token},
                       {"dpop", proof("GET", request.path, token)}};
    return glass_tokens_->shown(request, in::Spend::now);
  }
  bool opens(const std::string& token) {
    const auto who = shown(token);
    return who.wrong.empty() &&
           app::who_asks(state(), who.hash, who.bound, clock_.now()).token != nullptr;
  }

  TestKey key_ = TestKey::ec();
  int proofs_ = 0;
  std::string session_, glass_, token_;
  json::object claims_;
};

TEST_F(Credentials, B02TheOneThatWasMadeOpens) { EXPECT_TRUE(opens(token_)); }

TEST_F(Credentials, B02AnAlteredOneIsRefused) {
  auto claims = claims_;
  claims["patient"] = "p-1";
  const auto body = to_base64url(view(json::serialize(claims)));
  EXPECT_EQ(shown(part(0) + "." + body + "." + part(2)).wrong,
            "the token is none of ours: signature");
}

TEST_F(Credentials, B02AnExpiredOneIsRefusedThoughItsGlassIsOpen) {
  clock_.pass(5min + 1s);
  ASSERT_FALSE(get("/api/v1/glass", session_).body.at("glass").as_array().empty());
  EXPECT_EQ(shown(token_).wrong, "the token is over: ask for the next one");
  EXPECT_FALSE(opens(token_));
}

TEST_F(Credentials, B02OneForAnotherAudienceIsRefused) {
  EXPECT_EQ(shown(with([](auto& said) { said["aud"] = "https://elsewhere.example/fhir"; })).wrong,
            "the token is for somebody else");
}

TEST_F(Credentials, B02OneOfAnotherIssuerIsRefused) {
  EXPECT_EQ(shown(with([](auto& said) { said["iss"] = "https://elsewhere.example"; })).wrong,
            "the token is for somebody else");
}

TEST_F(Credentials, B02OneWithoutASignatureIsRefused) {
  const auto head = to_base64url(view(std::string{R"({"typ":"at+jwt","alg":"none"})"}));
  for (const char* end : {".", ""})
    EXPECT_NE(shown(head + "." + part(1) + end).wrong, "") << "alg none" << end;
}

TEST_F(Credentials, B02OneByAnotherKeyIsRefused) {
  const TestKey other = TestKey::ec();
  const auto head = json::parse(text_view(*from_base64url(part(0)))).get_object();
  EXPECT_EQ(shown(other.token(head, json::serialize(claims_))).wrong,
            "the token is none of ours: signature");
}

TEST_F(Credentials, B02OneOfAnotherTypeIsRefused) {
  EXPECT_NE(shown(*our_key().sign_jwt("JWT", claims_)).wrong, "");
  EXPECT_NE(shown(*our_key().sign_jwt("secevent+jwt", claims_)).wrong, "");
}

TEST_F(Credentials, B02OneThatWeSignedAndNeverMadeOpensNothing) {
  const auto forged = with([](auto& said) { said["patient"] = "p-1"; });
  EXPECT_EQ(shown(forged).wrong, "");
  EXPECT_FALSE(opens(forged)) << "signed rightly, and in no entry";
}

TEST_F(Credentials, B02AProofByAnotherKeyIsRefused) {
  key_ = TestKey::ec();
  EXPECT_EQ(shown(token_).wrong, "the token is bound to another key");
}

TEST_F(Credentials, B02ItIsOverWithItsGlassWhateverEndsIt) {
  ASSERT_TRUE(opens(token_));
  clock_.pass(61min);
  house_->keep_time(clock_.now());
  EXPECT_FALSE(opens(token_));
}

TEST_F(Credentials, OneKeyFillsNothingThatBelongsToAll) {
  in::Once once{{.all = 100, .of_one = 3}};
  for (int n = 0; n < 3; ++n) EXPECT_TRUE(once.take("a", std::to_string(n), 0ms, 10ms));
  EXPECT_FALSE(once.take("a", "0", 1ms, 10ms)) << "it was taken";
  EXPECT_FALSE(once.take("a", "3", 1ms, 10ms)) << "as many as one may have";
  EXPECT_TRUE(once.take("b", "0", 1ms, 10ms));
  EXPECT_TRUE(once.take("a", "0", 11ms, 20ms)) << "it was over";
}

}  // namespace
}  // namespace halligan::tests
