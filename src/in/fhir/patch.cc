#include "in/fhir/patch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "base/limits.h"
#include "in/fhir/json_tree.h"

namespace halligan::in::fhir {
namespace {

using std::string_view;
namespace json = boost::json;
using Pointer = std::vector<std::string>;

std::optional<Pointer> pointer_of(string_view text) {
  Pointer out;
  if (!text.empty() && text.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      out.emplace_back();
    } else if (text[i] != '~') {
      out.back() += text[i];
    } else {
      ++i;
      if (i == text.size() || (text[i] != '0' && text[i] != '1')) return std::nullopt;
      out.back() += text[i] == '0' ? '~' : '/';
    }
  }
  return out;
}

std::optional<std::size_t> index_of(string_view token) {
  std::size_t out = 0;
  const bool plain = !token.empty() && token.size() <= 9 && (token == "0" || token[0] != '0') &&
                     std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
  if (!plain) return std::nullopt;
  std::from_chars(token.data(), token.data() + token.size(), out);
  return out;
}

json::value* find(json::value& root, std::span<const std::string> path) {
  auto* at = &root;
  for (const auto& token : path) {
    if (auto* object = at->if_object()) {
      at = object->if_contains(token);
    } else if (auto* array = at->if_array()) {
      const auto index = index_of(token);
      at = index && *index < array->size() ? &(*array)[*index] : nullptr;
    } else {
      at = nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::span<const std::string> above(const Pointer& path) {
  return std::span{path}.first(path.size() - 1);
}

class Patching {
 public:
  explicit Patching(json::value root) : root_(std::move(root)) {}
  const json::value& root() const { return root_; }

  // Nothing where it could be done.
  std::optional<string_view> run(const Operation& what) {
    switch (what.kind) {
      case Operation::Kind::add: return add(what.path, what.value);
      case Operation::Kind::remove: return remove(what.path);
      case Operation::Kind::replace: return replace(what);
      case Operation::Kind::move: return move(what);
      case Operation::Kind::copy: {
        const auto* from = find(root_, what.from);
        return from == nullptr ? nothing_there : add(what.path, *from);
      }
      case Operation::Kind::test: {
        const auto* at = find(root_, what.path);
        if (at == nullptr) return nothing_there;
        return same(*at, what.value) ? std::nullopt
                                     : std::optional<string_view>{"the value is another one"};
      }
    }
    return nothing_there;
  }

 private:
  using Wrong = std::optional<string_view>;
  static constexpr Wrong nothing_there{"there is no such place"};

  Wrong too_much(const Pointer& path, const json::value& value) {
    const auto weight = weight_of(value);
    put_in_ += weight.bytes;
    if (put_in_ > limits::patch_puts_in_bytes_max || path.size() + weight.depth > depth_max)
      return "it puts in too much";
    return std::nullopt;
  }

  Wrong add(const Pointer& path, json::value value) {
    if (const auto wrong = too_much(path, value)) return wrong;
    if (path.empty()) {
      root_ = std::move(value);
      return std::nullopt;
    }
    auto* parent = find(root_, above(path));
    if (parent == nullptr) return nothing_there;
    if (auto* object = parent->if_object()) {
      object->insert_or_assign(path.back(), std::move(value));
      return std::nullopt;
    }
    auto* array = parent->if_array();
    if (array == nullptr) return nothing_there;
    const auto index = path.back() == "-" ? array->size() : index_of(path.back());
    if (!index || *index > array->size()) return nothing_there;
    array->insert(array->begin() + *index, std::move(value));
    return std::nullopt;
  }

  Wrong remove(const Pointer& path) {
    if (path.empty()) return "a resource is not removed by a patch";
    if (find(root_, path) == nullptr) return nothing_there;
    auto* parent = find(root_, above(path));
    if (auto* object = parent->if_object())
      object->stable_erase(path.back());
    else
      parent->get_array().erase(parent->get_array().begin() + *index_of(path.back()));
    return std::nullopt;
  }

  Wrong replace(const Operation& what) {
    auto* at = find(root_, what.path);
    if (at == nullptr) return nothing_there;
    if (const auto wrong = too_much(what.path, what.value)) return wrong;
    *at = what.value;
    return std::nullopt;
  }

  Wrong move(const Operation& what) {
    auto* from = find(root_, what.from);
    if (from == nullptr) return nothing_there;
    if (what.from == what.path) return std::nullopt;
    if (what.path.size() > what.from.size() &&
        std::equal(what.from.begin(), what.from.end(), what.path.begin()))
      return "nothing is moved into itself";
    auto value = std::move(*from);
    if (const auto wrong = remove(what.from)) return wrong;
    return add(what.path, std::move(value));
  }

  static constexpr std::size_t depth_max = limits::json_depth_max;
  json::value root_;
  std::size_t put_in_ = 0;
};

constexpr std::size_t path_bytes_max = 2'000;

std::optional<Operation::Kind> kind_of(string_view name) {
  using Kind = Operation::Kind;
  static constexpr std::array<std::pair<string_view, Kind>, 6> kinds{{{"add", Kind::add},
                                                                      {"remove", Kind::remove},
                                                                      {"replace", Kind::replace},
                                                                      {"move", Kind::move},
                                                                      {"copy", Kind::copy},
                                                                      {"test", Kind::test}}};
  for (const auto& [each, kind] : kinds)
    if (each == name) return kind;
  return std::nullopt;
}

std::variant<Operation, Malformed> read_operation(const json::value& from) {
  const auto* object = from.if_object();
  if (object == nullptr) return Malformed{"each operation is an object"};
  const auto text = [&](string_view key) -> std::optional<string_view> {
    const auto* found = object->if_contains(key);
    const auto* string = found == nullptr ? nullptr : found->if_string();
    if (string == nullptr || string->front() != 's') return std::nullopt;
    return string_view{*string}.substr(1);
  };
  const auto place = [&](string_view key) -> std::optional<Pointer> {
    const auto said = text(key);
    if (!said || said->size() > path_bytes_max) return std::nullopt;
    return pointer_of(*said);
  };
  const auto kind = kind_of(text("op").value_or(""));
  if (!kind) return Malformed{"op: expected add, remove, replace, move, copy or test"};
  auto path = place("path");
  if (!path) return Malformed{"path: expected a JSON Pointer"};
  Operation out{.kind = *kind, .path = *std::move(path), .from = {}, .value = {}};
  if (*kind == Operation::Kind::move || *kind == Operation::Kind::copy) {
    auto origin = place("from");
    if (!origin) return Malformed{"from: expected a JSON Pointer"};
    out.from = *std::move(origin);
  } else if (*kind != Operation::Kind::remove) {
    const auto* value = object->if_contains("value");
    if (value == nullptr) return Malformed{"value: it is missing"};
    out.value = *value;
  }
  return out;
}

}  // namespace

std::variant<Operations, NotAllowed> read_patch(string_view text) {
  const auto wrong = [](const std::string& what) {
    return NotAllowed{400, "structure", "the patch cannot be read: " + what};
  };
  if (text.size() > limits::patch_bytes_max)
    return NotAllowed{413, "too-long", "the patch is too large: send the whole resource with PUT"};
  // As the only member of an object it passes the same checks as every body.
  const auto tree = tree_of(R"({"patch":)" + std::string{text} + "}");
  if (const auto* why = std::get_if<Malformed>(&tree)) return wrong(why->what);
  const auto& whole = std::get<json::value>(tree).get_object();
  const auto* list = whole.size() == 1 ? whole.begin()->value().if_array() : nullptr;
  if (list == nullptr) return wrong("it is no list of operations");
  if (list->size() > limits::patch_operations_max)
    return NotAllowed{413, "too-long",
                      "the patch has too many operations: at most " +
                          std::to_string(limits::patch_operations_max)};
  Operations out;
  for (const auto& each : *list) {
    auto read = read_operation(each);
    if (const auto* why = std::get_if<Malformed>(&read)) return wrong(why->what);
    out.push_back(std::get<Operation>(std::move(read)));
  }
  return out;
}

std::variant<std::string, NotAllowed> patched(string_view resource, const Operations& operations) {
  if (resource.size() > limits::patch_puts_in_bytes_max)
    return NotAllowed{413, "too-long",
                      "the resource is too large to be patched: send all of it with PUT"};
  auto tree = tree_of(resource);
  if (const auto* why = std::get_if<Malformed>(&tree))
    return NotAllowed{422, "processing", "what is there cannot be patched: " + why->what};
  Patching patching{std::get<json::value>(std::move(tree))};
  for (std::size_t i = 0; i < operations.size(); ++i)
    if (const auto wrong = patching.run(operations[i]))
      return NotAllowed{422, "processing",
                        "operation " + std::to_string(i + 1) + " of the patch fails: " +
                            std::string{*wrong} + "; nothing was changed"};
  std::string out;
  print_tree(patching.root(), out);
  return out;
}

}  // namespace halligan::in::fhir
