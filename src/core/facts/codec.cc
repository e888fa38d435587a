#include "core/facts/codec.h"

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>

#include <algorithm>
#include <type_traits>

#include "base/must.h"
#include "core/facts/json_text.h"

namespace halligan::facts {
namespace {

namespace json = boost::json;
namespace mp11 = boost::mp11;

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
template <class T>
inline constexpr bool is_described = boost::describe::has_describe_members<T>::value;
template <class T>
inline constexpr bool is_enum = boost::describe::has_describe_enumerators<T>::value;

// Enumerators are written as the documents write them: focus_moved -> "focus-moved".
std::string enum_text(const char* name) {
  std::string out{name};
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

// --- writing -----------------------------------------------------------------------------------

template <class T>
void put(std::string& out, const T& value);

template <class T>
void put_members(std::string& out, const T& value) {
  const T defaults{};
  out += '{';
  bool first = true;
  mp11::mp_for_each<Members<T>>([&](auto member) {
    const auto& held = value.*member.pointer;
    using Held = std::remove_cvref_t<decltype(held)>;
    if constexpr (!is_described<Held>) {
      if constexpr (requires { held.empty(); }) {
        if (held.empty()) return;
      } else if (held == defaults.*member.pointer) {
        return;
      }
    }
    if (!first) out += ',';
    first = false;
    append_json_string(out, member.name);
    out += ':';
    put(out, held);
  });
  out += '}';
}

template <class T>
void put(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    append_json_string(out, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, Instant>) {
    out += std::to_string(value.time_since_epoch().count());
  } else if constexpr (std::is_integral_v<T>) {
    out += std::to_string(value);
  } else if constexpr (is_enum<T>) {
    append_json_string(out, enum_text(boost::describe::enum_to_string(value, "")));
  } else if constexpr (is_described<T>) {
    put_members(out, value);
  } else if constexpr (requires { value.text(); }) {
    append_json_string(out, value.text());
  } else {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      put(out, value[i]);
    }
    out += ']';
  }
}

// --- reading -----------------------------------------------------------------------------------

template <class T>
bool get(const json::value& from, T& to);

template <class T>
bool get_members(const json::object& from, T& to) {
  std::size_t taken = 0;
  bool good = true;
  mp11::mp_for_each<Members<T>>([&](auto member) {
    const auto* found = from.if_contains(member.name);
    if (found == nullptr) return;
    ++taken;
    good = good && get(*found, to.*member.pointer);
  });
  return good && taken == from.size();
}

template <class T>
bool get_integer(const json::value& from, T& to) {
  if (const auto* n = from.if_int64()) {
    to = static_cast<T>(*n);
    return std::in_range<T>(*n);
  }
  if (const auto* n = from.if_uint64()) {
    to = static_cast<T>(*n);
    return std::in_range<T>(*n);
  }
  return false;
}

template <class T>
bool get(const json::value& from, T& to) {
  if constexpr (std::is_same_v<T, std::string>) {
    const auto* text = from.if_string();
    if (text != nullptr) to.assign(text->data(), text->size());
    return text != nullptr;
  } else if constexpr (std::is_same_v<T, bool>) {
    const auto* held = from.if_bool();
    if (held != nullptr) to = *held;
    return held != nullptr;
  } else if constexpr (std::is_same_v<T, Instant>) {
    std::int64_t millis = 0;
    const bool good = get_integer(from, millis);
    to = Instant{Millis{millis}};
    return good;
  } else if constexpr (std::is_integral_v<T>) {
    return get_integer(from, to);
  } else if constexpr (is_enum<T>) {
    const auto* text = from.if_string();
    bool good = false;
    if (text != nullptr)
      mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto each) {
        if (enum_text(each.name) != std::string_view{text->data(), text->size()}) return;
        to = each.value;
        good = true;
      });
    return good;
  } else if constexpr (is_described<T>) {
    const auto* object = from.if_object();
    return object != nullptr && get_members(*object, to);
  } else if constexpr (requires { to.text(); }) {
    const auto* text = from.if_string();
    if (text != nullptr) to = T{std::string{text->data(), text->size()}};
    return text != nullptr;
  } else {
    const auto* array = from.if_array();
    if (array == nullptr) return false;
    for (const auto& each : *array) {
      typename T::value_type item{};
      if (!get(each, item)) return false;
      to.push_back(std::move(item));
    }
    return true;
  }
}

std::optional<Fact> fact_of(std::string_view kind, const json::object& members) {
  std::optional<Fact> out;
  mp11::mp_for_each<mp11::mp_transform<mp11::mp_identity, AnyFact>>([&](auto type) {
    using T = typename decltype(type)::type;
    if (out || kind != T::kind) return;
    T fact{};
    if (get_members(members, fact)) out = std::move(fact);
  });
  return out;
}

}  // namespace

const char* kind_of(const Fact& fact) {
  return std::visit([](const auto& f) { return f.kind; }, fact);
}

PatientId patient_of(const Fact& fact) {
  return std::visit(
      [](const auto& f) -> PatientId {
        if constexpr (requires { PatientId{f.patient}; })
          return f.patient;
        else
          return {};
      },
      fact);
}

StaffId staff_of(const Fact& fact) {
  return std::visit(
      [](const auto& f) -> StaffId {
        if constexpr (requires { StaffId{f.staff}; })
          return f.staff;
        else
          return {};
      },
      fact);
}

std::string fact_json(const Fact& fact) {
  std::string out;
  std::visit([&](const auto& f) { put_members(out, f); }, fact);
  return out;
}

std::string encode(const Body& body) {
  std::string out = "{\"k\":";
  append_json_string(out, kind_of(body.fact));
  out += ",\"b\":" + std::to_string(body.boot.count());
  if (!body.idempotency.empty()) {
    out += ",\"i\":";
    append_json_string(out, body.idempotency);
  }
  out += ",\"d\":";
  std::visit([&](const auto& f) { put_members(out, f); }, body.fact);
  out += '}';
  return out;
}

std::optional<Body> decode(std::string_view text) {
  boost::system::error_code error;
  const auto value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  const auto* kind = object.if_contains("k");
  const auto* boot = object.if_contains("b");
  const auto* data = object.if_contains("d");
  const auto* key = object.if_contains("i");
  if (kind == nullptr || boot == nullptr || data == nullptr) return std::nullopt;
  if (!kind->is_string() || !data->is_object() || (key != nullptr && !key->is_string()))
    return std::nullopt;
  if (object.size() != (key == nullptr ? 3U : 4U)) return std::nullopt;
  std::int64_t millis = 0;
  if (!get_integer(*boot, millis)) return std::nullopt;
  const auto& kind_text = kind->get_string();
  auto fact = fact_of({kind_text.data(), kind_text.size()}, data->get_object());
  if (!fact) return std::nullopt;
  Body out{.fact = std::move(*fact), .boot = Millis{millis}, .idempotency = {}};
  if (key != nullptr) out.idempotency.assign(key->get_string().data(), key->get_string().size());
  return out;
}

}  // namespace halligan::facts
