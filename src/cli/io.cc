#include "cli/io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <thread>

namespace halligan::cli {
namespace {

// Holds the terminal with its echo off and gives it back as it was.
class Quiet {
 public:
  Quiet(int terminal, bool hidden) : terminal_(terminal) {
    if (!hidden || tcgetattr(terminal_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  ~Quiet() {
    if (changed_) tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

void say(int terminal, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(terminal, text.data(), text.size());
    if (wrote <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::optional<std::string> ask_terminal(const std::string& prompt, bool hidden) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return std::nullopt;
  std::optional<std::string> answer;
  {
    const Quiet quiet(terminal, hidden);
    say(terminal, prompt);
    std::string line;
    char next = 0;
    while (::read(terminal, &next, 1) == 1) {
      if (next == '\n') {
        answer = line;
        break;
      }
      line += next;
    }
    if (hidden) say(terminal, "\n");
  }
  ::close(terminal);
  return answer;
}

bool terminal_answers() {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

}  // namespace

Io real_io() {
  return Io{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .asks = ::isatty(STDERR_FILENO) == 1 && terminal_answers(),
      .shows_progress = ::isatty(STDERR_FILENO) == 1,
      .ask = ask_terminal,
      .environment = [](const std::string& name) -> std::optional<std::string> {
        const char* found = std::getenv(name.c_str());
        if (found == nullptr || *found == '\0') return std::nullopt;
        return std::string(found);
      },
      .now = [] { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); },
      .wait = [](Millis span) { std::this_thread::sleep_for(span); },
      .exchange = exchange,
  };
}

Result<std::string> read_file(const Io& io, const std::string& path) {
  if (path == "-")
    return std::string{std::istreambuf_iterator<char>(io.in), std::istreambuf_iterator<char>()};
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()) || file.bad())
    return Fault{FaultCode::not_found, "cannot read " + path};
  return std::move(text).str();
}

Result<Secret> read_secret(const Io& io, const std::string& path) {
  std::string line;
  if (path == "-") {
    // One line only: several secrets can follow each other on standard input.
    if (!std::getline(io.in, line)) return Fault{FaultCode::bad_input, "standard input has ended"};
  } else {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0)
      return Fault{FaultCode::not_found, "cannot read " + path};
    if (S_ISREG(about.st_mode) && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      return Fault{FaultCode::bad_input,
                   path + " can be read by others on this machine; chmod 600 " + path};
    Result<std::string> text = read_file(io, path);
    if (!text) return text.fault();
    line = text->substr(0, text->find('\n'));
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) return Fault{FaultCode::bad_input, "the first line of " + path + " is empty"};
  return Secret{line};
}

Result<Secret> obtain_secret(const Io& io, const std::string& path, const std::string& prompt,
                             const std::string& option) {
  if (!path.empty()) return read_secret(io, path);
  if (io.asks) {
    const std::optional<std::string> typed = io.ask(prompt + ": ", true);
    if (typed && !typed->empty()) return Secret{*typed};
  }
  return Fault{FaultCode::bad_input, "no terminal to ask on; give " + option +
                                         " FILE (- reads one line of standard input)"};
}

}  // namespace halligan::cli
