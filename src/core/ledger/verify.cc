// verify.cc - one walk over the tree, from its right edge down, entries in their order.
#include "core/ledger/verify.h"

#include <algorithm>

#include "core/ledger/blame.h"
#include "core/ledger/chain_check.h"
#include "core/ledger/log_files.h"
#include "core/ledger/merkle.h"
#include "core/ledger/note_check.h"
#include "core/ledger/salvage.h"
#include "core/ledger/suspect.h"

namespace halligan::ledger {
namespace {

// What the files below one hash of a tile hash to. The leaves are kept only of a tile of level 0.
struct Below {
  std::optional<Hash> root;
  std::vector<Hash> leaves;
};

// A tile with what is under it: child tiles, or the entries of its bundle.
struct Loaded {
  TileName tile;
  std::vector<std::optional<Hash>> stored;
  std::vector<Below> children;  // level 1 and above
  Bytes bundle;                 // level 0: owns the bytes of `entries`
  bool has_bundle = false;
  Salvaged entries;
};

struct Earlier {
  std::string name;
  TreeHead head;
  std::optional<Hash> root;  // what this log has at that size
};

Hash tile_root(std::span<const Hash> hashes) {
  Frontier frontier;
  for (const Hash& hash : hashes) frontier.append(hash);
  return frontier.root();
}

std::string plural(std::uint64_t first, std::uint64_t last) {
  if (first == last) return "entry " + std::to_string(first);
  return "entries " + std::to_string(first) + " to " + std::to_string(last);
}

class LogVerifier {
 public:
  LogVerifier(LogReader& reader, const VerifyOptions& options, std::vector<Earlier> earlier)
      : options_(options),
        files_(reader),
        note_(files_, options.key),
        earlier_(std::move(earlier)) {}

  Result<VerifyReport> run();

 private:
  Below visit(const TileName& tile, const std::optional<Hash>& expected);
  Loaded load(const TileName& tile);
  void load_bundle(Loaded& loaded);
  std::vector<Slot> slots_of(const Loaded& loaded) const;
  void settle(const Loaded& loaded, std::span<const Slot> slots, std::span<const Blame> blame);
  void settle_child(const Loaded& loaded, std::size_t i, const Slot& slot, Blame blame);
  void settle_entry(const Loaded& loaded, std::size_t i, const Slot& slot, Blame blame);
  std::optional<Hash> check_edge();
  void suspect_edge(std::span<const Slot> slots, std::span<const unsigned> levels);
  void leaf(const std::optional<Hash>& hash);
  void judge_earlier(bool proven);
  void report_suspects();
  bool report_explained(const Suspect& suspect);
  void report_chains();
  void report_undecided();
  void report(Trouble kind, std::string place, std::string what);

  std::string bundle_of(std::uint64_t entry) const;
  std::string place_of(std::uint64_t entry) const {
    return "entry " + std::to_string(entry) + " (" + bundle_of(entry) + ")";
  }

