// confine_test.cc - what a confined process can no longer do, tried in a child that then ends.
#include "bin/confine.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

namespace halligan::bin {
namespace {

// What `act` gives in a child process.
template <class Act>
int in_child(Act act) {
  const auto child = fork();
  if (child == 0) _exit(act());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int start_a_program() {
  execl("/bin/true", "true", nullptr);
  return errno;
}

TEST(Confine, NoProgramIsStarted) {
  EXPECT_EQ(in_child(start_a_program), 0) << "without it one is";
  EXPECT_EQ(in_child([] { return confine().ok() ? start_a_program() : -1; }), EPERM);
}

TEST(Confine, NorFromAThreadOrAChildOfItsOwn) {
  EXPECT_EQ(in_child([] {
              if (!confine()) return -1;
              int got = 0;
              std::thread{[&] { got = start_a_program(); }}.join();
              return got == EPERM ? in_child(start_a_program) : got;
            }),
            EPERM);
}

TEST(Confine, NobodyElseIsLookedInto) {
  const auto look = [] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : errno; };
  EXPECT_EQ(in_child(look), 0);
  EXPECT_EQ(in_child([&] { return confine().ok() ? look() : -1; }), EPERM);
}

TEST(Confine, ItStaysWhoAndWhereItIs) {
  EXPECT_EQ(in_child([] {
              if (!confine()) return -1;
              const bool all = unshare(CLONE_NEWUSER) == -1 && errno == EPERM &&
                               setuid(getuid()) == -1 && errno == EPERM &&
                               mount("none", "/tmp", "tmpfs", 0, nullptr) == -1 && errno == EPERM &&
                               prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
              return all ? 0 : 1;
            }),
            0);
}

TEST(Confine, NoCoreIsWrittenAndFilesAreItsOwn) {
  const auto file =
      std::filesystem::temp_directory_path() / ("halligan-confine-" + std::to_string(getpid()));
  EXPECT_EQ(in_child([&] {
              rlimit core{};
              if (!confine() || getrlimit(RLIMIT_CORE, &core) != 0) return -1;
              std::ofstream{file} << "mine";
              struct stat made {};
              if (stat(file.c_str(), &made) != 0) return -1;
              return core.rlim_max == 0 && (made.st_mode & 077U) == 0 ? 0 : 1;
            }),
            0);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace halligan::bin
