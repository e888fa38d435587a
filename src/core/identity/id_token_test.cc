// Tokens of two made-up providers: what makes one a proof that somebody signed in here and now, or
// that they signed out, and each way in which it may fall short.
#include "core/identity/id_token.h"

#include "core/identity/test_tokens.h"

namespace halligan::identity {
namespace {

using testing::keys_of;
using testing::TestKey;
using testing::wrong;
using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::int64_t now = 1'800'000'000;
Instant at(std::int64_t seconds) { return Instant{std::chrono::seconds{seconds}}; }

// What a provider signs, with every member of `more` in the place of ours, or away where it is
// null.
json::object changed(json::object claims, const json::object& more) {
  for (const auto& each : more) {
    if (each.value().is_null())
      claims.erase(each.key());
    else
      claims[each.key()] = each.value();
  }
  return claims;
}

struct Provider {
  std::string issuer = "https://id.hospital.example";
  TestKey key = TestKey::ec();
  KeySet keys = keys_of({key.jwk({{"kid", "1"}})});

  json::object sign_in(const json::object& more = {}) const {
    return changed({{"iss", issuer},
                    {"sub", "471"},
                    {"aud", "halligan"},
                    {"exp", now + 300},
                    {"iat", now - 5},
                    {"nonce", "n-0S6_WzA2Mj"}},
                   more);
  }
  json::object sign_out(const json::object& more = {}) const {
    return changed(
        {{"iss", issuer},
         {"sub", "471"},
         {"aud", "halligan"},
         {"exp", now + 120},
         {"iat", now},
         {"jti", "bWJq"},
         {"sid", "08a5019c"},
         {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object{}}}}},
        more);
  }
  std::string token(const json::object& claims, const json::object& header = {}) const {
    return key.token(changed({{"alg", "ES256"}, {"kid", "1"}}, header), json::serialize(claims));
  }
};

ExpectedIdToken expected_sign_in() {
  return {.issuer = "https://id.hospital.example",
          .client = "halligan",
          .nonce = "n-0S6_WzA2Mj",
          .now = at(now),
          .max_age = {}};
}
ExpectedLogoutToken expected_sign_out() {
  return {.issuer = "https://id.hospital.example", .client = "halligan", .now = at(now)};
}
std::string refused(const json::object& more,
                    const ExpectedIdToken& expected = expected_sign_in()) {
  return wrong(check_id_token(Provider{}.sign_in(more), expected));
}
std::string refused_out(const json::object& more,
                        const ExpectedLogoutToken& expected = expected_sign_out()) {
  return wrong(check_logout_token(Provider{}.sign_out(more), expected));
}

TEST(IdToken, SaysWhoSignedIn) {
  const Provider provider;
  const auto claims = provider.sign_in({{"acr", "urn:mace:incommon:iap:silver"},
                                        {"amr", json::array{"pwd", "otp"}},
                                        {"auth_time", now - 20},
                                        {"sid", "08a5019c"},
                                        {"role", "physician"}});
  const auto read = verify_jwt(provider.token(claims), provider.keys, id_token_types);
  ASSERT_EQ(wrong(read), "");
  const auto checked = check_id_token(std::get<Token>(read).claims, expected_sign_in());
  ASSERT_EQ(wrong(checked), "");
  const auto& token = std::get<IdToken>(checked);
  EXPECT_EQ(token.subject, "471");
  EXPECT_EQ(token.acr, "urn:mace:incommon:iap:silver");
  EXPECT_EQ(token.amr, (std::vector<std::string>{"pwd", "otp"}));
  EXPECT_EQ(token.auth_time, at(now - 20));
  EXPECT_EQ(token.sid, "08a5019c");
  EXPECT_EQ(token.issued_at, at(now - 5));
  EXPECT_EQ(token.expires_at, at(now + 300));
  EXPECT_EQ(token.claims.at("role"), "physician");
}