  const VerifyOptions& options_;
  LogFiles files_;
  NoteCheck note_;
  std::vector<Earlier> earlier_;  // by size
  VerifyReport report_;
  ChainCheck chain_;
  std::vector<Suspect> suspects_;
  std::vector<std::uint64_t> undecided_;
  std::vector<bool> explained_;  // findings of the chain that a suspect has used up
  Frontier frontier_;            // kept only while an earlier checkpoint is still to come
  bool leaves_known_ = true;
};

void LogVerifier::report(Trouble kind, std::string place, std::string what) {
  if (report_.problems.size() < problems_max)
    report_.problems.push_back({.kind = kind, .place = std::move(place), .what = std::move(what)});
  else
    ++report_.more_problems;
}

std::string LogVerifier::bundle_of(std::uint64_t entry) const {
  const std::uint64_t index = entry / tile_width;
  const auto width = std::min<std::uint64_t>(tile_width, note_.size() - index * tile_width);
  return path_of({.entries = true, .index = index, .width = static_cast<unsigned>(width)});
}

// --- reading ---------------------------------------------------------------------------------

Loaded LogVerifier::load(const TileName& tile) {
  Loaded out{.tile = tile, .stored = {}, .children = {}, .bundle = {}, .entries = {}};
  const auto file = files_.get_tile(tile);
  out.stored = split_hashes(file ? ByteView{file->bytes} : ByteView{}, tile.width);
  const std::size_t bytes = (file && file->whole_tile ? tile_width : tile.width) * sizeof(Hash);
  if (files_.fault()) return out;
  if (!file)
    report(Trouble::missing, path_of(tile), "it is not there");
  else if (file->bytes.size() != bytes)
    report(Trouble::form, path_of(tile),
           "it has " + std::to_string(file->bytes.size()) + " bytes where " +
               std::to_string(bytes) + " belong");
  if (tile.level == 0) {
    load_bundle(out);
    return out;
  }
  for (unsigned i = 0; i < tile.width; ++i)
    out.children.push_back(
        visit({.level = tile.level - 1, .index = tile.index * tile_width + i}, out.stored[i]));
  return out;
}

void LogVerifier::load_bundle(Loaded& loaded) {
  const TileName name{.entries = true, .index = loaded.tile.index, .width = loaded.tile.width};
  const std::uint64_t first = name.index * tile_width;
  loaded.entries.slots.resize(name.width);
  if (options_.hashes_only) return;
  auto file = files_.get_tile(name);
  if (files_.fault()) return;
  loaded.has_bundle = file.has_value();
  if (!file) {
    report(Trouble::missing, path_of(name),
           "it is not there: " + plural(first, first + name.width - 1));
    return;
  }
  loaded.bundle = std::move(file->bytes);
  loaded.entries = salvage(loaded.bundle, loaded.stored);
  const std::uint64_t allowed = file->whole_tile ? tile_width - name.width : 0;
  if (loaded.entries.surplus > allowed)
    report(
        Trouble::form, path_of(name),
        std::to_string(loaded.entries.surplus - allowed) + " pieces in it are entries of no index");
  if (options_.progress) options_.progress(first + name.width, note_.size());
}

std::vector<Slot> LogVerifier::slots_of(const Loaded& loaded) const {
  std::vector<Slot> slots(loaded.stored.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    slots[i].stored = loaded.stored[i];
    if (loaded.tile.level != 0)
      slots[i].below = loaded.children[i].root;
    else if (loaded.entries.slots[i].present())
      slots[i].below = loaded.entries.slots[i].leaf;
  }
  return slots;
}

Below LogVerifier::visit(const TileName& tile, const std::optional<Hash>& expected) {
  if (files_.fault()) return {};
  const Loaded loaded = load(tile);
  if (files_.fault()) return {};
  const auto slots = slots_of(loaded);
  const auto judgement =
      judge(slots, tile_root, [&](const Hash& root) { return root == expected; });
  settle(loaded, slots, judgement.blame);
  Below below{.root = judgement.root, .leaves = {}};
  if (tile.level == 0 && judgement.root && !judgement.proven)
    for (const Slot& slot : slots) below.leaves.push_back(slot.stored ? *slot.stored : *slot.below);
  return below;
}

// --- deciding --------------------------------------------------------------------------------

void LogVerifier::settle(const Loaded& loaded, std::span<const Slot> slots,
                         std::span<const Blame> blame) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (loaded.tile.level == 0)
      settle_entry(loaded, i, slots[i], blame[i]);
    else
      settle_child(loaded, i, slots[i], blame[i]);
  }
}

