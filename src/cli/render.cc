#include "cli/render.h"

#include <algorithm>

#include "base/instant.h"

namespace halligan::cli {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// One paragraph into lines; spaces inside a line stay as they are.
void break_paragraph(std::string_view text, std::size_t width, std::vector<std::string>& lines) {
  std::string line;
  auto end_line = [&line, &lines] {
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
    line.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t word = std::min(text.find_first_not_of(' ', at), text.size());
    const std::size_t end = std::min(text.find(' ', word), text.size());
    const bool first = line.find_first_not_of(' ') == std::string::npos;
    if (!first && width_of(line) + width_of(text.substr(at, end - at)) > width) {
      end_line();
      at = word;
    }
    line += text.substr(at, end - at);
    at = end;
  }
  end_line();
}

std::vector<std::string> lines_of(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    break_paragraph(text.substr(at, end - at), width, lines);
    at = end + 1;
  }
  return lines;
}

// Servers write "lower case, no full stop"; people read sentences.
std::string sentence(std::string text) {
  const char first = text.front();
  if (first >= 'a' && first <= 'z') text.front() = static_cast<char>(first - 'a' + 'A');
  if (std::string_view(".!?:\n").find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

// Whether two texts differ in case and marks at most: nobody wants to read a sentence twice.
bool same_words(std::string_view a, std::string_view b) {
  const auto letters = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (c >= 'A' && c <= 'Z')
        out += static_cast<char>(c - 'A' + 'a');
      else if (std::string_view(" .,;:!?").find(c) == std::string_view::npos)
        out += c;
    return out;
  };
  return letters(a) == letters(b);
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool second_set = byte == 0xC2U && i + 1 < text.size() &&
                            static_cast<unsigned char>(text[i + 1]) < 0xA0U;  // U+0080 to U+009F
    if (second_set) ++i;
    out += second_set || (byte < 0x20U && byte != '\n') || byte == 0x7FU ? '?' : text[i];
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t out = 0;
  for (const char c : text) out += continues(c) ? 0U : 1U;
  return out;
}

std::string wrap(std::string_view text, std::size_t hang) {
  std::string out;
  for (const std::string& line : lines_of(text, columns_max - hang)) {
    if (!out.empty()) out += '\n' + std::string(line.empty() ? 0 : hang, ' ');
    out += line;
  }
  return out;
}

std::string table(const Row& head, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const std::string& cell : head) widths.push_back(width_of(cell));
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(clean(row[i])));
  std::string out;
  auto print = [&out, &widths](const Row& row) {
    std::string line;
    std::size_t column = 0;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      const std::string cell = clean(row[i]);
      line += cell + std::string(widths[i] - width_of(cell) + 2, ' ');
      column += widths[i] + 2;
    }
    const std::size_t left = column + 20 < columns_max ? columns_max - column : columns_max;
    std::string last;
    for (const std::string& part : lines_of(clean(row.back()), left)) {
      if (!last.empty()) last += '\n' + std::string(column, ' ');
      last += part;
    }
    line += last;
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  print(head);
  for (const Row& row : rows) print(row);
  return out;
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr) return {};
  if (found->is_string()) return std::string(found->get_string());
  if (found->is_int64() || found->is_uint64()) return json::serialize(*found);
  return {};
}

std::int64_t number_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr) return 0;
  boost::system::error_code wrong;
  const auto number = found->to_number<std::int64_t>(wrong);
  return wrong ? 0 : number;
}

bool flag_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

const json::array& list_of(const json::object& object, std::string_view key) {
  static const json::array none;
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

const json::object& object_of(const json::object& object, std::string_view key) {
  static const json::object none;
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_object() ? found->get_object() : none;
}

std::string joined(const json::array& list, std::string_view between) {
  std::string out;
  for (const json::value& item : list) {
    if (!out.empty()) out += between;
    out += item.is_string() ? std::string(item.get_string()) : json::serialize(item);
  }
  return out;
}

std::vector<const json::object*> objects_of(const json::array& list) {
  std::vector<const json::object*> out;
  for (const json::value& item : list)
    if (item.is_object()) out.push_back(&item.get_object());
  return out;
}

std::vector<const json::object*> rows_in(const json::value& body, std::string_view name) {
  if (body.is_array()) return objects_of(body.get_array());
  return body.is_object() ? objects_of(list_of(body.get_object(), name))
                          : std::vector<const json::object*>{};
}

json::object object_from(std::string_view text) {
  boost::system::error_code wrong;
  json::value parsed = json::parse(text, wrong);
  return !wrong && parsed.is_object() ? std::move(parsed.get_object()) : json::object{};
}

json::object object_as_written(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  bool in_text = false;
  bool in_number = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    const bool begins = !in_text && !in_number && (digit || c == '-');
    const bool ends =
        in_number && !digit && std::string_view("+-.eE").find(c) == std::string_view::npos;
    if (begins || ends) out += '"';
    in_number = begins || (in_number && !ends);
    if (c == '"') in_text = !in_text;
    out += c;
    if (in_text && c == '\\' && i + 1 < text.size()) out += text[++i];
  }
  return object_from(out);
}

std::string time_text(std::string_view rfc3339) {
  const std::optional<Instant> at = parse_instant(rfc3339);
  if (!at) return std::string(rfc3339);
  std::string text = to_text(*at).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string seconds_text(std::int64_t seconds) {
  return duration_text(std::chrono::seconds{seconds});
}

std::string shell_word(std::string_view text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._/:=@%+,").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string telephone_text(const std::string& code) {
  if (code.empty()) return {};
  return "Say this code on the telephone: " + clean(code) + "  (halligan explain " +
         shell_word(clean(code)) + ")\n";
}

std::string problem_text(const json::object& problem) {
  std::string out;
  const std::string title = text_of(problem, "title");
  const std::string detail = text_of(problem, "detail");
  out += clean(title.empty() ? "the server refused" : title) + '\n';
  if (!detail.empty() && !same_words(detail, title)) out += wrap(clean(sentence(detail))) + '\n';
  for (const json::object* error : objects_of(list_of(problem, "errors"))) {
    std::string line = "  ";
    if (const auto found = text_of(*error, "found");
        !found.empty() && detail.find(found) != std::string::npos)
      continue;  // said
    if (error->contains("line"))
      line += text_of(*error, "line") + ":" + text_of(*error, "column") + ": " +
              text_of(*error, "what");
    else
      line += text_of(*error, "pointer") + ": found " + text_of(*error, "found") + ", wanted " +
              text_of(*error, "wanted");
    out += wrap(clean(line), 4) + '\n';
  }
  return out + telephone_text(text_of(problem, "code"));
}

}  // namespace halligan::cli
