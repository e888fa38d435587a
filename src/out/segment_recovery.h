// segment_recovery.h - what is in a folder of segments: the entries, a torn tail, or damage.
//
// Reads only. How a torn tail is told from damage is in spec/segment-format.md, section 4.
#pragma once

#include <vector>

#include "out/posix_file.h"
#include "out/segment_format.h"

namespace halligan::out::segment {

struct OpenSegment {
  Header header;
  Fd file;
  Path path;
};

// The end of the last segment.
struct Tail {
  std::uint32_t offset = 0;      // where the next frame goes
  std::uint32_t last_frame = 0;  // where the last whole frame starts, or `offset` if there is none
  std::uint32_t previous = 0;    // checksum of the last frame
  bool torn = false;             // what lies behind `offset` is the rest of an unfinished write
};

struct Recovered {
  std::vector<OpenSegment> segments;
  std::vector<Place> places;  // one for each entry
  Tail tail;
};

std::string segment_name(std::uint32_t number);  // "00000007.segment"

// Fault not_found where the folder holds no store, ledger_damaged where an acknowledged entry may
// be missing or spoiled.
Result<Recovered> recover(const Path& folder);

}  // namespace halligan::out::segment
