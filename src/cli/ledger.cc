// ledger.cc - what the server says of itself: codes, status, receipts, entries.

#include <algorithm>
#include <iostream>

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Code {
  std::string code;
};

struct Receipt {
  std::string index;  // as typed: the server takes its one spelling
};

struct Entries {
  std::uint64_t from = 0;
  std::uint64_t limit = 50;
};

std::string members_text(const json::object& object) {
  std::vector<Row> rows;
  for (const auto& member : object)
    if (!member.value().is_null())
      rows.push_back({std::string(member.key()), member.value().is_string()
                                                     ? std::string(member.value().get_string())
                                                     : json::serialize(member.value())});
  std::string out = rows.empty() ? "" : table({"", ""}, rows);
  return out.substr(std::min(out.size(), out.find('\n') + 1));
}

// As it was told on the telephone: in small letters, or without the dash. Nothing where it is none.
std::string spelled_code(const std::string& typed) {
  std::string code;
  for (const char c : typed)
    if (c >= 'a' && c <= 'z')
      code += static_cast<char>(c - 'a' + 'A');
    else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      code += c;
    else if (c != '-' && c != ' ')
      return {};
  const std::size_t head = code.size() == 6 ? 3 : 1;
  const bool fixed = code.size() == 4 && code.front() == 'H';
  return code.size() == 6 || fixed ? code.substr(0, head) + "-" + code.substr(head) : "";
}

int explain(Shell& shell, const Code& options) {
  const std::string code = spelled_code(options.code);
  if (code.empty())
    return shell.usage("That is no reference code: one looks like K7F-3QX, or H-101.");
  const Reply reply = shell.get("/api/v1/codes/" + code);
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, members_text(reply.object));
}

int status(Shell& shell, const Nothing&) {
  const Reply health = shell.get("/healthz");
  if (health.fault) return shell.fault(*health.fault);
  const Reply ready = shell.get("/readyz");
  const Reply ledger = shell.get("/api/v1/ledger");
  const bool serves = health.good() && ready.good();
  std::string out =
      std::string(serves ? "Alive and ready." : "Alive, but not ready to serve.") + '\n';
  if (!ledger.good()) {
    if (!serves) shell.io.err << out;
    return shell.refused(ledger);
  }
  return shell.show(ledger, out + members_text(ledger.object),
                    serves ? Exit::done : Exit::unreachable);
}

int receipt(Shell& shell, const Receipt& options) {
  const Reply reply =
      shell.get("/ledger/receipt/" + path_segment(options.index), "text/plain, application/json");
  if (!reply.good()) return shell.refused(reply);
  shell.io.out << reply.answer.body;
  return code_of(Exit::done);
}

// One line an entry, whatever its length: for grep. What is empty or no is left out.
std::string entry_line(const json::object& entry) {
  std::string out = text_of(entry, "index") + "  " + time_text(text_of(entry, "at")) + "  " +
                    text_of(entry, "kind");
  const char* between = "  ";
  for (const auto& member : entry) {
    const std::string_view key(member.key().data(), member.key().size());
    const json::value& held = member.value();
    const bool said = key == "index" || key == "at" || key == "kind";
    const bool empty = held.is_null() || (held.is_string() && held.get_string().empty()) ||
                       (held.is_array() && held.get_array().empty()) ||
                       (held.is_bool() && !held.get_bool() && key != "active");
    if (said || empty) continue;
    std::string value = held.is_string() ? time_text(std::string(held.get_string()))
                        : held.is_bool() ? (held.get_bool() ? "yes" : "no")
                                         : json::serialize(held);
    std::replace(value.begin(), value.end(), '\n', ' ');
    out += between + std::string(key) + " " + value;
    between = ", ";
  }
  return out;
}

int entries(Shell& shell, const Entries& options) {
  const Reply reply = shell.get("/api/v1/entries?from=" + std::to_string(options.from) +
                                "&limit=" + std::to_string(options.limit));
  if (!reply.good()) return shell.refused(reply);
  std::string out;
  for (const json::object* one : objects_of(list_of(reply.object, "entries")))
    out += clean(entry_line(*one)) + '\n';
  return shell.show(reply, out.empty() ? "No entries there yet.\n" : out);
}

int backup(Shell& shell, const Nothing&) {
  const Reply reply = shell.post("/api/v1/backup", json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "The backup holds " + std::to_string(number_of(reply.object, "size")) +
                               " entries, " + std::to_string(number_of(reply.object, "added")) +
                               " of them new.\n");
}

}  // namespace

void add_ledger_verbs(CLI::App& app, Shell& shell) {
  verb<Nothing>(app, shell, "backup", "Bring the server's backup up to date now", "halligan backup",
                no_options, backup);
  verb<Code>(
      app, shell, "explain", "Say what a reference code means", "halligan explain K7F-3QX",
      [](CLI::App& sub, Code& o) {
        sub.add_option("code", o.code, "the code that an answer showed")->required();
      },
      explain);
  verb<Nothing>(app, shell, "status", "Show whether the server serves, and the state of its ledger",
                "halligan status", no_options, status);
  verb<Receipt>(
      app, shell, "receipt", "Print the proof that an entry is in the ledger (C2SP tlog-proof)",
      "halligan receipt 1042 > receipt.txt",
      [](CLI::App& sub, Receipt& o) {
        sub.add_option("index", o.index, "index of the entry")->required();
      },
      receipt);
  verb<Entries>(
      app, shell, "entries", "Print entries in clear (ledger reader, privacy officer; recorded)",
      "halligan entries --from 1000 --limit 20",
      [](CLI::App& sub, Entries& o) {
        sub.add_option("--from", o.from, "index of the first");
        sub.add_option("--limit", o.limit, "at most so many");
      },
      entries);
}

}  // namespace halligan::cli
