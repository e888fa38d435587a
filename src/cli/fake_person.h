// fake_person.h - for tests: a person's terminal, environment and clock, and a server of scripted
// answers.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/shell.h"

namespace halligan::cli {

struct FakePerson {
  std::filesystem::path folder;
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  std::vector<std::string> typed;  // what is answered to each question in turn
  std::map<std::string, std::string> environment;
  std::vector<Request> asked;  // what reached the server
  std::vector<Target> targets;
  std::vector<Result<Answer>> answers;  // what it says, in turn
  Instant now{Millis{1'800'000'000'000}};
  Parts parts;

  explicit FakePerson(const std::string& name)
      : folder(std::filesystem::temp_directory_path() /
               ("halligan_cli_" + name + "_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    environment["HALLIGAN_SESSION"] = (folder / "kept" / "session").string();
  }
  ~FakePerson() { std::filesystem::remove_all(folder); }
  FakePerson(const FakePerson&) = delete;
  FakePerson& operator=(const FakePerson&) = delete;

  void answer(int status, const std::string& body,
              const std::map<std::string, std::string>& headers = {}) {
    answers.emplace_back(Answer{.status = status, .headers = headers, .body = body});
  }

  int run(const std::vector<std::string>& words) {
    out.str("");
    err.str("");
    std::vector<const char*> argv{"halligan"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    const Io io{
        .in = in,
        .out = out,
        .err = err,
        .asks = !typed.empty(),
        .shows_progress = false,
        .ask = [this](const std::string&, bool) -> std::optional<std::string> {
          if (typed.empty()) return std::nullopt;
          std::string line = typed.front();
          typed.erase(typed.begin());
          return line;
        },
        .environment = [this](const std::string& name) -> std::optional<std::string> {
          const auto found = environment.find(name);
          if (found == environment.end()) return std::nullopt;
          return found->second;
        },
        .now = [this] { return now; },
        .wait = [this](Millis span) { now += span; },
        .exchange = [this](const Target& target, const Request& request) -> Result<Answer> {
          targets.push_back(target);
          asked.push_back(request);
          if (answers.empty()) return Fault{FaultCode::upstream_unreachable, "nobody there"};
          Result<Answer> next = answers.front();
          answers.erase(answers.begin());
          return next;
        },
    };
    return cli::run(static_cast<int>(argv.size()), argv.data(), io, parts);
  }

  // A session as sign-in leaves it, without going through it.
  void signed_in() {
    answer(201, R"({"token":"t0ken","session":"s-1","staff":"a.osei","name":"Ama Osei",)"
                R"("roles":["physician"],"place":null,"terminal":null,)"
                R"("until":"2027-01-15T20:00:00Z","idle_seconds":1800})");
    typed = {"correct horse", "123456"};
    run({"sign-in", "a.osei"});
    asked.clear();
    targets.clear();
  }

  std::string write(const std::string& name, const std::string& text, bool others_read = false);
};

inline std::string FakePerson::write(const std::string& name, const std::string& text,
                                     bool others_read) {
  const std::filesystem::path path = folder / name;
  std::filesystem::remove(path);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file != nullptr) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }
  using std::filesystem::perms;
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write |
                                         (others_read ? perms::others_read : perms::none));
  return path.string();
}

}  // namespace halligan::cli
