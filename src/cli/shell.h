// shell.h - the command line: one word, one thing done, one exit code.
//
// Speaks HTTP as a named person. What needs the server's own parts (serve, init, export, key)
// is handed in as Parts by src/bin.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/io.h"

namespace halligan::cli {

enum class Exit : int {
  done = 0,
  refused = 1,  // deny, a verdict of glass, tampering found, any other "no"
  usage = 2,
  not_signed_in = 3,  // or a fresh code is needed
  unreachable = 4,    // no server, or it is in trouble
};

struct ServeOptions {
  std::string dir;
  std::string listen = "127.0.0.1:8443";
  bool plain_http = false;
  std::string certificate;  // PEM; empty: self-made, kept in dir
  std::string private_key;
  std::string upstream;  // base URL of the FHIR server
  std::string upstream_token_file;
  std::string upstream_ca;
  std::string root_key_file;              // empty: the one in dir
  std::uint64_t snapshot_every = 50'000;  // entries
  std::string backup;                     // folder that follows the ledger; empty: none
  std::string backup_every = "1h";        // "0": when asked
  std::string public_url;                 // how clients reach us; empty: from listen
  std::string identity_ca;                // vouches for providers and directories; empty: system's
  bool ask_certificates = false;          // of clients: terminals, and credentials bound to one
};

struct Officer {
  std::string staff;
  std::string name;
  Secret password;
  std::string totp_base32;  // empty: init makes one
};

struct InitOptions {
  std::string dir;
  std::string origin;
  std::string hospital;
  std::string policy_file;
  std::vector<Officer> officers;  // two, different
};

struct ExportOptions {
  std::string dir;
  std::string out;
};

struct RestoreOptions {
  std::string from;                // folder of a backup
  std::string dir;                 // new
  std::string root_key_file;       // one of the two root keys
  std::vector<std::string> known;  // files with checkpoints that others kept
  std::string erased_file;         // ids of keys that were destroyed since the backup
  std::string new_origin;  // where a later checkpoint is known: how the log is called from now on
};

struct KeyCheckOptions {
  std::string dir;
  std::string recovery_file;  // empty: the operational key
  std::string root_key_file;  // empty: the one in dir
};

struct KeyRotateOptions {
  std::string dir;
  std::string recovery_file;
  std::string root_key_file;  // where the operational key is to stand; empty: in dir
};

struct KeyRotateSigningOptions {
  std::string dir;
  std::string root_key_file;  // empty: the one in dir
};

struct PolicyFileOptions {
  std::string file;
  bool json = false;
};

// Each returns an exit code; one that is not set makes its verb say that this build has no such
// part.
struct Parts {
  std::function<int(const ServeOptions&, const Io&)> serve;
  std::function<int(const InitOptions&, const Io&)> init;
  std::function<int(const ExportOptions&, const Io&)> export_ledger;
  std::function<int(const KeyCheckOptions&, const Io&)> key_check;
  std::function<int(const RestoreOptions&, const Io&)> restore;
  std::function<int(const KeyRotateOptions&, const Io&)> key_rotate;
  std::function<int(const KeyRotateSigningOptions&, const Io&)> key_rotate_signing;
};

int run(int argc, const char* const* argv, const Io& io, const Parts& parts);

}  // namespace halligan::cli
