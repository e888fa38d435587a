// Tokens and keys as the RFCs print them, and what is left of a token when any part is another.
#include "core/identity/jose.h"

#include <openssl/err.h>

#include "base/crypto.h"
#include "base/limits.h"
#include "core/identity/test_tokens.h"

namespace halligan::identity {
namespace {

using testing::encoded;
using testing::keys_of;
using testing::set_of;
using testing::TestKey;
using testing::wrong;
namespace json = boost::json;

// RFC 7515, appendix A: one text, signed by several.
constexpr std::string_view joe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
constexpr std::string_view rs256_signature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr std::string_view rs256_n =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4"
    "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re"
    "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX"
    "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
constexpr std::string_view es256_signature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const json::object es256_jwk = {{"kty", "EC"},
                                {"crv", "P-256"},
                                {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                                {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};
const json::object rs256_jwk = {{"kty", "RSA"}, {"n", rs256_n}, {"e", "AQAB"}};

constexpr std::string_view untyped[] = {""};
constexpr std::string_view jwt[] = {"JWT"};
constexpr std::string_view claims = R"({"iss":"joe","sub":"471"})";

std::string joined(std::string_view header, std::string_view payload, std::string_view signature) {
  return encoded(header).append(".").append(payload).append(".").append(signature);
}

// A key that is known by a name, and what it signs.
struct Known {
  TestKey key = TestKey::ec();
  KeySet keys = keys_of({key.jwk({{"kid", "a"}})});
  std::string token = key.token({{"alg", "ES256"}, {"typ", "JWT"}, {"kid", "a"}}, claims);

  std::string refused(const std::string& other) const {
    return wrong(verify_jwt(other, keys, jwt));
  }
  std::string refused_header(json::object header) const {
    return refused(key.token(std::move(header), claims));
  }
};

TEST(Jose, TheExampleOfRfc7515InEs256) {
  const auto token = joined(R"({"alg":"ES256"})", joe, es256_signature);
  const auto read = verify_jwt(token, keys_of({es256_jwk}), untyped);
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(std::get<Token>(read).claims.at("iss"), "joe");
  EXPECT_EQ(std::get<Token>(read).claims.at("exp"), 1300819380);
  EXPECT_EQ(std::get<Token>(read).header.at("alg"), "ES256");
}

TEST(Jose, TheExampleOfRfc7515InRs256) {
  const auto token = joined(R"({"alg":"RS256"})", joe, rs256_signature);
  const auto read = verify_jwt(token, keys_of({rs256_jwk}), untyped);
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(std::get<Token>(read).claims.at("http://example.com/is_root"), true);
}

TEST(Jose, TheThumbprintOfRfc7638) {
  const auto read =
      read_jwk({{"kty", "RSA"},
                {"n",
                 "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L"
                 "6tSoc_BJECP"
                 "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-"
                 "65YGjQR0_FDW2QvzqY"
                 "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"
                 "bFTWhAI4vMQFh6WeZu0f"
                 "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"},
                {"e", "AQAB"},
                {"alg", "RS256"},
                {"kid", "2011-04-29"}});
  ASSERT_TRUE(read.ok() && read->has_value());
  EXPECT_EQ((*read)->thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  EXPECT_EQ((*read)->kid, "2011-04-29");
  EXPECT_EQ((*read)->kty, "RSA");
  EXPECT_EQ((*read)->algorithms, std::vector{Algorithm::rs256});
}

TEST(Jose, EveryAlgorithmThatIsAllowedProves) {
  const auto rsa = TestKey::rsa();
  for (const std::string_view each : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
    const auto token = rsa.token({{"alg", each}, {"typ", "JWT"}}, claims);
    EXPECT_EQ(wrong(verify_jwt(token, keys_of({rsa.jwk()}), jwt)), "") << each;
  }
  const auto ec = TestKey::ec("P-384");
  const auto token = ec.token({{"alg", "ES384"}, {"typ", "JWT"}}, claims);
  EXPECT_EQ(wrong(verify_jwt(token, keys_of({ec.jwk()}), jwt)), "");
}

TEST(Jose, AKeyIsUsedWithTheAlgorithmThatItNamesAlone) {
  const auto rsa = TestKey::rsa();
  const auto keys = keys_of({rsa.jwk({{"alg", "PS256"}, {"kid", "a"}})});
  const auto token = [&](std::string_view alg) {
    return rsa.token({{"alg", alg}, {"typ", "JWT"}, {"kid", "a"}}, claims);
  };
  EXPECT_EQ(wrong(verify_jwt(token("PS256"), keys, jwt)), "");
  EXPECT_EQ(wrong(verify_jwt(token("RS256"), keys, jwt)), "algorithm");
}

TEST(Jose, AnAlteredPayloadIsRefused) {
  const Known known;
  const auto first = known.token.find('.');
  const auto last = known.token.rfind('.');
  const auto other = known.token.substr(0, first + 1) + encoded(R"({"iss":"joe","sub":"472"})") +
                     known.token.substr(last);
  EXPECT_EQ(known.refused(known.token), "");
  EXPECT_EQ(known.refused(other), "signature");
}

TEST(Jose, AnAlteredSignatureIsRefused) {
  const Known known;
  auto other = known.token;
  auto& octet = other[other.size() - 10];
  octet = octet == 'A' ? 'B' : 'A';
  EXPECT_EQ(known.refused(other), "signature");
}

TEST(Jose, ATokenWithAnyBitAlteredIsRefused) {
  const Known known;
  ASSERT_EQ(known.refused(known.token), "");
  for (std::size_t at = 0; at < known.token.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto other = known.token;
      other[at] = static_cast<char>(static_cast<unsigned char>(other[at]) ^ (1U << bit));
      EXPECT_NE(known.refused(other), "") << at << " " << bit;
    }
}

TEST(Jose, AnUnsignedTokenIsRefused) {
  const Known known;
  for (const std::string_view none : {"none", "None", "NONE", ""}) {
    const auto header = json::serialize(json::object{{"alg", none}, {"typ", "JWT"}, {"kid", "a"}});
    EXPECT_EQ(known.refused(joined(header, encoded(claims), "")), "algorithm") << none;
    EXPECT_EQ(known.refused_header({{"alg", none}, {"typ", "JWT"}, {"kid", "a"}}), "algorithm");
  }
}

TEST(Jose, APublicKeyIsNoSharedSecret) {
  const Known known;
  const auto input = encoded(R"({"alg":"HS256","typ":"JWT","kid":"a"})") + "." + encoded(claims);
  const auto jwk = json::serialize(known.key.jwk({{"kid", "a"}}));
  const auto code = crypto::hmac_sha256(view(jwk), view(input));
  EXPECT_EQ(known.refused(input + "." + to_base64url(code)), "algorithm");
}

TEST(Jose, ASharedSecretIsNoKey) {
  const auto read = read_jwks(R"({"keys":[{"kty":"oct","alg":"HS256","kid":"a"}]})");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->keys.empty());
  EXPECT_FALSE(read_jwks(R"({"keys":[{"kty":"oct","alg":"HS256","k":"c2VjcmV0"}]})").ok());
}

TEST(Jose, AnotherKeyOfTheSameNameIsRefused) {
  const Known known;
  const auto token = TestKey::ec().token({{"alg", "ES256"}, {"typ", "JWT"}, {"kid", "a"}}, claims);
  EXPECT_EQ(known.refused(token), "signature");
}

TEST(Jose, AnUnknownKeyIsRefused) {
  const Known known;
  EXPECT_EQ(known.refused_header({{"alg", "ES256"}, {"typ", "JWT"}, {"kid", "b"}}), "unknown-key");
  EXPECT_EQ(wrong(verify_jwt(known.token, {}, jwt)), "unknown-key");
  // A key without a name is not the one that is named.
  EXPECT_EQ(wrong(verify_jwt(known.token, keys_of({known.key.jwk()}), jwt)), "unknown-key");
}

TEST(Jose, ATokenWithoutAKeysNameIsTakenWhereOneKeyFits) {
  const Known known;
  const auto token = known.key.token({{"alg", "ES256"}, {"typ", "JWT"}}, claims);
  const auto own = known.key.jwk({{"kid", "a"}});
  const auto another = TestKey::ec().jwk({{"kid", "b"}});
  EXPECT_EQ(wrong(verify_jwt(token, keys_of({own}), jwt)), "");
  EXPECT_EQ(wrong(verify_jwt(token, keys_of({own, rs256_jwk}), jwt)), "");
  EXPECT_EQ(wrong(verify_jwt(token, keys_of({own, another}), jwt)), "which-key");
}

TEST(Jose, TwoKeysOfOneNameAreNotTriedInTurn) {
  const Known known;
  const auto keys = keys_of({TestKey::ec().jwk({{"kid", "a"}}), known.key.jwk({{"kid", "a"}})});
  EXPECT_EQ(wrong(verify_jwt(known.token, keys, jwt)), "which-key");
}

TEST(Jose, AKeysNameIsAText) {
  const Known known;
  EXPECT_EQ(known.refused_header({{"alg", "ES256"}, {"typ", "JWT"}, {"kid", 1}}), "form");
  EXPECT_EQ(known.refused_header({{"alg", "ES256"}, {"typ", "JWT"}, {"kid", ""}}), "form");
}

TEST(Jose, ATokenForAnotherUseIsRefused) {
  const Known known;
  const auto typed = [&](const json::value& typ, TokenTypes types) {
    const auto token = known.key.token({{"alg", "ES256"}, {"typ", typ}, {"kid", "a"}}, claims);
    return wrong(verify_jwt(token, known.keys, types));
  };
  EXPECT_EQ(typed("at+jwt", access_token_types), "");
  EXPECT_EQ(typed("AT+JWT", access_token_types), "");
  EXPECT_EQ(typed("application/at+jwt", access_token_types), "");
  EXPECT_EQ(typed("secevent+jwt", event_token_types), "");
  EXPECT_EQ(typed("JWT", access_token_types), "type");
  EXPECT_EQ(typed("at+jwt", event_token_types), "type");
  EXPECT_EQ(typed("", untyped), "type");
  EXPECT_EQ(typed("application/", untyped), "type");
  EXPECT_EQ(typed(1, access_token_types), "type");
  EXPECT_EQ(known.refused_header({{"alg", "ES256"}, {"kid", "a"}}), "type");
}

TEST(Jose, TwoMembersOfOneNameAreRefused) {
  const Known known;
  const auto header = R"({"alg":"ES256","typ":"JWT","kid":"a"})";
  const auto token = [&](const std::string& head, std::string_view body) {
    return known.refused(known.key.token(head, body, "ES256"));
  };
  EXPECT_EQ(token(header, claims), "");
  EXPECT_EQ(token(header, R"({"sub":"1","sub":"2"})"), "form");
  EXPECT_EQ(token(header, R"({"a":{"sub":"1","\u0073ub":"2"}})"), "form");
  EXPECT_EQ(token(R"({"alg":"none","typ":"JWT","kid":"a","alg":"ES256"})", claims), "form");
}

TEST(Jose, WhatIsNoObjectIsNoToken) {
  const Known known;
  for (const std::string_view each : {"", "[]", "1", "{",
                                      R"({"a":1} )"
                                      "x",
                                      "{\"a\":\"\xff\"}"})
    EXPECT_EQ(
        known.refused(known.key.token(R"({"alg":"ES256","typ":"JWT","kid":"a"})", each, "ES256")),
        "form")
        << each;
}

TEST(Jose, ATokenHasThreeParts) {
  const Known known;
  EXPECT_EQ(known.refused(known.token + ".e30"), "form");
  EXPECT_EQ(known.refused(known.token + "."), "form");
  EXPECT_EQ(known.refused("." + known.token), "form");
  EXPECT_EQ(known.refused(known.token.substr(0, known.token.rfind('.'))), "form");
  EXPECT_EQ(known.refused(""), "form");
  EXPECT_EQ(known.refused(".."), "form");
  EXPECT_EQ(known.refused(json::serialize(json::object{{"payload", "e30"}})), "form");
}

TEST(Jose, PaddingAndOtherSpellingsAreRefused) {
  const Known known;
  EXPECT_EQ(known.refused(known.token + "=="), "form");
  EXPECT_EQ(known.refused(known.token + "\n"), "form");
  EXPECT_EQ(known.refused(" " + known.token), "form");
  auto other = known.token;  // 64 octets leave four bits of the last letter, which are 0
  other.back() = static_cast<char>(other.back() + 1);
  EXPECT_EQ(known.refused(other), "form");
}

TEST(Jose, ASignatureHasOneLength) {
  const Known known;
  const auto input = known.token.substr(0, known.token.rfind('.'));
  const auto signature = *from_base64url(known.token.substr(input.size() + 1));
  // The same two numbers with a nought before each: libcjose alone would take them.
  Bytes wider(66);
  std::copy_n(signature.begin(), 32, wider.begin() + 1);
  std::copy_n(signature.begin() + 32, 32, wider.begin() + 34);
  EXPECT_EQ(known.refused(input + "." + to_base64url(signature)), "");
  EXPECT_EQ(known.refused(input + "." + to_base64url(wider)), "signature");
  EXPECT_EQ(known.refused(input + "."), "signature");
  EXPECT_EQ(known.refused(input + "." + to_base64url(Bytes(64))), "signature");
}

TEST(Jose, ARefusalLeavesNoErrorForOthersToFind) {
  ERR_clear_error();
  for (const std::string_view header : {R"({"alg":"RS256"})", R"({"alg":"PS256"})"}) {
    const auto token = joined(header, joe, to_base64url(Bytes(256, 0x55)));
    EXPECT_EQ(wrong(verify_jwt(token, keys_of({rs256_jwk}), untyped)), "signature");
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Jose, ATokenIsBounded) {
  const Known known;
  const json::object header = {{"alg", "ES256"}, {"typ", "JWT"}, {"kid", "a"}};
  const auto sized = [&](std::size_t bytes) {
    return known.key.token(header, json::serialize(json::object{{"a", std::string(bytes, 'x')}}));
  };
  EXPECT_EQ(known.refused(sized(12'000)), "");
  const auto huge = sized(12'200);
  ASSERT_GT(huge.size(), limits::token_bytes_max);
  EXPECT_EQ(known.refused(huge), "form");
}

TEST(Jose, AnExtensionThatMustBeKnownIsRefused) {
  const Known known;
  for (const std::string_view text : {R"(["b64"])", R"(["alg"])", "[]", "null"}) {
    const auto crit = json::parse(text);
    EXPECT_EQ(known.refused_header(
                  {{"alg", "ES256"}, {"typ", "JWT"}, {"kid", "a"}, {"crit", crit}, {"b64", true}}),
              "critical")
        << text;
  }
}

TEST(Jose, AKeyThatATokenBringsIsNotBelieved) {
  const Known known;
  const auto thief = TestKey::ec();
  json::object header = {{"alg", "ES256"},
                         {"typ", "JWT"},
                         {"jwk", thief.jwk()},
                         {"jku", "https://thief.example/keys"},
                         {"x5u", "https://thief.example/certificate"}};
  EXPECT_EQ(known.refused(thief.token(header, claims)), "signature");
  header["kid"] = "a";
  EXPECT_EQ(known.refused(thief.token(header, claims)), "signature");
  EXPECT_EQ(known.refused(known.key.token(header, claims)), "");
}

TEST(KeySets, KeysThatAreNotUnderstoodAreSkipped) {
  const auto key = TestKey::ec();
  const auto keys = keys_of({key.jwk({{"kid", "good"}}),
                             key.jwk({{"use", "enc"}}),
                             key.jwk({{"use", 1}}),
                             key.jwk({{"key_ops", json::array{"sign"}}}),
                             key.jwk({{"alg", "ECDH-ES"}}),
                             key.jwk({{"alg", "RS256"}}),
                             key.jwk({{"crv", "P-521"}}),
                             key.jwk({{"crv", "P-384"}}),
                             key.jwk({{"kty", "ec"}}),
                             key.jwk({{"kid", 7}}),
                             key.jwk({{"x", "AAAA"}}),
                             key.jwk({{"y", key.jwk().at("x")}}),  // not on the curve
                             {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AAAA"}},
                             {{"kty", "RSA"}},
                             {}});
  ASSERT_EQ(keys.keys.size(), 1U);
  EXPECT_EQ(keys.keys.front().kid, "good");
  EXPECT_EQ(keys.keys.front().kty, "EC");
  EXPECT_EQ(keys.keys.front().algorithms, std::vector{Algorithm::es256});
  EXPECT_EQ(read_jwks(R"({"keys":[1,"a",[]]})")->keys.size(), 0U);
  EXPECT_EQ(keys_of({key.jwk({{"use", "sig"}, {"key_ops", json::array{"verify"}}})}).keys.size(),
            1U);
}

TEST(KeySets, AnEcKeyHasOneSpelling) {
  const auto key = TestKey::ec();
  auto longer = *from_base64url(key.jwk().at("x").as_string());
  longer.insert(longer.begin(), 0);
  EXPECT_TRUE(keys_of({key.jwk({{"x", to_base64url(longer)}})}).keys.empty());
  EXPECT_TRUE(
      keys_of({key.jwk({{"x", std::string{key.jwk().at("x").as_string()} + "="}})}).keys.empty());
}

TEST(KeySets, AnRsaKeyIsOddAndHasOneSpelling) {
  const auto with = [](std::string_view name, const Bytes& value) {
    auto jwk = rs256_jwk;
    jwk[name] = to_base64url(value);
    return keys_of({jwk}).keys.size();
  };
  const auto n = *from_base64url(rs256_n);
  auto even = n;
  even.back() = 2;
  auto longer = n;
  longer.insert(longer.begin(), 0);
  EXPECT_EQ(with("n", n), 1U);
  EXPECT_EQ(with("n", even), 0U);
  EXPECT_EQ(with("n", longer), 0U);
  EXPECT_EQ(with("n", {}), 0U);
  EXPECT_EQ(with("n", Bytes(1025, 0xff)), 0U);
  EXPECT_EQ(with("e", {3}), 1U);
  EXPECT_EQ(with("e", {1}), 0U);
  EXPECT_EQ(with("e", {2}), 0U);
  EXPECT_EQ(with("e", {0, 3}), 0U);
  EXPECT_EQ(with("e", {1, 0, 0, 0, 1}), 0U);
}

TEST(KeySets, AWeakKeyIsRefused) {
  const auto weak = read_jwks(set_of({TestKey::rsa(1024).jwk()}));
  ASSERT_FALSE(weak.ok());
  EXPECT_EQ(weak.fault().code, FaultCode::bad_input);
  auto almost = *from_base64url(rs256_n);
  almost.front() = 0x7f;  // 2047 bits
  auto jwk = rs256_jwk;
  jwk["n"] = to_base64url(almost);
  EXPECT_FALSE(read_jwks(set_of({jwk})).ok());
}

TEST(KeySets, APrivateKeyIsRefused) {
  const auto key = TestKey::ec();
  EXPECT_FALSE(read_jwks(set_of({key.jwk({{"d", key.private_number()}})})).ok());
  EXPECT_FALSE(read_jwks(set_of({key.jwk(), key.jwk({{"use", "enc"}, {"d", ""}})})).ok());
  for (const std::string_view each : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    auto jwk = rs256_jwk;
    jwk[each] = "AQAB";
    EXPECT_FALSE(read_jwks(set_of({jwk})).ok()) << each;
  }
}

TEST(KeySets, ASetIsBounded) {
  const auto many = [](std::size_t keys, std::size_t bytes) {
    json::array list(keys);
    auto text = json::serialize(json::object{{"keys", list}});
    return read_jwks(text.append(bytes, ' ')).ok();
  };
  EXPECT_TRUE(many(limits::token_keys_max, 0));
  EXPECT_FALSE(many(limits::token_keys_max + 1, 0));
  EXPECT_TRUE(many(1, 60'000));
  EXPECT_FALSE(many(1, limits::key_set_bytes_max));
}

TEST(KeySets, WhatIsNoSetIsRefused) {
  for (const std::string_view each :
       {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]} x)", R"({"keys":[],"keys":[]})"})
    EXPECT_FALSE(read_jwks(each).ok()) << each;
  EXPECT_TRUE(read_jwks(R"({"keys":[]})").ok());
}

TEST(Jose, TheThumbprintOfACertificate) {
  EXPECT_EQ(certificate_thumbprint(view("abc")), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  EXPECT_NE(certificate_thumbprint(view("abd")), certificate_thumbprint(view("abc")));
}

TEST(Jose, EveryRefusalHasAName) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(TokenWrong::access_token); ++i) {
    const std::string name = name_of(static_cast<TokenWrong>(i));
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_EQ(std::ranges::find(names, name), names.end()) << name;
    names.push_back(name);
  }
}

}  // namespace
}  // namespace halligan::identity
