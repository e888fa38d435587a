// merkle.h - the RFC 6962 tree over leaf hashes, kept incrementally.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/pages.h"

namespace halligan::ledger {

Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)
Hash empty_root();                                    // SHA-256 of nothing

// The right edge of a growing tree: enough to append and to know the root, not to prove.
class Frontier {
 public:
  void append(const Hash& leaf);
  // A full subtree of 2^level leaves at once. Precondition: the size is a multiple of 2^level.
  void append_subtree(unsigned level, const Hash& root);
  std::uint64_t size() const { return size_; }
  Hash root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // roots of the full subtrees, largest first
};

// A whole tree: every full subtree's hash (2n hashes, 64 bytes a leaf), so that any root of the
// past and any proof costs O(log n). Where they lie, `pages` says.
class Tree {
 public:
  explicit Tree(std::unique_ptr<Pages> pages = std::make_unique<HeapPages>())
      : pages_(std::move(pages)) {}
  void append(const Hash& leaf);
  std::uint64_t size() const;
  Hash leaf(std::uint64_t index) const;
  Hash root() const { return root_at(size()); }
  Hash root_at(std::uint64_t size) const;
  // The hash of the full subtree of 2^level leaves that starts at index * 2^level.
  Hash subtree(unsigned level, std::uint64_t index) const;
  // RFC 6962 section 2.1.1 and 2.1.2. Preconditions: index < size <= this size; from <= to <= size.
  std::vector<Hash> inclusion(std::uint64_t index, std::uint64_t size) const;
  std::vector<Hash> consistency(std::uint64_t from, std::uint64_t to) const;

 private:
  std::unique_ptr<Pages> pages_;
  std::vector<PagedList<Hash>> levels_;  // levels_[k][i]: full subtree of 2^k leaves
};

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root);
bool verify_consistency(std::uint64_t from, const Hash& from_root, std::uint64_t to,
                        const Hash& to_root, std::span<const Hash> proof);

}  // namespace halligan::ledger
