// ids.h - one type per kind of id, so that a patient can never be passed where staff is meant.
//
// An id is opaque text of at most limits::id_bytes_max bytes; parsing at the edge checks its form
// (valid_id). An empty id means "none" only where a header says so.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace halligan {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

using StaffId = Id<struct StaffTag>;      // a person (or, later, a system) that asks
using PatientId = Id<struct PatientTag>;  // the logical id of the FHIR Patient
using SessionId = Id<struct SessionTag>;  // public name of a session; never its token
using TerminalId = Id<struct TerminalTag>;
using PlaceId = Id<struct PlaceTag>;  // a ward, room, department, ambulance
using GlassId = Id<struct GlassTag>;
using CaseId = Id<struct CaseTag>;
using CardId = Id<struct CardTag>;
using VouchId = Id<struct VouchTag>;

static_assert(!std::is_convertible_v<PatientId, StaffId>);
static_assert(!std::is_convertible_v<std::string, PatientId>);

// FHIR R4 `id` (datatypes.html#id): 1 to 64 of A-Z a-z 0-9 - . ; ours follow the same form plus '_'
// .
bool valid_id(std::string_view text);

}  // namespace halligan

template <class Tag>
struct std::hash<halligan::Id<Tag>> {
  std::size_t operator()(const halligan::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
