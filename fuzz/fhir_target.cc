// fhir_target.cc - what is accepted re-prints to the same target, and names one patient only.
#include <cstdlib>

#include "in/fhir/target.h"

namespace {

using namespace halligan::in;

http::Request request(std::string method, std::string_view target) {
  http::Request out;
  out.method = std::move(method);
  out.target = "/fhir/" + std::string{target};
  const auto mark = out.target.find('?');
  out.path = out.target.substr(0, mark);
  if (mark != std::string::npos) out.query = out.target.substr(mark + 1);
  out.headers = {{"Content-Type",
                  out.method == "PATCH" ? "application/json-patch+json" : "application/fhir+json"}};
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr const char* methods[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto target = fhir::classify(request(methods[data[0] % 5], text));
  if (std::holds_alternative<fhir::NotAllowed>(target)) return 0;
  const auto printed = fhir::print(target);
  auto again = fhir::classify(request(std::string{fhir::method_of(target)}, printed));
  if (again != target || fhir::print(again) != printed) std::abort();
  if (const auto* search = std::get_if<fhir::Search>(&target))
    if (search->patient.empty() || !halligan::valid_id(search->patient.text())) std::abort();
  return 0;
}
