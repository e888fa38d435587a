// figures.h - what the measuring programs share: ranks of samples, and figures kept for pictures.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace halligan::bench {

inline double at_rank(std::vector<double>& values, double rank) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(rank * static_cast<double>(values.size() - 1))];
}

// Appends "series <tab> x <tab> y" to a file, for benchmarks/draw.py; without a file it does
// nothing.
class Figures {
 public:
  explicit Figures(const char* path) : file_(path == nullptr ? nullptr : std::fopen(path, "a")) {}
  ~Figures() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Figures(const Figures&) = delete;
  Figures& operator=(const Figures&) = delete;
  void add(const std::string& series, double x, double y) const {
    if (file_ != nullptr) std::fprintf(file_, "%s\t%g\t%g\n", series.c_str(), x, y);
  }

 private:
  std::FILE* file_;
};

}  // namespace halligan::bench