TEST(IdToken, NeedsNoMoreThanTheStandardAsks) {
  const auto checked = check_id_token(Provider{}.sign_in(), expected_sign_in());
  ASSERT_EQ(wrong(checked), "");
  const auto& token = std::get<IdToken>(checked);
  EXPECT_EQ(token.acr + token.sid, "");
  EXPECT_TRUE(token.amr.empty());
  EXPECT_FALSE(token.auth_time.has_value());
}

TEST(IdToken, OfAnotherIssuerIsRefused) {
  const Provider ours;
  const Provider theirs{.issuer = "https://id.elsewhere.example"};
  const auto token = theirs.token(theirs.sign_in());
  // Their keys and their name: nothing is wrong with it but that it is not our issuer's.
  const auto read = verify_jwt(token, theirs.keys, id_token_types);
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(wrong(check_id_token(std::get<Token>(read).claims, expected_sign_in())), "issuer");
  // And in our issuer's name it is not signed by our issuer.
  EXPECT_EQ(wrong(verify_jwt(theirs.token(ours.sign_in()), ours.keys, id_token_types)),
            "signature");
}

TEST(IdToken, NamesItsIssuerExactly) {
  EXPECT_EQ(refused({{"iss", "https://id.hospital.example/"}}), "issuer");
  EXPECT_EQ(refused({{"iss", "https://ID.hospital.example"}}), "issuer");
  EXPECT_EQ(refused({{"iss", nullptr}}), "issuer");
  EXPECT_EQ(refused({{"iss", json::array{"https://id.hospital.example"}}}), "issuer");
  auto nobody = expected_sign_in();
  nobody.issuer.clear();
  EXPECT_EQ(refused({{"iss", ""}}, nobody), "issuer");
}

TEST(IdToken, ForAnotherClientIsRefused) {
  EXPECT_EQ(refused({{"aud", "another"}}), "audience");
  EXPECT_EQ(refused({{"aud", json::array{"another"}}}), "audience");
  EXPECT_EQ(refused({{"aud", json::array{}}}), "audience");
  EXPECT_EQ(refused({{"aud", json::array{"halligan", 1}}}), "audience");
  EXPECT_EQ(refused({{"aud", nullptr}}), "audience");
  EXPECT_EQ(refused({{"aud", json::array{"halligan"}}}), "");
  auto nobody = expected_sign_in();
  nobody.client.clear();
  EXPECT_EQ(refused({{"aud", ""}}, nobody), "audience");
}

TEST(IdToken, ForSeveralSaysForWhom) {
  const json::array both = {"another", "halligan"};
  EXPECT_EQ(refused({{"aud", both}}), "audience");
  EXPECT_EQ(refused({{"aud", both}, {"azp", "another"}}), "audience");
  EXPECT_EQ(refused({{"aud", both}, {"azp", "halligan"}}), "");
  EXPECT_EQ(refused({{"azp", "another"}}), "audience");
  EXPECT_EQ(refused({{"azp", 1}}), "audience");
}

TEST(IdToken, ThatHasExpiredIsRefused) {
  EXPECT_EQ(refused({{"exp", now - 59}}), "");
  EXPECT_EQ(refused({{"exp", now - 60}}), "expired");
  EXPECT_EQ(refused({{"exp", now - 59.5}}), "");
  EXPECT_EQ(refused({{"exp", nullptr}}), "claim");
  EXPECT_EQ(refused({{"exp", "1800000300"}}), "claim");
  EXPECT_EQ(refused({{"exp", -1}}), "claim");
  EXPECT_EQ(refused({{"exp", 1e300}}), "claim");
  EXPECT_EQ(refused({{"exp", 18446744073709551615ULL}}), "claim");
}

