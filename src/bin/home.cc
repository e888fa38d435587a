#include "bin/home.h"

#include <sys/stat.h>

#include <algorithm>

#include "out/file_checkpoint_store.h"

namespace halligan::bin {
namespace {

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

Result<crypto::SecretKey> signing_seed(needs::Vault& vault) {
  const auto held = vault.secret("log", "signing-seed");
  if (!held) return held.fault();
  if (!*held) return Fault{FaultCode::not_found, "the vault holds no signing key of the log"};
  return key_from_hex((*held)->reveal(), "the vault");
}

Result<Unit> keep_signing_seed(needs::Vault& vault, const crypto::SecretKey& seed) {
  return vault.set_secret("log", "signing-seed", Sealed<std::string>{to_hex(seed.reveal())});
}

}  // namespace halligan::bin
