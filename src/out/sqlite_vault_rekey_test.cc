// New root keys: everything is there under them and nothing under the old ones, and however far it
// came, one pair of keys opens the vault.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "out/os_dice.h"
#include "out/temporary_folder.h"
#include "out/vault_form.h"

namespace halligan::out {
namespace {

crypto::SecretKey root(std::uint8_t fill) {
  crypto::Key256 key;
  key.fill(fill);
  return crypto::SecretKey{key};
}
const SqliteVault::RootKeys old_roots{.operational = root(1), .recovery = root(2)};
const SqliteVault::RootKeys new_roots{.operational = root(3), .recovery = root(4)};
const SqliteVault::Note note{.owner = "vault", .kind = "turned", .text = "said of it"};
const SqliteVault::Options few{.pool_keys = 16};

// Calls back whenever a number is rolled: between any two values that are sealed.
class WatchedDice final : public needs::Dice {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    if (each) each();
    dice_.fill(bytes);
  }
  std::function<void()> each;

 private:
  OsDice dice_;
};

class Rekey : public testing::Test {
 protected:
  std::unique_ptr<SqliteVault> create() {
    std::filesystem::create_directory(folder());
    auto made = SqliteVault::create(path(), old_roots, dice_, few);
    EXPECT_TRUE(made) << made.fault().what;
    return std::move(made).value();
  }
  std::unique_ptr<SqliteVault> open(const Path& path, std::uint8_t key) {
    auto opened = SqliteVault::open(path, root(key), dice_, few);
    EXPECT_TRUE(opened) << opened.fault().what;
    return std::move(opened).value();
  }
  Result<Unit> rekey(std::uint8_t key) {
    return SqliteVault::rekey(path(), root(key), new_roots, dice_, note);
  }
  // Which of the root keys 1 to 4 open it.
  std::string openers(const Path& path) {
    std::string out;
    for (const char which : {'1', '2', '3', '4'})
      if (SqliteVault::check(path, root(static_cast<std::uint8_t>(which - '0')))) out += which;
    return out;
  }
  std::map<Bytes, Bytes> rows(const char* sql) {
    std::map<Bytes, Bytes> out;
    auto database =
        sqlite::Database::open(path(), sqlite::Mode::query_only, FaultCode::vault_failed);
    auto select = database->prepare(sql);
    while (*select->step()) {
      const auto name = select->bytes(0);
      const auto value = select->bytes(1);
      out[{name.begin(), name.end()}] = {value.begin(), value.end()};
    }
    return out;
  }
  Path folder() const { return temporary_.path() / "home"; }
  Path path() const { return folder() / "vault"; }

  TemporaryFolder temporary_;
  WatchedDice dice_;
};

TEST_F(Rekey, KeepsEveryKeyUsedOrNotAndEverySecret) {
  std::vector<needs::DataKey> taken;
  KeyId destroyed;
  {
    auto vault = create();
    for (int i = 0; i < 40; ++i) taken.push_back(*vault->take());
    destroyed = vault->take()->id;
    ASSERT_TRUE(vault->destroy(destroyed));
    ASSERT_TRUE(vault->set_secret("staff/a", "password", Sealed<std::string>{"a hash"}));
    ASSERT_TRUE(vault->set_secret("snapshot/5", "key", Sealed<std::string>{std::string(700, 'k')}));
  }
  const auto keys = rows("SELECT id, sealed FROM keys");
  const auto secrets = rows("SELECT kind, sealed FROM secrets");
  ASSERT_TRUE(rekey(2));
  EXPECT_EQ(openers(path()), "34");
  const auto new_keys = rows("SELECT id, sealed FROM keys");
  const auto new_secrets = rows("SELECT kind, sealed FROM secrets");
  EXPECT_EQ(new_keys.size(), keys.size());
  for (const auto& [id, sealed] : keys) EXPECT_NE(new_keys.at(id), sealed);
  EXPECT_EQ(new_secrets.size(), secrets.size() + 1);  // and the note
  for (const auto& [name, sealed] : secrets) EXPECT_NE(new_secrets.at(name), sealed);

  auto vault = open(path(), 3);
  for (const auto& key : taken) {
    const auto found = vault->find(key.id);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->pseudonym, key.pseudonym);
    EXPECT_EQ((*found)->key.reveal(), key.key.reveal());
    vault->mark_used(key.id);
  }
  EXPECT_FALSE(vault->find(destroyed)->has_value());
  EXPECT_EQ((*vault->secret("staff/a", "password"))->reveal(), "a hash");
  EXPECT_EQ((*vault->secret("snapshot/5", "key"))->reveal(), std::string(700, 'k'));
  EXPECT_EQ((*vault->secret("vault", "turned"))->reveal(), "said of it");
  const KeyId next = vault->take()->id;
  EXPECT_TRUE(keys.contains({next.begin(), next.end()})) << "an unused key of before";
}

