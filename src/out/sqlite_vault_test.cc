// The vault keeps its contract, opens with either root key only, and leaves nothing to find.
#include "out/sqlite_vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "needs/vault_contract.h"
#include "out/os_dice.h"
#include "out/temporary_folder.h"

namespace halligan {
namespace {

using out::OsDice;
using out::RootKind;
using out::SqliteVault;

crypto::SecretKey root(std::uint8_t fill) {
  crypto::Key256 key;
  key.fill(fill);
  return crypto::SecretKey{key};
}
const SqliteVault::RootKeys roots{.operational = root(1), .recovery = root(2)};

class SqliteVaultWorld final : public needs::VaultWorld {
 public:
  Result<std::unique_ptr<needs::Vault>> open() override {
    return up(std::exchange(made_, true) ? SqliteVault::open(path(), root(1), dice_, {})
                                         : SqliteVault::create(path(), roots, dice_, {}));
  }
  Result<std::unique_ptr<needs::Vault>> open_with_wrong_key() override {
    return up(SqliteVault::open(path(), root(3), dice_, {}));
  }

 private:
  static Result<std::unique_ptr<needs::Vault>> up(SqliteVault::Opened opened) {
    if (!opened) return opened.fault();
    return std::unique_ptr<needs::Vault>(std::move(opened).value());
  }
  out::Path path() const { return folder_.path() / "vault"; }
  out::TemporaryFolder folder_;
  OsDice dice_;
  bool made_ = false;
};

class SqliteVaultTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteVault> create() {
    return good(SqliteVault::create(path(), roots, dice_, {}));
  }
  std::unique_ptr<SqliteVault> open(std::uint8_t key) {
    return good(SqliteVault::open(path(), root(key), dice_, {}));
  }
  static std::unique_ptr<SqliteVault> good(SqliteVault::Opened opened) {
    EXPECT_TRUE(opened) << opened.fault().what;
    return std::move(opened).value();
  }
  out::Path path() const { return folder_.path() / "vault"; }
  std::string file(const char* suffix) const {
    std::ifstream in(path().string() + suffix, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string files() const { return file("") + file("-wal") + file("-shm") + file("-journal"); }
  // The sealed value of a key, as it stands in the file.
  std::string sealed(const KeyId& id) const {
    auto database =
        out::sqlite::Database::open(path(), out::sqlite::Mode::query_only, FaultCode::vault_failed);
    auto select = database->prepare("SELECT sealed FROM keys WHERE id = ?1");
    MUST(*select->bind(1, ByteView{id}).step());
    return std::string(text_view(select->bytes(0)));
  }

  out::TemporaryFolder folder_;
  OsDice dice_;
};

TEST_F(SqliteVaultTest, OpensWithEitherRootKeyAndNoOther) {
  KeyId id;
  {
    auto vault = create();
    id = vault->take()->id;
  }
  EXPECT_TRUE(open(1)->find(id)->has_value());
  EXPECT_TRUE(open(2)->find(id)->has_value());
  EXPECT_EQ(*SqliteVault::check(path(), root(1)), RootKind::operational);
  EXPECT_EQ(*SqliteVault::check(path(), root(2)), RootKind::recovery);
  EXPECT_EQ(SqliteVault::check(path(), root(9)).fault().code, FaultCode::wrong_key);
}

TEST_F(SqliteVaultTest, IsNeverMadeTwiceNorOutOfNothing) {
  EXPECT_EQ(SqliteVault::open(path(), root(1), dice_, {}).fault().code, FaultCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(path()));
  create();
  EXPECT_EQ(SqliteVault::create(path(), roots, dice_, {}).fault().code, FaultCode::bad_input);
  std::filesystem::resize_file(path(), 0);
  EXPECT_EQ(SqliteVault::open(path(), root(1), dice_, {}).fault().code, FaultCode::vault_failed);
}

TEST_F(SqliteVaultTest, TheTwoRootKeysMustDiffer) {
  const SqliteVault::RootKeys same{.operational = root(1), .recovery = root(1)};
  EXPECT_EQ(SqliteVault::create(path(), same, dice_, {}).fault().code, FaultCode::bad_input);
}

TEST_F(SqliteVaultTest, FilesAreForTheirOwnerOnly) {
  auto vault = create();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat info {};
    ASSERT_EQ(::stat((path().string() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteVaultTest, NamesAndValuesAreNowhereInTheFiles) {
  auto vault = create();
  const auto key = vault->take();
  for (const char* value : {"tell-tale-value", ""}) {
    ASSERT_TRUE(
        vault->set_secret("staff/tell-tale-owner", "tell-tale-kind", Sealed<std::string>{value}));
  }
  const std::string all = files();
  for (const std::string_view trace : {"tell-tale-value", "tell-tale-owner", "tell-tale-kind"}) {
    EXPECT_EQ(all.find(trace), std::string::npos) << trace;
  }
  EXPECT_EQ(all.find(text_view(key->key.reveal())), std::string::npos);
  EXPECT_EQ(all.find(text_view(root(1).reveal())), std::string::npos);
  EXPECT_NE(all.find(text_view(key->id)), std::string::npos);  // the search would find something
}

TEST_F(SqliteVaultTest, NoRemnantOfADestroyedKeyIsLeft) {
  auto vault = create();
  std::vector<KeyId> ids;
  for (int i = 0; i < 1'000; ++i) ids.push_back(vault->take()->id);  // several pages, several fills
  std::size_t searched = 0;
  for (std::size_t i = 0; i < ids.size(); i += 7) {
    const std::string remnant = sealed(ids[i]);
    ASSERT_NE(files().find(remnant), std::string::npos);
    ASSERT_TRUE(vault->destroy(ids[i]));
    const std::string all = files();
    for (std::size_t at = 0; at + 8 <= remnant.size(); at += 8) {
      ASSERT_EQ(all.find(remnant.substr(at, 8)), std::string::npos) << "key " << i;
      ++searched;
    }
  }
  EXPECT_GT(searched, 1'000u);
}

TEST_F(SqliteVaultTest, SecretsAndKeysFromManyThreadsAtOnce) {
  auto vault = create();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string owner = "staff/" + std::to_string(t);
      for (int i = 0; i < 20; ++i) {
        const std::string value = std::to_string(i);
        EXPECT_TRUE(vault->set_secret(owner, "totp", Sealed<std::string>{value}));
        const auto found = vault->secret(owner, "totp");
        ASSERT_TRUE(found) << found.fault().what;
        EXPECT_EQ((*found)->reveal(), value);
      }
    });
  }
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(vault->take());
  for (auto& thread : threads) thread.join();
}

}  // namespace

namespace needs {
INSTANTIATE_TEST_SUITE_P(Sqlite, VaultContract,
                         testing::Values([]() -> std::unique_ptr<VaultWorld> {
                           return std::make_unique<SqliteVaultWorld>();
                         }));
}  // namespace needs
}  // namespace halligan
