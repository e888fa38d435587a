// verify.cc - arguments in, the ledger's check run, its report out for people or as JSON.
#include "cli/verify.h"

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "core/ledger/verify.h"

namespace halligan::cli {
namespace {

constexpr std::size_t file_bytes_max = 17 * 1024 * 1024;  // a bundle of 256 entries of 65,535 bytes
constexpr std::uint64_t progress_step = 20'000;

// At most file_bytes_max + 1 bytes: a longer file is damaged anyway, and is then seen to be.
Result<std::optional<Bytes>> read_bounded(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<Bytes>{};
    return Fault{FaultCode::disk_failed, path.string() + ": " + std::strerror(errno)};
  }
  Bytes bytes;
  char block[64 * 1024];
  while (bytes.size() <= file_bytes_max && (file.read(block, sizeof block) || file.gcount() > 0))
    bytes.insert(bytes.end(), block, block + file.gcount());
  if (file.bad() || (file.fail() && !file.eof()))
    return Fault{FaultCode::disk_failed, path.string() + ": cannot be read"};
  return std::optional{std::move(bytes)};
}

Result<std::string> read_text(const std::string& path) {
  auto bytes = read_bounded(path);
  if (!bytes) return bytes.fault();
  if (!*bytes) return Fault{FaultCode::not_found, path + ": no such file"};
  return std::string{text_view(**bytes)};
}

class FolderReader final : public ledger::LogReader {
 public:
  explicit FolderReader(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<std::optional<Bytes>> get(const std::string& path) override {
    return read_bounded(folder_ / path);
  }

 private:
  std::filesystem::path folder_;
};

class AddressReader final : public ledger::LogReader {
 public:
  explicit AddressReader(const FetchLogFile& fetch) : fetch_(fetch) {}
  Result<std::optional<Bytes>> get(const std::string& path) override { return fetch_(path); }

