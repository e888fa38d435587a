#include "in/fhir/conditions.h"

#include <algorithm>

#include "base/ids.h"

namespace halligan::in::fhir {
namespace {

using std::string_view;

constexpr std::size_t held_max = 32;

string_view trimmed(string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The parts of a list; a separator inside quotes separates nothing.
std::vector<string_view> parts_of(string_view text, char separator) {
  std::vector<string_view> out;
  bool quoted = false;
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == separator && !quoted) {
      out.push_back(trimmed(text.substr(from, i - from)));
      from = i + 1;
    }
  }
  out.push_back(trimmed(text.substr(std::min(from, text.size()))));
  return out;
}

}  // namespace

std::optional<std::string> version_in(string_view etag) {
  if (!etag.starts_with("W/\"") || !etag.ends_with('"') || etag.size() < 5) return std::nullopt;
  const auto version = etag.substr(3, etag.size() - 4);
  if (!valid_id(version)) return std::nullopt;
  return std::string{version};
}

std::string etag_of(string_view version) { return "W/\"" + std::string{version} + "\""; }

std::optional<std::vector<std::string>> held_versions(const http::Request& request) {
  std::vector<std::string> out;
  if (request.count("if-none-match") == 0) return out;
  if (request.count("if-none-match") > 1) return std::nullopt;
  const auto value = trimmed(*request.header("if-none-match"));
  if (value == any_version) return std::vector<std::string>{std::string{any_version}};
  for (const auto part : parts_of(value, ',')) {
    // Compared weakly: a strong tag of the same version is the same (RFC 9110, 13.1.2).
    auto version = version_in(part.starts_with('"') ? "W/" + std::string{part} : std::string{part});
    if (!version || out.size() == held_max) return std::nullopt;
    out.push_back(*std::move(version));
  }
  return out;
}

bool holds(const std::vector<std::string>& held, string_view version) {
  return std::ranges::any_of(
      held, [&](const auto& each) { return each == version || each == any_version; });
}

Wish wish_of(const http::Request& request) {
  for (const auto& header : request.headers) {
    if (!http::same_name(header.name, "prefer")) continue;
    for (const auto preference : parts_of(header.value, ',')) {
      const auto said = parts_of(preference, ';').front();
      const auto equals = said.find('=');
      if (equals == string_view::npos ||
          !http::same_name(trimmed(said.substr(0, equals)), "return"))
        continue;
      auto value = trimmed(said.substr(equals + 1));
      if (value.size() > 1 && value.starts_with('"') && value.ends_with('"'))
        value = value.substr(1, value.size() - 2);
      // The first one counts (RFC 7240, 2), also where it is none that is known.
      if (value == "minimal") return Wish::minimal;
      if (value == "representation") return Wish::representation;
      if (value == "OperationOutcome") return Wish::outcome;
      return Wish::none;
    }
  }
  return Wish::none;
}

}  // namespace halligan::in::fhir
