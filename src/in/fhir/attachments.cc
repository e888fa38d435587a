#include "in/fhir/attachments.h"

#include <algorithm>

#include "in/fhir/parsed_json.h"
#include "in/fhir/target.h"

namespace halligan::in::fhir {
namespace {

string_view path_of(string_view type) {
  if (type == "DocumentReference") return "content.attachment.url";
  if (type == "DiagnosticReport") return "presentedForm.url";
  return type == "Media" ? "content.url" : "";
}

// Of its attachments; those of the record system below its base.
std::vector<std::string> urls_of(const Resource& resource, const Bases& bases) {
  std::vector<std::string> out;
  if (!refers_to_binaries(resource.type)) return out;
  Parsed parsed{resource.bytes};
  if (parsed.parse()) return out;
  at_path(parsed.element(), path_of(resource.type), [&](const dom::element& each) {
    auto url = text_of(each).value_or("");
    for (const string_view base : {string_view{bases.ours}, string_view{bases.upstream}})
      if (!base.empty() && url.starts_with(base) && url.substr(base.size()).starts_with('/')) {
        url.remove_prefix(base.size() + 1);
        break;
      }
    out.emplace_back(url);
  });
  return out;
}

// However the record system may read it. Elsewhere a percent sign may be in any name; only what it
// spells is looked at.
bool may_mean_binary(string_view url) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::string small{url};
  std::ranges::transform(small, small.begin(), lower);
  const bool elsewhere = small.find("://") != std::string::npos;
  for (auto spelled = small.find('%'); spelled != std::string::npos;
       spelled = small.find('%', spelled)) {
    const auto byte = from_hex(string_view{small}.substr(spelled + 1, 2));
    if (!elsewhere || !byte || byte->size() != 1) return true;
    // Looked at again: it may spell another percent sign.
    small.replace(spelled, 3, 1, lower(static_cast<char>(byte->front())));
  }
  return small.find("binary") != std::string::npos;
}

}  // namespace

bool refers_to_binary(const Resource& resource, string_view id, const Bases& bases) {
  const auto urls = urls_of(resource, bases);
  return std::ranges::find(urls, "Binary/" + std::string{id}) != urls.end();
}

bool adds_binary(const Resource& wanted, const Resource* before, const Bases& bases) {
  const auto had = before == nullptr ? std::vector<std::string>{} : urls_of(*before, bases);
  return std::ranges::any_of(urls_of(wanted, bases), [&](const std::string& url) {
    return may_mean_binary(url) && std::ranges::find(had, url) == had.end();
  });
}

bool fits_context(const Resource& binary, const std::string& of, const Bases& bases) {
  Parsed parsed{binary.bytes};
  if (parsed.parse()) return false;
  if (!member(parsed.root(), "securityContext")) return true;
  const auto said = references_of(binary.bytes, "securityContext", bases);
  return said.size() == 1 && (said[0] == of || said[0].starts_with("Patient/"));
}

}  // namespace halligan::in::fhir
