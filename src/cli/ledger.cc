// ledger.cc - what the server says of itself: codes, status, receipts, entries.

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

int explain(Shell& shell, const Code& options) {
  const Reply reply = shell.get("/api/v1/codes/" + path_segment(options.code));
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

int entries(Shell& shell, const Entries& options) {
  const Reply reply = shell.get("/api/v1/entries?from=" + std::to_string(options.from) +
                                "&limit=" + std::to_string(options.limit));
  if (!reply.good()) return shell.refused(reply);
  std::vector<Row> rows;
  for (const json::object* one : objects_of(list_of(reply.object, "entries"))) {
    json::object rest = *one;
    for (const char* key : {"index", "at", "kind"}) rest.erase(key);
    rows.push_back({text_of(*one, "index"), time_text(text_of(*one, "at")), text_of(*one, "kind"),
                    json::serialize(rest)});
  }
  std::string out = table({"ENTRY", "AT", "KIND", "WHAT"}, rows);
  return shell.show(reply, rows.empty() ? "No entries there yet.\n" : out);
}

}  // namespace

void add_ledger_verbs(CLI::App& app, Shell& shell) {
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