TEST(IdToken, FromTheFutureIsRefused) {
  EXPECT_EQ(refused({{"iat", now + 60}}), "");
  EXPECT_EQ(refused({{"iat", now + 61}}), "early");
  EXPECT_EQ(refused({{"nbf", now + 60}}), "");
  EXPECT_EQ(refused({{"nbf", now + 61}}), "early");
  EXPECT_EQ(refused({{"nbf", "soon"}}), "claim");
}

TEST(IdToken, OfLongAgoIsRefused) {
  EXPECT_EQ(refused({{"iat", now - 600}}), "");
  EXPECT_EQ(refused({{"iat", now - 601}}), "old");
  EXPECT_EQ(refused({{"iat", nullptr}}), "claim");
}

TEST(IdToken, AnswersTheOneRequest) {
  EXPECT_EQ(refused({{"nonce", "n-0S6_WzA2Mk"}}), "nonce");
  EXPECT_EQ(refused({{"nonce", "n-0S6_WzA2M"}}), "nonce");
  EXPECT_EQ(refused({{"nonce", nullptr}}), "nonce");
  EXPECT_EQ(refused({{"nonce", 1}}), "nonce");
  auto none = expected_sign_in();
  none.nonce.clear();
  EXPECT_EQ(refused({{"nonce", ""}}, none), "nonce");
}

TEST(IdToken, SaysWhenItsPersonSignedInWhereThatWasAsked) {
  auto fresh = expected_sign_in();
  fresh.max_age = 300s;
  EXPECT_EQ(refused({{"auth_time", now - 360}}, fresh), "");
  EXPECT_EQ(refused({{"auth_time", now - 361}}, fresh), "sign-in");
  EXPECT_EQ(refused({}, fresh), "sign-in");
  EXPECT_EQ(refused({{"auth_time", "1799999999"}}, fresh), "claim");
  EXPECT_EQ(refused({{"auth_time", now + 61}}, fresh), "early");
  EXPECT_EQ(refused({{"auth_time", now - 361}}), "");
  EXPECT_EQ(refused({{"auth_time", now + 61}}), "early");
}

TEST(IdToken, HasMembersOfTheirKind) {
  EXPECT_EQ(refused({{"sub", nullptr}}), "claim");
  EXPECT_EQ(refused({{"sub", ""}}), "claim");
  EXPECT_EQ(refused({{"sub", 471}}), "claim");
  EXPECT_EQ(refused({{"sub", std::string(255, 'a')}}), "");
  EXPECT_EQ(refused({{"sub", std::string(256, 'a')}}), "claim");
  EXPECT_EQ(refused({{"sub", "4\n71"}}), "claim");
  EXPECT_EQ(refused({{"acr", 1}}), "claim");
  EXPECT_EQ(refused({{"amr", "pwd"}}), "claim");
  EXPECT_EQ(refused({{"amr", json::array{1}}}), "claim");
  EXPECT_EQ(refused({{"amr", json::array{""}}}), "claim");
  EXPECT_EQ(refused({{"sid", json::array{}}}), "claim");
}

TEST(LogoutToken, SaysWhoSignedOut) {
  const Provider provider;
  for (const json::value& typ : {json::value("logout+jwt"), json::value()}) {
    const auto read = verify_jwt(provider.token(provider.sign_out(), {{"typ", typ}}), provider.keys,
                                 logout_token_types);
    ASSERT_EQ(wrong(read), "");
    const auto checked = check_logout_token(std::get<Token>(read).claims, expected_sign_out());
    ASSERT_EQ(wrong(checked), "");
    const auto& token = std::get<LogoutToken>(checked);
    EXPECT_EQ(token.subject, "471");
    EXPECT_EQ(token.sid, "08a5019c");
    EXPECT_EQ(token.jti, "bWJq");
    EXPECT_EQ(token.issued_at, at(now));
  }
}

