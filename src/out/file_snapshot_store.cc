#include "out/file_snapshot_store.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "base/crypto.h"
#include "out/file_checkpoint_store.h"

namespace halligan::out {
namespace {

constexpr std::string_view magic = "halligan sealed snapshot 1\n";
constexpr std::string_view ending = ".snapshot";
// What a process that was killed left of one: it may be whole, and its key is there.
constexpr std::string_view unfinished = ".new";
constexpr std::size_t digits = 20;
constexpr std::uint64_t file_bytes_max = std::uint64_t{8} << 30U;

std::string owner_of(EntryIndex size) { return "snapshot/" + std::to_string(size); }

std::optional<EntryIndex> size_named(std::string name) {
  if (name.ends_with(unfinished)) name.resize(name.size() - unfinished.size());
  if (name.size() != digits + ending.size() || !name.ends_with(ending)) return std::nullopt;
  EntryIndex size = 0;
  const auto read = std::from_chars(name.data(), name.data() + digits, size);
  if (read.ec != std::errc{} || read.ptr != name.data() + digits) return std::nullopt;
  return size;
}

std::optional<crypto::SecretKey> key_of(const Sealed<std::string>& hex) {
  const auto bytes = from_hex(hex.reveal());
  crypto::Key256 key{};
  if (!bytes || bytes->size() != key.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return crypto::SecretKey{key};
}

Bytes associated(EntryIndex size) {
  Bytes out(magic.begin(), magic.end());
  put_u64(out, size);
  return out;
}

}  // namespace

Path FileSnapshotStore::path_of(EntryIndex size) const {
  auto name = std::to_string(size);
  return folder_ / (std::string(digits - name.size(), '0') + name + std::string{ending});
}

Result<std::vector<EntryIndex>> FileSnapshotStore::list() {
  std::vector<EntryIndex> out;
  std::error_code wrong;
  for (std::filesystem::directory_iterator each{folder_, wrong}, end; !wrong && each != end;
       each.increment(wrong))
    if (const auto size = size_named(each->path().filename().string())) out.push_back(*size);
  if (wrong && wrong != std::errc::no_such_file_or_directory)
    return system_fault("list", folder_, wrong.value());
  std::ranges::sort(out, std::greater{});
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<std::optional<Bytes>> FileSnapshotStore::load(EntryIndex size) {
  const std::optional<Bytes> none;
  const auto held = vault_.secret(owner_of(size), "key");
  if (!held) return held.fault();
  if (!*held) return none;
  const auto key = key_of(**held);
  const auto path = path_of(size);
  const auto file = open_file(path, O_RDONLY);
  if (!file && file.fault().code == FaultCode::not_found) return none;
  if (!file) return file.fault();
  const auto length = size_of(*file, path);
  if (!length) return length.fault();
  crypto::Nonce nonce;
  const auto head = magic.size() + nonce.size();
  if (!key || *length < head || *length > file_bytes_max) return none;
  Bytes bytes(*length);
  if (auto read = read_at(*file, path, bytes, 0); !read) return read.fault();
  if (!text_view(bytes).starts_with(magic)) return none;
  std::copy_n(bytes.begin() + magic.size(), nonce.size(), nonce.begin());
  return crypto::open(*key, nonce, associated(size), ByteView{bytes}.subspan(head));
}

Result<Unit> FileSnapshotStore::save(EntryIndex size, ByteView plain) {
  if (auto made = make_folder(folder_); !made) return made;
  const auto bits = dice_.roll<32>();
  const auto nonce = dice_.roll<12>();
  if (auto kept =
          vault_.set_secret(owner_of(size), "key", Sealed<std::string>{to_hex(ByteView{bits})});
      !kept)
    return kept;
  Bytes bytes(magic.begin(), magic.end());
  bytes.insert(bytes.end(), nonce.begin(), nonce.end());
  const auto sealed = crypto::seal(crypto::SecretKey{bits}, nonce, associated(size), plain);
  bytes.insert(bytes.end(), sealed.begin(), sealed.end());
  return write_small_file(path_of(size), bytes);
}

Result<Unit> FileSnapshotStore::drop(EntryIndex size) {
  if (auto gone = vault_.drop_secrets(owner_of(size)); !gone) return gone;
  for (const auto& path : {path_of(size), Path{path_of(size).string() + std::string{unfinished}}}) {
    std::error_code wrong;
    std::filesystem::remove(path, wrong);
    if (wrong) return system_fault("remove", path, wrong.value());
  }
  return Unit{};
}

}  // namespace halligan::out