void LogVerifier::settle_child(const Loaded& loaded, std::size_t i, const Slot& slot, Blame blame) {
  const unsigned shift = 8 * loaded.tile.level;
  const std::uint64_t index = loaded.tile.index * tile_width + i;
  const std::uint64_t first = index << shift;
  const std::uint64_t last = ((index + 1) << shift) - 1;
  const std::string here = path_of(loaded.tile) + " hash " + std::to_string(i);
  const std::string child = path_of({.level = loaded.tile.level - 1, .index = index});
  switch (blame) {
    case Blame::none: return;
    case Blame::stored:
      return report(
          Trouble::tile, here + " (" + plural(first, last) + ")",
          "it was changed: " + child + " is proven by the checkpoint and hashes to another value");
    case Blame::below:
      suspects_.push_back(
          {.first = first,
           .last = last,
           .place = plural(first, last) + " (" + child + ")",
           .what = "entries and hashes were changed together: they agree with each other "
                   "but not with " +
                   here,
           .expected = *slot.stored,
           .left = {},
           .first_leaf = first,
           .leaves = loaded.children[i].leaves});
      return;
    case Blame::undecided:
      return report(Trouble::tree, here + " or " + child + " (" + plural(first, last) + ")",
                    "they disagree, and nothing left says which is wrong");
  }
}

void LogVerifier::settle_entry(const Loaded& loaded, std::size_t i, const Slot& slot, Blame blame) {
  const std::uint64_t index = loaded.tile.index * tile_width + i;
  const SalvagedEntry& entry = loaded.entries.slots[i];
  const std::string hash_place = path_of(loaded.tile) + " hash " + std::to_string(i) + " (entry " +
                                 std::to_string(index) + ")";
  leaf(blame == Blame::undecided ? std::nullopt
       : blame == Blame::stored  ? slot.below
       : slot.stored             ? slot.stored
                                 : slot.below);
  if (!entry.present()) {
    if (loaded.has_bundle) report(Trouble::missing, place_of(index), "it is not in its bundle");
    return chain_.lost(slot.stored);
  }
  if (blame == Blame::below) {
    std::string what = "its bytes are not what was logged: they do not have the leaf hash in " +
                       path_of(loaded.tile) + ", which the checkpoint proves";
    if (entry.moved_from)
      what += "; these are the bytes of entry " +
              std::to_string(loaded.tile.index * tile_width + *entry.moved_from);
    report(Trouble::entry, place_of(index), what);
    return chain_.lost(slot.stored);
  }
  if (blame == Blame::undecided) {
    undecided_.push_back(index);
    return chain_.undecided(index, *slot.below, *slot.stored);
  }
  if (blame == Blame::stored)
    report(Trouble::tile, hash_place,
           "it was changed: the entry is proven by the checkpoint and hashes to another value");
  const auto clear = read_clear(entry.bytes);
  if (!clear) {
    report(Trouble::form, place_of(index), "it is not an entry of format 1");
    return chain_.lost(entry.leaf);
  }
  ++report_.entries;
  chain_.good(index, *clear, entry.leaf);
}

// The hashes of the right edge are judged together: only all of them make the root.
std::optional<Hash> LogVerifier::check_edge() {
  std::vector<Loaded> edge;
  std::vector<Slot> slots;
  std::vector<unsigned> levels;
  for (const TileName& tile : edge_tiles(note_.size())) {
    edge.push_back(load(tile));
    if (files_.fault()) return std::nullopt;
    const auto more = slots_of(edge.back());
    slots.insert(slots.end(), more.begin(), more.end());
    levels.insert(levels.end(), more.size(), 8 * tile.level);
  }
  const auto root_of = [&](std::span<const Hash> hashes) {
    Frontier frontier;
    for (std::size_t i = 0; i < hashes.size(); ++i) frontier.append_subtree(levels[i], hashes[i]);
    return frontier.root();
  };
  const auto judgement =
      judge(slots, root_of, [&](const Hash& root) { return note_.accepts(root); });
  std::size_t base = 0;
  for (const Loaded& loaded : edge) {
    const std::size_t width = loaded.stored.size();
    settle(loaded, std::span{slots}.subspan(base, width),
           std::span{judgement.blame}.subspan(base, width));
    base += width;
  }
  judge_earlier(judgement.proven);
  if (note_.trusted() && judgement.root && !judgement.proven) suspect_edge(slots, levels);
  return judgement.root;
}

