#include "in/http/cookie.h"

#include <gtest/gtest.h>

namespace halligan::in::http {
namespace {

std::optional<std::string> read(std::initializer_list<Header> headers) {
  Request request;
  request.headers = headers;
  const auto found = cookie(request, "__Host-a");
  return found ? std::optional{std::string{*found}} : std::nullopt;
}

TEST(Cookie, IsFoundAmongOthers) {
  EXPECT_EQ(read({{"Cookie", "__Host-a=1"}}), "1");
  EXPECT_EQ(read({{"cookie", "x=\"{odd, but not ours}\"; __Host-a=1; nameless; =; y="}}), "1");
  EXPECT_EQ(read({{"Cookie", "x=2"}, {"Cookie", "__Host-a=1"}}), "1");
  EXPECT_EQ(read({{"Cookie", "__Host-a=a=b"}}), "a=b");
  EXPECT_EQ(read({{"Cookie", "__Host-a="}}), "");
}

TEST(Cookie, IsNoneWhereItIsNotThere) {
  EXPECT_EQ(read({}), std::nullopt);
  for (const auto* value :
       {"", "; ", "__Host-a", "__Host-ab=1", "__host-a=1", " __Host-a=1", "__Host-a =1",
        "x=__Host-a=1", "x=1;__Host-a=1", "x=1;  __Host-a=1", "x=1, __Host-a=1", "=__Host-a=1"})
    EXPECT_EQ(read({{"Cookie", value}}), std::nullopt) << value;
  EXPECT_EQ(read({{"Set-Cookie", "__Host-a=1"}}), std::nullopt);
}

TEST(Cookie, IsNoneWhereThereAreTwo) {
  EXPECT_EQ(read({{"Cookie", "__Host-a=1; __Host-a=1"}}), std::nullopt);
  EXPECT_EQ(read({{"Cookie", "__Host-a=1"}, {"Cookie", "__Host-a=1"}}), std::nullopt);
  EXPECT_EQ(read({{"Cookie", "__Host-a=1; x=2; __Host-a=3"}}), std::nullopt);
}

}  // namespace
}  // namespace halligan::in::http