TEST(LogoutToken, IsOfOneSessionOrOfAPerson) {
  EXPECT_EQ(refused_out({{"sid", nullptr}}), "");
  EXPECT_EQ(refused_out({{"sub", nullptr}}), "");
  EXPECT_EQ(refused_out({{"sid", nullptr}, {"sub", nullptr}}), "claim");
  EXPECT_EQ(refused_out({{"sid", 1}}), "claim");
  EXPECT_EQ(refused_out({{"sub", ""}}), "claim");
}

TEST(LogoutToken, WithANonceIsRefused) {
  EXPECT_EQ(refused_out({{"nonce", "n-0S6_WzA2Mj"}}), "type");
  EXPECT_EQ(refused_out({{"nonce", ""}}), "type");
}

TEST(LogoutToken, WithoutItsEventIsRefused) {
  EXPECT_EQ(refused_out({{"events", nullptr}}), "type");
  EXPECT_EQ(refused_out({{"events", json::object{}}}), "type");
  EXPECT_EQ(refused_out({{"events", {{"http://schemas.openid.net/event/other", json::object{}}}}}),
            "type");
  EXPECT_EQ(
      refused_out({{"events", {{"http://schemas.openid.net/event/backchannel-logout", true}}}}),
      "type");
  EXPECT_EQ(refused_out({{"events",
                          json::array{"http://schemas.openid.net/event/backchannel-logout", "x"}}}),
            "type");
}

TEST(LogoutToken, OfAnotherTimeOrPlaceIsRefused) {
  EXPECT_EQ(refused_out({{"iss", "https://id.elsewhere.example"}}), "issuer");
  EXPECT_EQ(refused_out({{"aud", "another"}}), "audience");
  EXPECT_EQ(refused_out({{"aud", json::array{"another", "halligan"}}}), "audience");
  EXPECT_EQ(refused_out({{"iat", nullptr}}), "claim");
  EXPECT_EQ(refused_out({{"iat", now + 61}}), "early");
  EXPECT_EQ(refused_out({{"iat", now - 601}}), "old");
  EXPECT_EQ(refused_out({{"exp", now - 60}}), "expired");
  EXPECT_EQ(refused_out({{"exp", "soon"}}), "claim");
  EXPECT_EQ(refused_out({{"exp", nullptr}}), "");
  EXPECT_EQ(refused_out({{"jti", nullptr}}), "claim");
}

TEST(LogoutToken, IsNoProofOfASignIn) {
  const Provider provider;
  const auto typed = provider.token(provider.sign_out(), {{"typ", "logout+jwt"}});
  EXPECT_EQ(wrong(verify_jwt(typed, provider.keys, id_token_types)), "type");
  const auto untyped =
      verify_jwt(provider.token(provider.sign_out()), provider.keys, id_token_types);
  ASSERT_EQ(wrong(untyped), "");
  EXPECT_EQ(wrong(check_id_token(std::get<Token>(untyped).claims, expected_sign_in())), "type");
  // Not even with the nonce that a provider would never put there.
  EXPECT_EQ(
      wrong(check_id_token(provider.sign_out({{"nonce", "n-0S6_WzA2Mj"}}), expected_sign_in())),
      "type");
}

TEST(IdToken, IsNoSignOut) {
  const Provider provider;
  const auto typed = provider.token(provider.sign_in(), {{"typ", "JWT"}});
  EXPECT_EQ(wrong(verify_jwt(typed, provider.keys, logout_token_types)), "type");
  const auto untyped =
      verify_jwt(provider.token(provider.sign_in()), provider.keys, logout_token_types);
  ASSERT_EQ(wrong(untyped), "");
  EXPECT_EQ(wrong(check_logout_token(std::get<Token>(untyped).claims, expected_sign_out())),
            "type");
}

TEST(IdToken, AnAccessTokenIsNone) {
  const Provider provider;
  const auto token = provider.token(provider.sign_in(), {{"typ", "at+jwt"}});
  EXPECT_EQ(wrong(verify_jwt(token, provider.keys, id_token_types)), "type");
}

}  // namespace
}  // namespace halligan::identity