// All files agree with each other, but not with the signed root. Earlier checkpoints narrow it
// down.
void LogVerifier::suspect_edge(std::span<const Slot> slots, std::span<const unsigned> levels) {
  if (note_.size() == 0)
    return report(Trouble::checkpoint, "checkpoint line 3",
                  "it was signed, but it is not the root of an empty log");
  Suspect suspect{
      .first = 0,
      .last = note_.size() - 1,
      .what =
          "files were changed together: they agree with each other, but their root is not "
          "the one in checkpoint line 3, which is signed",
      .expected = note_.signed_head().root,
      .first_leaf = note_.size() / tile_width * tile_width};
  for (const Earlier& known : earlier_) {
    if (!known.root || known.head.size == 0) continue;
    if (*known.root == known.head.root)
      suspect.first = known.head.size;
    else
      suspect.last = std::min(suspect.last, known.head.size - 1);
  }
  if (suspect.first > suspect.last) suspect.first = 0;  // the checkpoints contradict each other
  suspect.place = plural(suspect.first, suspect.last);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Hash hash = slots[i].stored ? *slots[i].stored : *slots[i].below;
    if (levels[i] != 0)
      suspect.left.push_back({.level = levels[i], .root = hash});
    else
      suspect.leaves.push_back(hash);
  }
  suspects_.push_back(std::move(suspect));
}

// --- earlier checkpoints -----------------------------------------------------------------------

void LogVerifier::leaf(const std::optional<Hash>& hash) {
  if (earlier_.empty() || earlier_.back().head.size <= frontier_.size() || !leaves_known_) return;
  if (!hash) {
    leaves_known_ = false;
    return;
  }
  frontier_.append(*hash);
  for (Earlier& known : earlier_)
    if (known.head.size == frontier_.size()) known.root = frontier_.root();
}

void LogVerifier::judge_earlier(bool proven) {
  std::uint64_t agreed = 0;
  for (Earlier& known : earlier_) {
    const TreeHead& head = known.head;
    if (head.size == 0) known.root = empty_root();
    if (head.size > note_.size()) {
      report(Trouble::truncated, note_.trusted() ? "checkpoint line 2" : "checkpoint",
             "this log ends after " + std::to_string(note_.size()) + " entries, but " + known.name +
                 " knows " + std::to_string(head.size) + ": " +
                 plural(note_.size(), head.size - 1) + " cut off");
    } else if (known.root && *known.root == head.root) {
      agreed = head.size;
      ++report_.earlier;
    } else if (known.root && (proven || !note_.trusted()) && suspects_.empty()) {
      report(Trouble::fork, head.size == 0 ? known.name : plural(agreed, head.size - 1),
             "this log is not the one of " + known.name + ": its first " +
                 std::to_string(head.size) + " entries have another root");
    }
  }
}

// --- reporting ---------------------------------------------------------------------------------

Result<VerifyReport> LogVerifier::run() {
  report_.head = {.origin = options_.key.name, .size = note_.size(), .root = empty_root()};
  const auto root = check_edge();
  if (files_.fault()) return *files_.fault();
  if (root) report_.head.root = *root;
  for (auto& problem : note_.problems(root))
    report(problem.kind, std::move(problem.place), std::move(problem.what));
  explained_.assign(chain_.findings().size(), false);
  report_suspects();
  report_undecided();
  report_chains();
  report_.patients = chain_.patients();
  report_.files = files_.count();
  report_.first = chain_.first();
  report_.last = chain_.last();
  return std::move(report_);
}

void LogVerifier::report_suspects() {
  for (const Suspect& suspect : suspects_)
    if (!report_explained(suspect)) report(Trouble::tree, suspect.place, suspect.what);
}

