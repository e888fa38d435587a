#include "bin/home.h"

#include <sys/stat.h>

#include <algorithm>

#include "out/file_checkpoint_store.h"

namespace halligan::bin {
namespace {

constexpr std::string_view signing_seed_kind = "signing-seed";

// Apart, so that the one can be dropped without the other.
std::string_view owner_of(Seed which) { return which == Seed::current ? "log" : "log/next"; }

Result<crypto::SecretKey> key_from_hex(std::string_view text, const std::string& where) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const auto bytes = from_hex(text);
  crypto::Key256 key{};
  if (!bytes || bytes->size() != key.size())
    return Fault{FaultCode::bad_input, where + " does not hold a key of 64 hexadecimal digits"};
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return crypto::SecretKey{key};
}

}  // namespace

Result<crypto::SecretKey> read_key_file(const out::Path& path) {
  const auto text = out::read_small_file(path, 1024);
  if (!text) return text.fault();
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || (facts.st_mode & 077) != 0)
    return Fault{
        FaultCode::bad_input,
        path.string() + " can be read by others: it must be its owner's alone (chmod 600)"};
  return key_from_hex(*text, path.string());
}

Result<Unit> write_key_file(const out::Path& path, const crypto::SecretKey& key) {
  return out::write_small_file(path, view(to_hex(key.reveal()) + "\n"));
}

Result<ledger::VerifierKey> read_log_key(const Home& home) {
  const auto text = out::read_small_file(home.log_key(), 4096);
  if (!text) return text.fault();
  const auto key = ledger::parse_verifier_key(std::string_view{*text}.substr(0, text->find('\n')));
  if (!key)
    return Fault{FaultCode::bad_input, home.log_key().string() + " does not hold a verifier key"};
  return *key;
}

Result<std::optional<crypto::SecretKey>> signing_seed(needs::Vault& vault, Seed which) {
  const auto held = vault.secret(owner_of(which), signing_seed_kind);
  if (!held) return held.fault();
  if (!*held) return std::optional<crypto::SecretKey>{};
  const auto key = key_from_hex((*held)->reveal(), "the vault");
  if (!key) return key.fault();
  return std::optional{*key};
}

Result<Unit> keep_signing_seed(needs::Vault& vault, Seed which, const crypto::SecretKey& seed) {
  return vault.set_secret(owner_of(which), signing_seed_kind,
                          Sealed<std::string>{to_hex(seed.reveal())});
}

Result<Unit> drop_next_signing_seed(needs::Vault& vault) {
  return vault.drop_secrets(owner_of(Seed::next));
}

Result<out::Fd> hold(const Home& home) {
  auto lock = out::lock_folder(home.dir);
  if (lock || lock.fault().code != FaultCode::ledger_locked) return lock;
  return Fault{FaultCode::ledger_locked,
               lock.fault().what + ": stop the server that runs on it first"};
}

}  // namespace halligan::bin