TEST_F(Rekey, AgainAndAgainWithEitherKey) {
  { ASSERT_TRUE(create()->set_secret("staff/a", "totp", Sealed<std::string>{"first"})); }
  ASSERT_TRUE(rekey(1));
  ASSERT_TRUE(SqliteVault::rekey(path(), root(4), old_roots, dice_, note));
  EXPECT_EQ(openers(path()), "12");
  auto vault = open(path(), 2);
  EXPECT_EQ((*vault->secret("staff/a", "totp"))->reveal(), "first");
  ASSERT_TRUE(vault->drop_secrets("staff/a"));
  EXPECT_FALSE(vault->secret("staff/a", "totp")->has_value());
}

// A vault as it was made before its names had a key of their own.
TEST_F(Rekey, NamesThatHangOnTheVaultKeyStayFound) {
  create().reset();
  {
    const crypto::SecretKey vault_key = root(7);
    auto opened = sqlite::Database::open(path(), sqlite::Mode::write, FaultCode::vault_failed);
    auto held = std::move(opened).value();
    ASSERT_TRUE(held.run("DELETE FROM roots; DELETE FROM keys;"));
    for (const auto& [kind, key] : {std::pair{"operational", root(1)}, {"recovery", root(2)}}) {
      const std::string label = std::string{"halligan vault 1 root "} + kind;
      const Bytes wrapped = vault_form::wrap(key, dice_, view(label), vault_key.reveal());
      auto insert = held.prepare("INSERT INTO roots VALUES(?1, ?2)");
      ASSERT_TRUE(insert->bind(1, std::string_view(kind)).bind(2, ByteView{wrapped}).finish());
    }
    const auto names = crypto::derive(vault_key, "halligan vault 1 names");
    const auto secrets = crypto::derive(vault_key, "halligan vault 1 secrets");
    const auto owner = crypto::hmac_sha256(names.reveal(), view("staff/a"));
    const auto name =
        crypto::hmac_sha256(names.reveal(), vault_form::joined(owner, view("password")));
    const Bytes sealed = vault_form::wrap(secrets, dice_, vault_form::joined(owner, name),
                                          vault_form::pad_secret("kept since"));
    auto insert = held.prepare("INSERT INTO secrets VALUES(?1, ?2, ?3)");
    ASSERT_TRUE(insert->bind(1, ByteView{owner})
                    .bind(2, ByteView{name})
                    .bind(3, ByteView{sealed})
                    .finish());
  }
  EXPECT_EQ((*open(path(), 1)->secret("staff/a", "password"))->reveal(), "kept since");
  ASSERT_TRUE(rekey(2));
  EXPECT_EQ((*open(path(), 3)->secret("staff/a", "password"))->reveal(), "kept since");
}

TEST_F(Rekey, UntilTheNewFileStandsTheOldKeysOpenIt) {
  { ASSERT_TRUE(create()->set_secret("staff/a", "totp", Sealed<std::string>{"first"})); }
  std::vector<Path> copies;
  dice_.each = [&] {
    copies.push_back(temporary_.path() / ("copy-" + std::to_string(copies.size())));
    std::filesystem::copy(folder(), copies.back());
  };
  ASSERT_TRUE(rekey(2));
  dice_.each = {};
  EXPECT_GT(copies.size(), 20u);  // two keys, three wrapped ones, each key and secret, the note
  for (const auto& copy : copies) {
    ASSERT_EQ(openers(copy / "vault"), "12") << copy;
    EXPECT_EQ((*open(copy / "vault", 1)->secret("staff/a", "totp"))->reveal(), "first");
    ASSERT_TRUE(SqliteVault::rekey(copy / "vault", root(2), new_roots, dice_, note)) << copy;
    ASSERT_EQ(openers(copy / "vault"), "34") << copy;
  }
  EXPECT_EQ(openers(path()), "34");
}

TEST_F(Rekey, WhatIsRefusedChangesNothing) {
  EXPECT_EQ(rekey(2).fault().code, FaultCode::not_found);
  auto vault = create();
  EXPECT_EQ(rekey(9).fault().code, FaultCode::wrong_key);
  const SqliteVault::RootKeys same{.operational = root(3), .recovery = root(3)};
  EXPECT_EQ(SqliteVault::rekey(path(), root(2), same, dice_, note).fault().code,
            FaultCode::bad_input);
  const auto held = rekey(2);
  ASSERT_FALSE(held) << "somebody has it open";
  EXPECT_NE(held.fault().what.find("held open by somebody else"), std::string::npos);
  vault.reset();
  EXPECT_EQ(openers(path()), "12");
  {
    auto database = sqlite::Database::open(path(), sqlite::Mode::write, FaultCode::vault_failed);
    ASSERT_TRUE(database->run("UPDATE keys SET sealed = zeroblob(60) WHERE number = 3"));
  }
  const auto damaged = rekey(2);
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.fault().what.find("a data key is damaged"), std::string::npos);
  EXPECT_EQ(openers(path()), "12");
}

}  // namespace
}  // namespace halligan::out