 private:
  const FetchLogFile& fetch_;
};

Result<ledger::VerifierKey> parse_key(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const auto key = ledger::parse_verifier_key(text);
  if (!key)
    return Fault{FaultCode::bad_input,
                 "that is not a verifier key: expected name+8 hex digits+base64, as `halligan "
                 "init` prints it"};
  return *key;
}

Result<std::vector<ledger::VerifierKey>> read_keys(const VerifyArgs& args) {
  if (args.keys.empty() == args.key_files.empty())
    return Fault{
        FaultCode::bad_input,
        "give the log's public key, with --key or --key-file: it must come from outside the "
        "ledger, or whoever forged one forged the other"};
  std::vector<std::string> texts = args.keys;
  for (const std::string& path : args.key_files) {
    auto text = read_text(path);
    if (!text) return text.fault();
    texts.push_back(std::move(*text));
  }
  std::vector<ledger::VerifierKey> out;
  for (std::string& text : texts) {
    auto key = parse_key(std::move(text));
    if (!key) return key.fault();
    out.push_back(std::move(*key));
  }
  return out;
}

Result<ledger::VerifyOptions> read_options(const VerifyArgs& args) {
  auto keys = read_keys(args);
  if (!keys) return keys.fault();
  ledger::VerifyOptions options{.key = keys->front(),
                                .earlier = {},
                                .progress = {},
                                .hashes_only = args.hashes_only,
                                .older_keys = {keys->begin() + 1, keys->end()}};
  for (const std::string& path : args.since) {
    auto note = read_text(path);
    if (!note) return note.fault();
    options.earlier.push_back({.name = path, .note = std::move(*note)});
  }
  return options;
}

Result<ledger::VerifyReport> run(const VerifyArgs& args, const ledger::VerifyOptions& options,
                                 const FetchLogFile& fetch) {
  if (is_address(args.where)) {
    AddressReader reader{fetch};
    return ledger::verify_log(reader, options);
  }
  std::error_code ignored;  // what cannot be asked about is not there for us
  if (!std::filesystem::exists(args.where + "/checkpoint", ignored) &&
      !std::filesystem::exists(args.where + "/tile", ignored))
    return Fault{FaultCode::not_found,
                 args.where +
                     ": neither `checkpoint` nor `tile` is in it; expected a folder written by "
                     "`halligan export`, or an address"};
  FolderReader reader{args.where};
  return ledger::verify_log(reader, options);
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

void print_tree(const ledger::VerifyReport& report, std::ostream& out) {
  out << "The tree of hashes is whole and signed: " << counted(report.head.size, "entry", "entries")
      << ".\n"
      << "The entries themselves were not read: that takes the session of a ledger reader, or an\n"
      << "exported folder.\n";
}

void print_entries(const ledger::VerifyReport& report, std::ostream& out) {
  out << "The ledger is whole: " << counted(report.entries, "entry", "entries") << ", "
      << counted(report.patients, "patient", "patients");
  if (report.first && report.last)
    out << ", from " << to_text(*report.first) << " to " << to_text(*report.last);
  out << ".\n";
}

void print_whole(const ledger::VerifyReport& report, const VerifyArgs& args, std::ostream& out) {
  if (args.hashes_only)
    print_tree(report, out);
  else
    print_entries(report, out);
  const bool has_earlier = !args.since.empty();
  out << "  log   " << report.head.origin << "\n  size  " << report.head.size << "\n  root  "
      << to_base64(report.head.root) << "\n";
  out << "Entries newer than its checkpoint are covered by the next one, not by this.\n";
  if (has_earlier)
    out << "It continues " << counted(report.earlier, "earlier checkpoint", "earlier checkpoints")
        << ".\n";
  else
    out << "No earlier checkpoint was given (--since), so newer entries that were cut off cannot "
           "be seen.\n";
}

void print_problems(const ledger::VerifyReport& report, const VerifyArgs& args, std::ostream& out) {
  const std::uint64_t count = report.problems.size() + report.more_problems;
  out << "The ledger is NOT whole: " << counted(count, "problem", "problems") << "; ";
  if (args.hashes_only)
    out << "the entries themselves were not read.\n";
  else
    out << report.entries << " of " << counted(report.head.size, "entry", "entries")
        << " are as logged.\n";
  for (const auto& problem : report.problems)
    out << "\n  " << problem.place << "\n      " << problem.what << "\n";
  if (report.more_problems != 0) out << "\n  and " << report.more_problems << " more\n";
}

boost::json::object json_of(const ledger::VerifyReport& report, const VerifyArgs& args) {
  boost::json::array problems;
  for (const auto& problem : report.problems)
    problems.push_back(boost::json::object{
        {"kind", ledger::name_of(problem.kind)}, {"place", problem.place}, {"what", problem.what}});
  boost::json::object out{{"whole", report.ok()},
                          {"origin", report.head.origin},
                          {"size", report.head.size},
                          {"root", to_base64(report.head.root)},
                          {"entries", report.entries},
                          {"entries_read", !args.hashes_only},
                          {"patients", report.patients},
                          {"files", report.files},
                          {"earlier", report.earlier},
                          {"problems", std::move(problems)},
                          {"more_problems", report.more_problems}};
  if (report.first) out["first"] = to_text(*report.first);
  if (report.last) out["last"] = to_text(*report.last);
  return out;
}

}  // namespace

bool is_address(const std::string& where) {
  return where.starts_with("http://") || where.starts_with("https://");
}

int verify(const VerifyArgs& args, const FetchLogFile& fetch, std::ostream& out,
           std::ostream& err) {
  auto options = read_options(args);
  if (!options) {
    err << "halligan verify: " << options.fault().what << "\n";
    return 2;
  }
  if (args.shows_progress)
    options->progress = [&err, next = progress_step](std::uint64_t done,
                                                     std::uint64_t all) mutable {
      if (done < next && (done < all || next == progress_step)) return;
      next = done + progress_step;
      err << "\rchecked " << done << " of " << all << " entries" << (done < all ? "" : "\n")
          << std::flush;
    };
  const auto report = run(args, *options, fetch);
  if (!report) {
    err << "halligan verify: " << report.fault().what << "\n";
    return 2;
  }
  if (args.json)
    out << boost::json::serialize(json_of(*report, args)) << "\n";
  else if (report->ok())
    print_whole(*report, args, out);
  else
    print_problems(*report, args, out);
  return report->ok() ? 0 : 1;
}

}  // namespace halligan::cli
