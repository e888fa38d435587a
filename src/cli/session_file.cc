#include "cli/session_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace halligan::cli {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

Fault cannot_write(const std::string& path) {
  return {FaultCode::disk_failed, "cannot write the session file " + path};
}

Result<Unit> write_new(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return cannot_write(path);
  const ssize_t wrote = ::write(file, text.data(), text.size());
  const bool closed = ::close(file) == 0;
  if (!closed || wrote != static_cast<ssize_t>(text.size())) return cannot_write(path);
  return Unit{};
}

}  // namespace

Result<std::optional<KeptSession>> load_session(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return std::optional<KeptSession>{};
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return Fault{FaultCode::bad_input, "the session file " + path +
                                           " can be read by others; remove it and sign in again"};
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  boost::system::error_code wrong;
  const json::value parsed = json::parse(text.str(), wrong);
  if (wrong || !parsed.is_object())
    return Fault{FaultCode::bad_input,
                 "the session file " + path + " is damaged; remove it and sign in again"};
  const json::object& object = parsed.get_object();
  return std::optional<KeptSession>{KeptSession{
      .server = text_of(object, "server"),
      .fingerprint = text_of(object, "fingerprint"),
      .ca_file = text_of(object, "ca_file"),
      .staff = text_of(object, "staff"),
      .token = Sealed<std::string>{text_of(object, "token")},
      .glass_patient = text_of(object, "glass_patient"),
      .glass = text_of(object, "glass"),
  }};
}

Result<Unit> keep_session(const std::string& path, const KeptSession& session) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code wrong;
  if (!folder.empty() && !std::filesystem::exists(folder, wrong)) {
    std::filesystem::create_directories(folder.parent_path(), wrong);
    if (::mkdir(folder.c_str(), 0700) != 0) return cannot_write(path);
  }
  const json::object object{{"server", session.server},
                            {"fingerprint", session.fingerprint},
                            {"ca_file", session.ca_file},
                            {"staff", session.staff},
                            {"token", session.token.reveal()},
                            {"glass_patient", session.glass_patient},
                            {"glass", session.glass}};
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  if (const Result<Unit> wrote = write_new(fresh, json::serialize(object) + "\n"); !wrote)
    return wrote.fault();
  if (::rename(fresh.c_str(), path.c_str()) != 0) return cannot_write(path);
  return Unit{};
}

void forget_session(const std::string& path) { ::unlink(path.c_str()); }

}  // namespace halligan::cli
