// session_file.cc - what lies where the command line keeps its session is a session or is refused;
// what is kept of it is read as the same; a complaint holds nothing of it.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/session_file.h"

namespace {

using namespace halligan;

void must(bool law) {
  if (!law) std::abort();
}

// A folder for this process, gone with it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "halligan-fuzz-XXXXXX").string();
    must(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file() const { return (path_ / "session").string(); }

 private:
  std::filesystem::path path_;
};

bool same(const cli::KeptSession& a, const cli::KeptSession& b) {
  return a.server == b.server && a.fingerprint == b.fingerprint && a.ca_file == b.ca_file &&
         a.staff == b.staff && a.token.reveal() == b.token.reveal() &&
         a.glass_patient == b.glass_patient && a.glass == b.glass;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::string path = folder.file();
  const std::string text{reinterpret_cast<const char*>(data), size};
  std::ofstream{path, std::ios::binary} << text;
  must(::chmod(path.c_str(), 0600) == 0);
  const auto read = cli::load_session(path);
  if (!read) {
    must(text.size() < 24 || read.fault().what.find(text) == std::string::npos);
    return 0;
  }
  must(read->has_value());
  must(cli::keep_session(path, **read).ok());
  const auto again = cli::load_session(path);
  must(again.ok() && again->has_value() && same(**read, **again));
  must(::chmod(path.c_str(), 0640) == 0);
  must(!cli::load_session(path).ok());
  return 0;
}
