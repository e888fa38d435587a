// note_check.cc - the signature is evidence too: it tells which text it was made for.
#include "core/ledger/note_check.h"

#include <algorithm>
#include <sstream>

#include "core/ledger/merkle.h"

namespace halligan::ledger {
namespace {

Problem line_problem(unsigned line, std::string what) {
  return {.kind = Trouble::checkpoint,
          .place = "checkpoint line " + std::to_string(line),
          .what = std::move(what)};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The root that the hash tiles of the right edge say, nothing when one is missing.
std::optional<Hash> stored_root(LogFiles& files, std::uint64_t size) {
  Frontier frontier;
  for (const TileName& tile : edge_tiles(size)) {
    const auto file = files.get_tile(tile);
    if (!file) return std::nullopt;
    for (const auto& hash : split_hashes(file->bytes, tile.width)) {
      if (!hash) return std::nullopt;
      frontier.append_subtree(8 * tile.level, *hash);
    }
  }
  return frontier.root();
}

std::string why(NoteError error) {
  switch (error) {
    case NoteError::none: break;
    case NoteError::form: return "it is not of the form of a signed checkpoint";
    case NoteError::unknown_signer:
      return "no signature here is by the key that was given: it is another log's, or the log "
             "signs "
             "with another key now";
    case NoteError::bad_signature: return "the signature does not hold";
    case NoteError::other_origin: return "the origin is not the name of the key that was given";
  }
  return "it is not what was signed";
}

}  // namespace

NoteCheck::NoteCheck(LogFiles& files, const VerifierKey& key) : key_(key) {
  const auto bytes = files.get("checkpoint");
  present_ = bytes.has_value();
  if (present_) {
    reading_ = read_note(text_view(*bytes));
    opened_ = open_checkpoint(text_view(*bytes), key);
  }
  size_ = trusted() ? opened_.head.size : find_size(files);
}

// A size that nobody signed is believed only when the files reach just as far: otherwise one
// changed digit would send us looking for quintillions of entries.
std::uint64_t NoteCheck::find_size(LogFiles& files) const {
  if (reading_.size) {
    const auto root = stored_root(files, *reading_.size);
    if (root && signed_with(*reading_.size, *root)) return *reading_.size;
  }
  return files.extent();
}

bool NoteCheck::signed_with(std::uint64_t size, const Hash& root) const {
  const std::string text = checkpoint_text({.origin = key_.name, .size = size, .root = root});
  return std::any_of(reading_.signatures.begin(), reading_.signatures.end(), [&](const auto& made) {
    crypto::Signature signature{};
    if (made.signature.size() != signature.size()) return false;
    std::copy(made.signature.begin(), made.signature.end(), signature.begin());
    return crypto::verify(key_.key, view(text), signature);
  });
}

bool NoteCheck::accepts(const Hash& root) const {
  if (trusted()) return root == opened_.head.root;
  return (reading_.size == size_ && reading_.root == root) || signed_with(size_, root);
}

std::vector<Problem> NoteCheck::problems(const std::optional<Hash>& root) const {
  if (!present_)
    return {{.kind = Trouble::missing,
             .place = "checkpoint",
             .what = "it is not there: nothing is signed"}};
  if (trusted()) return {};
  if (root && signed_with(size_, *root)) return wrong_lines(*root);
  if (reading_.bad_line != 0) return {line_problem(reading_.bad_line, why(NoteError::form))};
  if (opened_.error != NoteError::other_origin && root && reading_.size == size_ &&
      reading_.root != root)
    return {
        line_problem(3, "the root is not that of the files, and the signature holds for neither")};
  if (opened_.error != NoteError::other_origin && root && reading_.size != size_)
    return {line_problem(2, "there are files for " + std::to_string(size_) +
                                " entries, and the signature does not hold for this size")};
  return {line_problem(opened_.line, why(opened_.error))};
}

// The signature holds for the tree of the files, so each line that differs from its text was
// changed.
std::vector<Problem> NoteCheck::wrong_lines(const Hash& root) const {
  const auto expected =
      lines_of(checkpoint_text({.origin = key_.name, .size = size_, .root = root}));
  const auto found = lines_of(reading_.text);
  std::vector<Problem> out;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i < found.size() && found[i] == expected[i]) continue;
    out.push_back(line_problem(
        static_cast<unsigned>(i + 1),
        "the signature was made for another text here, and the files confirm that one"));
    if (found.size() != expected.size()) break;  // from here on every line is shifted
  }
  if (out.empty() && found.size() > expected.size())
    out.push_back(line_problem(4, "this line was not signed"));
  if (out.empty() && reading_.bad_line != 0)
    out.push_back(line_problem(reading_.bad_line, why(NoteError::form)));
  if (out.empty()) out.push_back(line_problem(opened_.line, why(opened_.error)));
  return out;
}

}  // namespace halligan::ledger
