// verify.h - checks an exported or served log with its public key alone, and says where it is
// wrong.
//
// Needs no decryption key, holds one bundle and one tile of each level at a time (and one line for
// each patient), and costs a fixed number of hashes an entry.
// What it finds is named at the narrowest place that the surviving evidence allows: the signed root
// proves hash tiles, hash tiles prove entries, and where that does not suffice each patient's chain
// of previous-leaf hashes is asked.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "core/ledger/checkpoint.h"

namespace halligan::ledger {

// Where the files of a log are read from: "checkpoint", "tile/0/000.p/5", "tile/entries/000.p/5".
// Nothing means that there is no such file; a Fault, that it cannot be known.
class LogReader {
 public:
  virtual ~LogReader() = default;
  virtual Result<std::optional<Bytes>> get(const std::string& path) = 0;
};

enum class Trouble {
  missing,     // a file, or an entry of a bundle, is not there
  form,        // bytes that cannot be what they should be
  entry,       // an entry is not the one that was logged
  tile,        // a hash of a tile is not the one that was logged
  checkpoint,  // a line of the checkpoint is not the one that was signed
  tree,   // files that disagree, and nothing left says which is wrong; or agree, but not with the
          // root
  chain,  // a patient's entries do not follow one another
  time,   // an entry is older than the one before it
  truncated,  // an earlier checkpoint knows more entries
  fork,       // an earlier checkpoint knows other entries
};
const char* name_of(Trouble kind);

struct Problem {
  Trouble kind;
  std::string
      place;  // "entry 3 (tile/entries/000.p/5)", "tile/0/000.p/5 hash 2", "checkpoint line 2"
  std::string what;  // lower case, no full stop
};

struct EarlierCheckpoint {
  std::string name;  // for messages: where the caller has it from
  std::string note;
};

struct VerifyOptions {
  VerifierKey key;
  std::vector<EarlierCheckpoint> earlier;                               // promise P4
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;  // may be empty
  bool hashes_only = false;  // the entries are not to be had: checkpoint and tree alone
  // Keys that signed before a rotation. They open earlier checkpoints and nothing else: whoever
  // stole one must not be able to sign a log with it today.
  std::vector<VerifierKey> older_keys{};
};

struct VerifyReport {
  bool ok() const { return problems.empty(); }
  std::vector<Problem> problems;    // at most problems_max
  std::uint64_t more_problems = 0;  // counted, not kept
  TreeHead head;                    // as checked; its size is the number of entries looked for
  std::uint64_t entries = 0;        // entries that are there, whole and of the right form
  std::uint64_t patients = 0;
  std::uint64_t files = 0;
  std::uint64_t earlier = 0;  // earlier checkpoints that this log continues
  std::optional<Instant> first;
  std::optional<Instant> last;
};
inline constexpr std::size_t problems_max = 200;

// Fault bad_input when an earlier checkpoint is signed by none of the keys, or an older key is of
// another log; otherwise only the reader's Faults.
Result<VerifyReport> verify_log(LogReader& reader, const VerifyOptions& options);

}  // namespace halligan::ledger
