// merkle.cc - the RFC 6962 tree, appended to and proved from without recomputing anything.
#include "core/ledger/merkle.h"

#include <bit>

#include "base/crypto.h"
#include "base/must.h"

namespace halligan::ledger {
namespace {

// The largest power of two below n, for n > 1: where RFC 6962 splits n leaves.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

// MTH of the leaves [begin, begin + n), n > 0; begin is a multiple of the full subtrees it is made
// of.
Hash range_root(const Tree& tree, std::uint64_t begin, std::uint64_t n) {
  if (std::has_single_bit(n)) {
    const auto level = static_cast<unsigned>(std::countr_zero(n));
    return tree.subtree(level, begin >> level);
  }
  const std::uint64_t k = split_of(n);
  return node_hash(range_root(tree, begin, k), range_root(tree, begin + k, n - k));
}

}  // namespace

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 65> node{};
  node[0] = 0x01;
  std::copy(left.begin(), left.end(), node.begin() + 1);
  std::copy(right.begin(), right.end(), node.begin() + 33);
  return crypto::sha256(node);
}

Hash empty_root() { return crypto::sha256(ByteView{}); }

void Frontier::append(const Hash& leaf) { append_subtree(0, leaf); }

void Frontier::append_subtree(unsigned level, const Hash& root) {
  MUST(level < 64 && size_ % (std::uint64_t{1} << level) == 0);
  Hash merged = root;
  for (std::uint64_t rest = size_ >> level; (rest & 1) != 0; rest >>= 1) {
    merged = node_hash(peaks_.back(), merged);
    peaks_.pop_back();
  }
  peaks_.push_back(merged);
  size_ += std::uint64_t{1} << level;
}

Hash Frontier::root() const {
  if (peaks_.empty()) return empty_root();
  Hash root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i], root);
  return root;
}

void Tree::append(const Hash& leaf) {
  Hash hash = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back(*pages_);
    auto& row = levels_[level];
    row.push_back(hash);
    if (row.size() % 2 != 0) return;
    hash = node_hash(row[row.size() - 2], row[row.size() - 1]);
  }
}

std::uint64_t Tree::size() const { return levels_.empty() ? 0 : levels_[0].size(); }

Hash Tree::leaf(std::uint64_t index) const { return subtree(0, index); }

Hash Tree::subtree(unsigned level, std::uint64_t index) const {
  MUST(level < levels_.size() && index < levels_[level].size());
  return levels_[level][index];
}

Hash Tree::root_at(std::uint64_t size) const {
  MUST(size <= this->size());
  return size == 0 ? empty_root() : range_root(*this, 0, size);
}

std::vector<Hash> Tree::inclusion(std::uint64_t index, std::uint64_t size) const {
  MUST(index < size && size <= this->size());
  std::vector<Hash> down;  // from the root's child to the leaf's sibling
  for (std::uint64_t begin = 0, n = size; n > 1;) {
    const std::uint64_t k = split_of(n);
    if (index - begin < k) {
      down.push_back(range_root(*this, begin + k, n - k));
      n = k;
    } else {
      down.push_back(range_root(*this, begin, k));
      begin += k;
      n -= k;
    }
  }
  return {down.rbegin(), down.rend()};
}

std::vector<Hash> Tree::consistency(std::uint64_t from, std::uint64_t to) const {
  MUST(from <= to && to <= size());
  if (from == 0 || from == to) return {};
  std::vector<Hash> down;
  std::uint64_t begin = 0;
  std::uint64_t n = to;
  for (std::uint64_t m = from; m != n;) {  // SUBPROOF(m, D[begin:begin+n], begin == 0)
    const std::uint64_t k = split_of(n);
    if (m <= k) {
      down.push_back(range_root(*this, begin + k, n - k));
      n = k;
    } else {
      down.push_back(range_root(*this, begin, k));
      begin += k;
      m -= k;
      n -= k;
    }
  }
  // The verifier holds the root of the whole old tree already, of a part of it not.
  if (begin != 0) down.push_back(range_root(*this, begin, n));
  return {down.rbegin(), down.rend()};
}

// RFC 9162 section 2.1.3.2.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

// RFC 9162 section 2.1.4.2; an empty tree is consistent with every tree.
bool verify_consistency(std::uint64_t from, const Hash& from_root, std::uint64_t to,
                        const Hash& to_root, std::span<const Hash> proof) {
  if (from > to) return false;
  if (from == to) return proof.empty() && from_root == to_root;
  if (from == 0) return proof.empty() && from_root == empty_root();
  std::vector<Hash> path;
  if (std::has_single_bit(from)) path.push_back(from_root);
  path.insert(path.end(), proof.begin(), proof.end());
  if (path.empty()) return false;
  std::uint64_t node = from - 1;
  std::uint64_t last = to - 1;
  for (; (node & 1) != 0; node >>= 1) last >>= 1;
  Hash old_hash = path[0];
  Hash new_hash = path[0];
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = node_hash(path[i], old_hash);
      new_hash = node_hash(path[i], new_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == from_root && new_hash == to_root;
}

}  // namespace halligan::ledger
