#include "sim/sim_vault.h"

namespace halligan::sim {
namespace {

constexpr int pool_keys = 16;

Fault failed() { return Fault{FaultCode::vault_failed, "the simulated vault failed"}; }

}  // namespace

SimVaultStorage::Outcome SimVaultStorage::throw_outcome() {
  if (!dice_.one_in(fail_one_in_)) return Outcome::success;
  return dice_.one_in(2) ? Outcome::not_done : Outcome::done_yet_failed;
}

Result<std::unique_ptr<SimVault>> SimVault::open(SimVaultStorage& storage,
                                                 const crypto::SecretKey& root) {
  if (!equal_in_constant_time(root.reveal(), storage.root_.reveal())) {
    return Fault{FaultCode::wrong_key, "this root key does not open this vault"};
  }
  return std::unique_ptr<SimVault>(new SimVault(storage));
}

SimVault::SimVault(SimVaultStorage& storage) : storage_(storage) {
  for (const auto& [id, key] : storage_.keys_) unused_.insert(id);
}

template <class Change>
Result<Unit> SimVault::perform(Change change) {
  const auto outcome = storage_.throw_outcome();
  if (outcome != SimVaultStorage::Outcome::not_done) change();
  if (outcome != SimVaultStorage::Outcome::success) return failed();
  return Unit{};
}

void SimVault::refill() {
  for (int i = 0; i < pool_keys; ++i) {
    needs::DataKey key;
    key.id = storage_.dice_.roll<16>();
    key.pseudonym = storage_.dice_.roll<16>();
    key.key = crypto::SecretKey{storage_.dice_.roll<32>()};
    storage_.keys_.emplace(key.id, key);
    unused_.insert(key.id);
  }
}

Result<needs::DataKey> SimVault::take() {
  if (unused_.empty()) {
    if (auto filled = perform([this] { refill(); }); !filled) return filled.fault();
  }
  const KeyId id = *unused_.begin();
  unused_.erase(id);
  return storage_.keys_.at(id);
}

Result<std::optional<needs::DataKey>> SimVault::find(const KeyId& id) {
  if (auto read = perform([] {}); !read) return read.fault();
  const auto found = storage_.keys_.find(id);
  if (found == storage_.keys_.end()) return std::optional<needs::DataKey>{};
  return std::optional{found->second};
}

Result<Unit> SimVault::destroy(const KeyId& id) {
  unused_.erase(id);
  return perform([&] { storage_.keys_.erase(id); });
}

Result<std::optional<Sealed<std::string>>> SimVault::secret(std::string_view owner,
                                                            std::string_view kind) {
  if (auto read = perform([] {}); !read) return read.fault();
  const auto found = storage_.secrets_.find({std::string(owner), std::string(kind)});
  if (found == storage_.secrets_.end()) return std::optional<Sealed<std::string>>{};
  return std::optional{Sealed<std::string>{found->second}};
}

Result<Unit> SimVault::set_secret(std::string_view owner, std::string_view kind,
                                  const Sealed<std::string>& value) {
  return perform([&] {
    storage_.secrets_[{std::string(owner), std::string(kind)}] = value.reveal();
  });
}

Result<Unit> SimVault::drop_secrets(std::string_view owner) {
  return perform([&] {
    std::erase_if(storage_.secrets_, [&](const auto& one) { return one.first.first == owner; });
  });
}

}  // namespace halligan::sim
