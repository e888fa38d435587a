#include "cli/session_file.h"

#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace halligan::cli {
namespace {

class SessionFile : public testing::Test {
 protected:
  SessionFile()
      : folder_(std::filesystem::temp_directory_path() /
                ("halligan_session_file_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
  }
  ~SessionFile() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return (folder_ / "session").string(); }

  std::filesystem::path folder_;
};

TEST_F(SessionFile, what_is_kept_comes_back) {
  const KeptSession kept{.server = "https://h:1",
                         .fingerprint = "ab",
                         .ca_file = "/ca",
                         .staff = "a.osei",
                         .token = Sealed<std::string>{"t0ken"}};
  ASSERT_TRUE(keep_session(path(), kept).ok());
  const auto back = load_session(path());
  ASSERT_TRUE(back.ok() && back->has_value());
  EXPECT_EQ((*back)->server, "https://h:1");
  EXPECT_EQ((*back)->ca_file, "/ca");
  EXPECT_EQ((*back)->token.reveal(), "t0ken");
  forget_session(path());
  const auto gone = load_session(path());
  ASSERT_TRUE(gone.ok());
  EXPECT_FALSE(gone->has_value());
}

TEST_F(SessionFile, an_older_file_with_open_modes_is_replaced_by_a_private_one) {
  std::filesystem::create_directories(folder_);
  std::ofstream(path()) << "{}";
  ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
  EXPECT_FALSE(load_session(path()).ok());
  ASSERT_TRUE(keep_session(path(), {}).ok());
  struct stat about {};
  ASSERT_EQ(::stat(path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(SessionFile, a_damaged_file_is_told_from_none) {
  std::filesystem::create_directories(folder_);
  std::ofstream(path()) << "{";
  ASSERT_EQ(::chmod(path().c_str(), 0600), 0);
  EXPECT_EQ(load_session(path()).fault().code, FaultCode::bad_input);
}

}  // namespace
}  // namespace halligan::cli
