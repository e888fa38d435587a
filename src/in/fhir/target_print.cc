// target_print.cc - a form as the request that asks for it.
#include "in/fhir/compartment.h"
#include "in/fhir/target.h"

namespace halligan::in::fhir {
namespace {

using std::string_view;

std::string encoded(string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

std::string print_params(const std::vector<Param>& params) {
  std::string out;
  for (const auto& param : params) out += param.name + "=" + encoded(param.value) + "&";
  return out;
}

struct Print {
  std::string operator()(const Read& t) const {
    return t.type + "/" + t.id + (t.version.empty() ? "" : "/_history/" + t.version);
  }
  std::string operator()(const BinaryOf& t) const {
    return "Binary/" + t.id + "?of=" + encoded(t.type + "/" + t.of);
  }
  std::string operator()(const History& t) const {
    return t.type + "/" + t.id + "/_history?_count=" + std::to_string(t.count) +
           (t.since.empty() ? "" : "&_since=" + encoded(t.since));
  }
  std::string operator()(const HistoryPage& t) const {
    return t.type + "/" + t.id + "/_history?page=" + encoded(t.token);
  }
  std::string operator()(const Search& t) const {
    const auto whose = t.type == "Patient" ? "_id=" + t.patient.text()
                                           : std::string{compartment_of(t.type)->search_by} + "=" +
                                                 encoded("Patient/" + t.patient.text());
    return t.type + "?" + whose + "&" + print_params(t.params) +
           "_count=" + std::to_string(t.count);
  }
  std::string operator()(const NextPage& t) const { return t.type + "?page=" + encoded(t.token); }
  std::string operator()(const PersonSearch& t) const {
    return "Patient?" + print_params(t.params) + "_count=" + std::to_string(t.count);
  }
  std::string operator()(const Everything& t) const {
    return "Patient/" + t.patient.text() + "/$everything";
  }
  std::string operator()(const Create& t) const { return t.type; }
  std::string operator()(const Update& t) const { return t.type + "/" + t.id; }
  std::string operator()(const Patch& t) const { return t.type + "/" + t.id; }
  std::string operator()(const Delete& t) const { return t.type + "/" + t.id; }
  std::string operator()(const Batch&) const { return {}; }
  std::string operator()(const Metadata&) const { return "metadata"; }
  std::string operator()(const NotAllowed&) const { return {}; }
};

}  // namespace

std::string print(const Target& target) { return std::visit(Print{}, target); }

string_view method_of(const Target& target) {
  if (std::holds_alternative<Create>(target) || std::holds_alternative<Batch>(target))
    return "POST";
  if (std::holds_alternative<Update>(target)) return "PUT";
  if (std::holds_alternative<Patch>(target)) return "PATCH";
  if (std::holds_alternative<Delete>(target)) return "DELETE";
  return "GET";
}

}  // namespace halligan::in::fhir
