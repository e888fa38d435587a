// recorded_disk.h - what a process asked of the disk, and what a power cut may leave of it.
//
// While a recording runs, the calls of this very program that change files are written down (they
// stand in for those of the C library, SQLite's among them). A power cut after any of them leaves
// what was synced, and of the rest what the disk likes: single sectors of a write, in any order;
// names as far as the folder's journal came, whether or not the data had come before. Nothing else
// is assumed of the file system.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace halligan::power {

using Path = std::filesystem::path;

struct Call {
  enum class Kind { create, write, size, sync, sync_folder, rename, remove, note };
  Kind kind = Kind::note;
  std::string name{};    // of the file in the folder
  std::string to{};      // of a rename
  std::uint64_t at = 0;  // of a write; of `size` the new size, of a note whatever it notes
  std::string bytes{};
};

// Records what happens to the files of one folder, until it goes. One at a time.
class Recording {
 public:
  explicit Recording(const Path& folder);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  static void note(std::uint64_t what);  // stands between the calls that came before and after it
  std::vector<Call> calls() const;
};

// The choice among what a cut may leave: a number below `n`.
using Chance = std::function<std::uint64_t(std::uint64_t n)>;
enum class Leaves { nothing, everything, some };  // of what was not synced

// The files of a folder, by name.
using Files = std::map<std::string, std::string>;
Files files_of(const Path& folder);
void put(const Files& files, const Path& folder);  // and nothing else in it

// What is there when the power is cut after the first `count` calls.
Files after_cut(const Files& before, const std::vector<Call>& calls, std::size_t count,
                Leaves leaves, const Chance& chance);

}  // namespace halligan::power
