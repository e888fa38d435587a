// scim_text.cc - a filter of SCIM fits a resource or does not, and its opposite the other way
// round; a PATCH comes to the same each time, and what is wrong with either is said without the
// value.
//
// The first line is the filter, the rest the body.
#include <cstdlib>
#include <string>

#include "in/http/json.h"
#include "in/scim/patch.h"

namespace {

using namespace halligan::in::scim;

const json::object& user() {
  static const auto held =
      json::parse(
          R"({"id":"2819","userName":"bjensen","externalId":"aB","active":true,"title":"Guide",)"
          R"("name":{"familyName":"O'Malley","givenName":"Barbara"},)"
          R"("emails":[{"value":"b@example.com","type":"work"},{"value":"b@home.org"}],)"
          R"("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"T"}})")
          .get_object();
  return held;
}

void must(bool so) {
  if (!so) std::abort();
}

void look_at_filter(std::string_view text) {
  const auto filter = parse_filter(text);
  if (const auto* wrong = std::get_if<Error>(&filter)) {
    must(wrong->status == 400 && !wrong->type.empty() && !wrong->detail.empty());
    return;
  }
  const auto opposite = parse_filter("not (" + std::string{text} + ")");
  if (const auto* other = std::get_if<Filter>(&opposite))  // else a bound was reached
    must(fits(std::get<Filter>(filter), user()) != fits(*other, user()));
}

std::string patched(const std::vector<Operation>& operations) {
  auto resource = user();
  const auto wrong = halligan::in::scim::apply(operations, resource);
  return wrong ? wrong->type + wrong->detail : json::serialize(resource);
}

void look_at_patch(std::string_view text) {
  const auto parsed = halligan::in::http::parse_json(text, 64 * 1024);
  const auto* value = std::get_if<json::value>(&parsed);
  if (value == nullptr || !value->is_object()) return;
  const auto operations = operations_in(value->get_object());
  if (const auto* wrong = std::get_if<Error>(&operations)) {
    must(!wrong->detail.empty());
    return;
  }
  const auto& all = std::get<0>(operations);
  must(patched(all) == patched(all));
  const auto once = group_change(all);
  const auto again = group_change(all);
  must(once.index() == again.index());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto line = std::min(text.find('\n'), text.size());
  look_at_filter(text.substr(0, line));
  look_at_patch(text.substr(std::min(line + 1, text.size())));
  return 0;
}
