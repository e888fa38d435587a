// The proofs that RFC 9449 prints, and what is left of one when it is shown elsewhere or later.
#include "core/identity/dpop.h"

#include "base/crypto.h"
#include "core/identity/test_tokens.h"

namespace halligan::identity {
namespace {

using testing::TestKey;
using testing::wrong;
namespace json = boost::json;

// Sections 4.1 and 7.1; both of one key.
constexpr std::string_view header_of_rfc =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNo"
    "UklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERW"
    "clUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";
constexpr std::string_view token_request_of_rfc =
    ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUu"
    "Y29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLX"
    "iOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
constexpr std::string_view resource_request_of_rfc =
    ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxl"
    "Lm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0Ji"
    "MHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVn"
    "mcw6Fy1dqd-jfxSYoMxhAJpLjA";
constexpr std::string_view thumbprint_of_rfc = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
constexpr std::string_view access_token_of_rfc = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

constexpr std::int64_t now = 1'800'000'000;
Instant at(std::int64_t seconds) { return Instant{std::chrono::seconds{seconds}}; }
std::string whole(std::string_view rest) { return std::string{header_of_rfc}.append(rest); }

// A proof for one request, with every member of `more` in the place of ours, or away where null.
struct Client {
  TestKey key = TestKey::ec();
  std::string access_token = "an access token";

  json::object header() const {
    return {{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", key.jwk()}};
  }
  std::string proof(const json::object& more = {}) const { return proof(header(), more); }
  std::string proof(const json::object& head, const json::object& more) const {
    json::object claims = {{"jti", "e1j3V_bKic8"},
                           {"htm", "GET"},
                           {"htu", "https://records.example/fhir/Patient/471"},
                           {"iat", now},
                           {"ath", to_base64url(crypto::sha256(view(access_token)))}};
    for (const auto& each : more) {
      if (each.value().is_null())
        claims.erase(each.key());
      else
        claims[each.key()] = each.value();
    }
    return key.token(head, json::serialize(claims));
  }
  ExpectedProof expected() const {
    return {.method = "GET",
            .url = "https://records.example/fhir/Patient/471",
            .access_token = access_token,
            .now = at(now)};
  }
  std::string refused(const json::object& more) const {
    return wrong(verify_dpop(proof(more), expected()));
  }
  std::string refused_header(const json::object& more) const {
    auto head = header();
    for (const auto& each : more) {
      if (each.value().is_null())
        head.erase(each.key());
      else
        head[each.key()] = each.value();
    }
    return wrong(verify_dpop(proof(head, {}), expected()));
  }
};

TEST(Dpop, TheTokenRequestOfRfc9449) {
  const ExpectedProof expected{.method = "POST",
                               .url = "https://server.example.com/token",
                               .access_token = {},
                               .now = at(1562262616)};
  const auto read = verify_dpop(whole(token_request_of_rfc), expected);
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(std::get<DpopProof>(read).thumbprint, thumbprint_of_rfc);
  EXPECT_EQ(std::get<DpopProof>(read).jti, "-BwC3ESc6acc2lTc");
  EXPECT_EQ(std::get<DpopProof>(read).issued_at, at(1562262616));
  EXPECT_EQ(std::get<DpopProof>(read).nonce, "");
}

TEST(Dpop, TheResourceRequestOfRfc9449) {
  const ExpectedProof expected{.method = "GET",
                               .url = "https://resource.example.org/protectedresource",
                               .access_token = std::string{access_token_of_rfc},
                               .now = at(1562262618)};
  const auto read = verify_dpop(whole(resource_request_of_rfc), expected);
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(std::get<DpopProof>(read).thumbprint, thumbprint_of_rfc);
  EXPECT_EQ(std::get<DpopProof>(read).jti, "e1j3V_bKic8-LAEB");
  // What the one signed is not what the other is about.
  EXPECT_EQ(wrong(verify_dpop(whole(token_request_of_rfc), expected)), "method");
}

TEST(Dpop, AProofIsOfItsKey) {
  const Client client;
  const auto read = verify_dpop(client.proof(), client.expected());
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(std::get<DpopProof>(read).thumbprint, (*read_jwk(client.key.jwk()))->thumbprint);
  EXPECT_NE(std::get<DpopProof>(read).thumbprint, (*read_jwk(TestKey::ec().jwk()))->thumbprint);
}

TEST(Dpop, AProofWithAnyOctetAlteredIsRefused) {
  const Client client;
  const auto proof = client.proof();
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto other = proof;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(wrong(verify_dpop(other, client.expected())), "") << i;
  }
}

TEST(Dpop, AnotherMethodIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused({{"htm", "POST"}}), "method");
  EXPECT_EQ(client.refused({{"htm", "get"}}), "method");
  EXPECT_EQ(client.refused({{"htm", nullptr}}), "method");
}

TEST(Dpop, AnotherAddressIsRefused) {
  const Client client;
  for (const std::string_view each :
       {"https://records.example/fhir/Patient/472", "https://records.example/fhir/Patient/471/",
        "https://records.example:8443/fhir/Patient/471", "http://records.example/fhir/Patient/471",
        "https://elsewhere.example/fhir/Patient/471", "https://records.example/fhir/patient/471",
        "https://a@records.example/fhir/Patient/471", "/fhir/Patient/471", ""})
    EXPECT_EQ(client.refused({{"htu", each}}), "url") << each;
  EXPECT_EQ(client.refused({{"htu", nullptr}}), "url");
  auto nowhere = client.expected();
  nowhere.url = "";
  EXPECT_EQ(wrong(verify_dpop(client.proof({{"htu", ""}}), nowhere)), "url");
}

TEST(Dpop, OneAddressHasSeveralSpellings) {
  const Client client;
  for (const std::string_view each :
       {"https://records.example/fhir/Patient/471?_format=json",
        "https://records.example/fhir/Patient/471#top", "HTTPS://Records.Example/fhir/Patient/471",
        "https://records.example:443/fhir/Patient/471"})
    EXPECT_EQ(client.refused({{"htu", each}}), "") << each;
  auto expected = client.expected();
  expected.url = "https://records.example/fhir/Patient/471?a=https://b/";
  EXPECT_EQ(wrong(verify_dpop(client.proof(), expected)), "");
  expected.url = "https://records.example";
  EXPECT_EQ(wrong(verify_dpop(client.proof({{"htu", "https://records.example/"}}), expected)), "");
}

TEST(Dpop, AnotherAccessTokenIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused({{"ath", to_base64url(crypto::sha256(view("another")))}}),
            "access-token");
  EXPECT_EQ(client.refused({{"ath", nullptr}}), "access-token");
  EXPECT_EQ(client.refused({{"ath", ""}}), "access-token");
  auto expected = client.expected();
  expected.access_token = "";
  EXPECT_EQ(wrong(verify_dpop(client.proof(), expected)), "access-token");
}

TEST(Dpop, AnOldProofIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused({{"iat", now - 60}}), "");
  EXPECT_EQ(client.refused({{"iat", now - 61}}), "old");
}

