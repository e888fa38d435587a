// offline.cc - the verbs that touch files or are the server: serve, init, export, key, verify.
//
// Only their words are here; what they do is handed in (shell.h, Parts) or stands in verify.h.

#include <sys/stat.h>

#include "base/ids.h"
#include "cli/verbs.h"
#include "cli/verify.h"

namespace halligan::cli {
namespace {

struct Init {
  InitOptions options;
  std::string officers_file;
};

template <class Options>
int hand_over(Shell& shell, const std::function<int(const Options&, const Io&)>& part,
              const Options& options) {
  return part ? part(options, shell.io) : shell.usage("This build has no such part.");
}

Result<std::vector<Officer>> officers_in(const Io& io, const std::string& path) {
  struct stat about {};
  if (path != "-" && ::stat(path.c_str(), &about) == 0 &&
      (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return Fault{FaultCode::bad_input,
                 path + " can be read by others on this machine; chmod 600 " + path};
  const Result<std::string> text = read_file(io, path);
  if (!text) return text.fault();
  boost::system::error_code wrong;
  const json::value parsed = json::parse(*text, wrong);
  std::vector<Officer> out;
  if (!wrong && parsed.is_array())
    for (const json::object* one : objects_of(parsed.get_array()))
      out.push_back({.staff = text_of(*one, "staff"),
                     .name = text_of(*one, "name"),
                     .password = Secret{text_of(*one, "password")},
                     .totp_base32 = text_of(*one, "totp")});
  if (out.empty())
    return Fault{FaultCode::bad_input,
                 path + R"( is not [{"staff", "name", "password", "totp"?}, ...])"};
  return out;
}

Result<std::vector<Officer>> officers_asked(const Io& io) {
  std::vector<Officer> out;
  for (const char* which : {"First", "Second"}) {
    const std::string who = std::string(which) + " officer, ";
    auto ask = [&io, &who](const char* what, bool hidden) {
      return io.asks ? io.ask(who + what + ": ", hidden).value_or("") : std::string{};
    };
    Officer officer{.staff = ask("id", false),
                    .name = ask("full name", false),
                    .password = Secret{ask("password", true)},
                    .totp_base32 = {}};
    if (officer.staff.empty() || officer.password.reveal().empty())
      return Fault{FaultCode::bad_input,
                   "two officers are enrolled together; without a terminal to ask on, name them in "
                   "--officers FILE (mode 0600)"};
    out.push_back(std::move(officer));
  }
  return out;
}

int init(Shell& shell, const Init& given) {
  Result<std::vector<Officer>> officers = given.officers_file.empty()
                                              ? officers_asked(shell.io)
                                              : officers_in(shell.io, given.officers_file);
  if (!officers) return shell.fault(officers.fault());
  InitOptions options = given.options;
  options.officers = std::move(officers).value();
  if (options.officers.size() != 2 || options.officers[0].staff == options.officers[1].staff)
    return shell.usage("Exactly two officers, two different people, are enrolled together.");
  for (const Officer& officer : options.officers)
    if (!valid_id(officer.staff) || officer.name.empty() || officer.password.reveal().empty())
      return shell.usage("Each officer has an id (letters, digits, - . _), a name and a password.");
  const int code = hand_over(shell, shell.parts.init, options);
  if (code == code_of(Exit::done) && !given.officers_file.empty() && given.officers_file != "-")
    shell.note("Delete " + clean(given.officers_file) +
               ": it holds the officers' passwords, and nothing needs it any more.");
  return code;
}

int serve(Shell& shell, const ServeOptions& options) {
  return hand_over(shell, shell.parts.serve, options);
}

int export_ledger(Shell& shell, const ExportOptions& options) {
  return hand_over(shell, shell.parts.export_ledger, options);
}

int key_check(Shell& shell, const KeyCheckOptions& options) {
  return hand_over(shell, shell.parts.key_check, options);
}

int restore(Shell& shell, const RestoreOptions& options) {
  return hand_over(shell, shell.parts.restore, options);
}

int key_rotate(Shell& shell, const KeyRotateOptions& options) {
  return hand_over(shell, shell.parts.key_rotate, options);
}

int key_rotate_signing(Shell& shell, const KeyRotateSigningOptions& options) {
  return hand_over(shell, shell.parts.key_rotate_signing, options);
}

// A served log is fetched as anybody would; the token goes only where the session belongs, for the
// entry bundles that a ledger reader may see.
int verify_ledger(Shell& shell, const VerifyArgs& given) {
  VerifyArgs args = given;
  args.json = shell.globals.json;
  args.shows_progress = shell.io.shows_progress;
  Target target;
  if (is_address(args.where)) {
    while (args.where.ends_with('/')) args.where.pop_back();
    const Result<Target> known = shell.target();
    if (!known) return shell.fault(known.fault());
    target = *known;
    if (args.where != target.server && !args.where.starts_with(target.server + "/"))
      target.token = {};
    target.server = args.where;
  }
  const auto fetch = [&shell, target](const std::string& path) -> Result<std::optional<Bytes>> {
    Request request;
    request.path = "/" + path;
    request.accept = "*/*";
    const Result<Answer> answer = shell.io.exchange(target, request);
    if (!answer) return answer.fault();
    if (answer->status == 404) return std::optional<Bytes>{};
    if (answer->status != 200)
      return Fault{FaultCode::upstream_nonsense,
                   "the server answered " + std::to_string(answer->status) + " for " + path};
    return std::optional<Bytes>{Bytes(answer->body.begin(), answer->body.end())};
  };
  if (!is_address(args.where)) return verify(args, fetch, shell.io.out, shell.io.err);
  const auto status_of = [&shell, &target](const std::string& path) -> Result<int> {
    Request request;
    request.path = "/" + path;
    request.accept = "*/*";
    const Result<Answer> answer = shell.io.exchange(target, request);
    if (!answer) return answer.fault();
    return answer->status;
  };
  const Result<int> there = status_of("checkpoint");
  if (!there) return shell.fault(there.fault());
  if (*there == 404)
    return shell.usage("There is no ledger at " + clean(args.where) + "." +
                       (args.where.ends_with("/ledger")
                            ? ""
                            : " Did you mean " + clean(args.where) + "/ledger ?"));
  // Checkpoint and hashes are anybody's; entries tell by pseudonym who was looked at how often.
  const Result<int> entries = status_of("tile/entries/000");
  if (!entries) return shell.fault(entries.fault());
  args.hashes_only = *entries == 401 || *entries == 403;
  return verify(args, fetch, shell.io.out, shell.io.err);
}

void describe_verify(CLI::App& sub, VerifyArgs& o) {
  sub.add_option("where", o.where, "an exported folder, or the address of a log")->required();
  sub.add_option("--key", o.keys,
                 "the log's public key, from outside; again: one that signed before a rotation")
      ->allow_extra_args(false);
  sub.add_option("--key-file", o.key_files, "a file with it; likewise")->allow_extra_args(false);
  sub.add_option("--since", o.since, "file with a checkpoint that you kept; may be given again")
      ->allow_extra_args(false);
}

void describe_serve(CLI::App& sub, ServeOptions& o) {
  sub.add_option("--dir", o.dir, "folder of ledger, vault and keys")->required();
  sub.add_option("--listen", o.listen, "address and port")->capture_default_str();
  sub.add_flag("--plain-http", o.plain_http, "no TLS; on a loopback address only");
  sub.add_option("--certificate", o.certificate, "PEM chain; without it one is made and kept");
  sub.add_option("--private-key", o.private_key, "PEM key of the certificate");
  sub.add_option("--upstream", o.upstream, "base URL of the FHIR server")->required();
  sub.add_option("--upstream-token-file", o.upstream_token_file,
                 "file with the credential that only Halligan has there");
  sub.add_option("--upstream-ca", o.upstream_ca, "CA file that vouches for it");
  sub.add_option("--root-key-file", o.root_key_file,
                 "the vault's root key, where not in the folder");
  sub.add_option("--snapshot-every", o.snapshot_every, "entries between two snapshots")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{100}, std::uint64_t{10'000'000}));
  sub.add_option("--backup", o.backup, "folder that follows ledger and vault");
  sub.add_option("--backup-every", o.backup_every, "how often, such as 1h; 0: when asked")
      ->capture_default_str();
  sub.add_option("--public-url", o.public_url, "how clients reach this server");
  sub.add_option("--identity-ca", o.identity_ca,
                 "CA file that vouches for identity providers and the directory");
  sub.add_flag("--ask-certificates", o.ask_certificates,
               "ask clients for a certificate (terminals that have one)");
}

void describe_restore(CLI::App& sub, RestoreOptions& o) {
  sub.add_option("--from", o.from, "folder of the backup")->required();
  sub.add_option("--dir", o.dir, "new folder for ledger, vault and keys")->required();
  sub.add_option("--root-key-file", o.root_key_file, "the operational or the recovery key")
      ->required();
  sub.add_option("--known", o.known,
                 "file with a checkpoint that somebody kept; may be given again")
      ->allow_extra_args(false);
  sub.add_option("--erased", o.erased_file,
                 "file with the ids of keys that were destroyed since the backup, one a line");
  sub.add_option(
      "--new-origin", o.new_origin,
      "where entries are lost: the new name of the log, such as ledger.example.org/h1-2");
}

void describe_init(CLI::App& sub, Init& o) {
  sub.add_option("--dir", o.options.dir, "new folder for ledger, vault and keys")->required();
  sub.add_option("--origin", o.options.origin, "name of the log, such as ledger.example.org/h1")
      ->required();
  sub.add_option("--hospital", o.options.hospital, "name of the hospital")->required();
  sub.add_option("--policy", o.options.policy_file, "first policy")->required();
  sub.add_option("--officers", o.officers_file,
                 "file (mode 0600) with the two officers; without it they are asked");
}

void describe_root_key_file(CLI::App& sub, std::string& file) {
  sub.add_option("--root-key-file", file, "the operational root key, where not in the folder");
}

void add_key_verbs(CLI::App& key, Shell& shell) {
  verb<KeyCheckOptions>(
      key, shell, "check", "Rehearse opening the vault, with the recovery key where it is named",
      "halligan key check --dir /var/lib/halligan --recovery /media/safe/recovery.key",
      [](CLI::App& sub, KeyCheckOptions& o) {
        sub.add_option("--dir", o.dir, "folder of ledger, vault and keys")->required();
        sub.add_option("--recovery", o.recovery_file, "file with the recovery key");
        describe_root_key_file(sub, o.root_key_file);
      },
      key_check);
  verb<KeyRotateOptions>(
      key, shell, "rotate", "New root keys and a new vault key; also after the root key was lost",
      "halligan key rotate --dir /var/lib/halligan --recovery /media/safe/recovery.key",
      [](CLI::App& sub, KeyRotateOptions& o) {
        sub.add_option("--dir", o.dir, "folder of ledger, vault and keys")->required();
        sub.add_option("--recovery", o.recovery_file, "file with the recovery key")->required();
        describe_root_key_file(sub, o.root_key_file);
      },
      key_rotate);
  verb<KeyRotateSigningOptions>(
      key, shell, "rotate-signing", "A new key that the log signs its checkpoints with",
      "halligan key rotate-signing --dir /var/lib/halligan",
      [](CLI::App& sub, KeyRotateSigningOptions& o) {
        sub.add_option("--dir", o.dir, "folder of ledger, vault and keys")->required();
        describe_root_key_file(sub, o.root_key_file);
      },
      key_rotate_signing);
}

}  // namespace

void add_offline_verbs(CLI::App& app, Shell& shell) {
  verb<ServeOptions>(app, shell, "serve", "Be the server",
                     "halligan serve --dir /var/lib/halligan --upstream http://127.0.0.1:8103/fhir",
                     describe_serve, serve);
  verb<Init>(app, shell, "init", "Make a new ledger, its vault and keys, and enrol two officers",
             "halligan init --dir D --origin ledger.example.org/h1 --hospital \"St Elsewhere\" "
             "--policy hospital.toml",
             describe_init, init);
  verb<VerifyArgs>(app, shell, "verify",
                   "Check a whole ledger with no key but the log's public one",
                   "halligan verify ./export --key-file log.pub", describe_verify, verify_ledger);
  verb<ExportOptions>(
      app, shell, "export", "Copy a ledger into a folder that anybody can verify",
      "halligan export --dir /var/lib/halligan ./export",
      [](CLI::App& sub, ExportOptions& o) {
        sub.add_option("--dir", o.dir, "folder of the ledger")->required();
        sub.add_option("out", o.out, "new folder")->required();
      },
      export_ledger);
  verb<RestoreOptions>(app, shell, "restore", "Put a backup back into a new folder",
                       "halligan restore --from /backup --dir /var/lib/halligan --root-key-file "
                       "root.key --known kept-checkpoint",
                       describe_restore, restore);
  add_key_verbs(family(app, "key", "Keys: check, rotate, rotate-signing"), shell);
}

}  // namespace halligan::cli
