#include "base/ids.h"

namespace halligan {

bool valid_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  if (text == "." || text == "..") return false;
  for (const char c : text) {
    const bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.' || c == '_';
    if (!good) return false;
  }
  return true;
}

}  // namespace halligan