TEST(Dpop, AProofFromTheFutureIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused({{"iat", now + 5}}), "");
  EXPECT_EQ(client.refused({{"iat", now + 6}}), "early");
  EXPECT_EQ(client.refused({{"iat", nullptr}}), "claim");
  EXPECT_EQ(client.refused({{"iat", "now"}}), "claim");
}

TEST(Dpop, AProofHasANameOfItsOwn) {
  const Client client;
  EXPECT_EQ(client.refused({{"jti", std::string(128, 'a')}}), "");
  EXPECT_EQ(client.refused({{"jti", std::string(129, 'a')}}), "claim");
  EXPECT_EQ(client.refused({{"jti", ""}}), "claim");
  EXPECT_EQ(client.refused({{"jti", nullptr}}), "claim");
  EXPECT_EQ(client.refused({{"jti", 1}}), "claim");
}

TEST(Dpop, ANonceIsHandedOn) {
  const Client client;
  const auto read = verify_dpop(client.proof({{"nonce", "eyJ7S_zG"}}), client.expected());
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(std::get<DpopProof>(read).nonce, "eyJ7S_zG");
  EXPECT_EQ(client.refused({{"nonce", 1}}), "claim");
}

TEST(Dpop, APrivateKeyIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused_header({{"jwk", client.key.jwk({{"d", client.key.private_number()}})}}),
            "key");
}

TEST(Dpop, AKeyOfAnotherKindIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused_header({{"jwk", nullptr}}), "key");
  EXPECT_EQ(client.refused_header({{"jwk", "a key"}}), "key");
  EXPECT_EQ(client.refused_header({{"jwk", {{"kty", "oct"}, {"k", "c2VjcmV0"}}}}), "key");
  EXPECT_EQ(client.refused_header({{"jwk", client.key.jwk({{"use", "enc"}})}}), "key");
  EXPECT_EQ(client.refused_header({{"jwk", TestKey::ec().jwk()}}), "signature");
}

TEST(Dpop, AWeakKeyIsRefused) {
  const Client weak{.key = TestKey::rsa(1024)};
  EXPECT_EQ(weak.refused_header({{"alg", "RS256"}}), "key");
  const Client strong{.key = TestKey::rsa(2048)};
  EXPECT_EQ(strong.refused_header({{"alg", "RS256"}}), "");
  EXPECT_EQ(strong.refused_header({{"alg", "PS256"}}), "");
}

TEST(Dpop, AnotherAlgorithmIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused_header({{"alg", "none"}}), "algorithm");
  EXPECT_EQ(client.refused_header({{"alg", "HS256"}}), "algorithm");
  EXPECT_EQ(client.refused_header({{"alg", "ES384"}}), "signature");
}

TEST(Dpop, AnotherKindOfTokenIsRefused) {
  const Client client;
  EXPECT_EQ(client.refused_header({{"typ", "JWT"}}), "type");
  EXPECT_EQ(client.refused_header({{"typ", nullptr}}), "type");
  EXPECT_EQ(client.refused_header({{"typ", "at+jwt"}}), "type");
}

TEST(Dpop, WhatIsNoTokenIsRefused) {
  const Client client;
  for (const std::string_view each : {"", "..", "a.b.c", "DPoP", "e30.e30.e30"})
    EXPECT_NE(wrong(verify_dpop(each, client.expected())), "") << each;
}

}  // namespace
}  // namespace halligan::identity