// A later entry names the leaf hash of its predecessor: if putting that back gives the signed
// value, the predecessor is what was changed.
bool LogVerifier::report_explained(const Suspect& suspect) {
  for (std::size_t i = 0; i < chain_.findings().size(); ++i) {
    const ChainFinding& finding = chain_.findings()[i];
    if (!finding.claim || !explains(suspect, *finding.before, *finding.claim)) continue;
    explained_[i] = true;
    report(Trouble::entry, place_of(*finding.before),
           "it and its hash in the tile were changed together: with the leaf hash that entry " +
               std::to_string(finding.entry) + " names for it, the tree is the signed one");
    return true;
  }
  return false;
}

void LogVerifier::report_chains() {
  for (std::size_t i = 0; i < chain_.findings().size(); ++i) {
    const ChainFinding& finding = chain_.findings()[i];
    if (explained_[i]) continue;
    std::string place = place_of(finding.entry);
    if (finding.claim) place = place_of(*finding.before).append(" or ").append(place);
    report(finding.time ? Trouble::time : Trouble::chain, std::move(place), finding.what);
  }
}

void LogVerifier::report_undecided() {
  for (const std::uint64_t index : undecided_) {
    const TileName tile = *parse_tile_path(bundle_of(index));
    const std::string hash = path_of({.index = tile.index, .width = tile.width}) + " hash " +
                             std::to_string(index % tile_width);
    const auto entry_right = chain_.entry_is_right(index);
    if (!entry_right)
      report(Trouble::tree, place_of(index) + " or " + hash,
             "they disagree, and nothing left says which is wrong");
    else if (*entry_right)
      report(Trouble::tile, hash, "it was changed: the patient's next entry confirms the entry");
    else
      report(Trouble::entry, place_of(index),
             "it was changed: the patient's next entry confirms its tile");
  }
}

OpenedCheckpoint open_earlier(const std::string& note, const VerifyOptions& options) {
  auto opened = open_checkpoint(note, options.key);
  for (const auto& older : options.older_keys)
    if (opened.error == NoteError::unknown_signer) opened = open_checkpoint(note, older);
  return opened;
}

}  // namespace

const char* name_of(Trouble kind) {
  switch (kind) {
    case Trouble::missing: return "missing";
    case Trouble::form: return "form";
    case Trouble::entry: return "entry";
    case Trouble::tile: return "tile";
    case Trouble::checkpoint: return "checkpoint";
    case Trouble::tree: return "tree";
    case Trouble::chain: return "chain";
    case Trouble::time: return "time";
    case Trouble::truncated: return "truncated";
    case Trouble::fork: return "fork";
  }
  base::stop("trouble outside its enum", __FILE__, __LINE__);
}

Result<VerifyReport> verify_log(LogReader& reader, const VerifyOptions& options) {
  std::vector<Earlier> earlier;
  for (const auto& older : options.older_keys)
    if (older.name != options.key.name)
      return Fault{FaultCode::bad_input, "the keys are not of one log: one is of " +
                                             options.key.name + ", another of " + older.name};
  for (const auto& [name, note] : options.earlier) {
    const auto opened = open_earlier(note, options);
    if (opened.error != NoteError::none)
      return Fault{FaultCode::bad_input,
                   name + " is not a checkpoint signed by this log's key: line " +
                       std::to_string(opened.line) +
                       (opened.error == NoteError::unknown_signer
                            ? "; if it is from before the key was changed, give the key of then too"
                            : "")};
    earlier.push_back({.name = name, .head = opened.head, .root = {}});
  }
  std::stable_sort(earlier.begin(), earlier.end(),
                   [](const Earlier& a, const Earlier& b) { return a.head.size < b.head.size; });
  return LogVerifier{reader, options, std::move(earlier)}.run();
}

}  // namespace halligan::ledger
