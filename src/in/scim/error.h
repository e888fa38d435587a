// error.h - what a SCIM request got instead of what it asked for (RFC 7644, 3.12).
#pragma once

#include <string>
#include <variant>

namespace halligan::in::scim {

struct Error {
  int status = 400;
  std::string type;    // "invalidFilter", "uniqueness"; empty: none
  std::string detail;  // what was wrong and what would be right: no personal data
};

template <class T>
using Or = std::variant<T, Error>;

}  // namespace halligan::in::scim
