#include "bin/serve.h"

#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <ostream>
#include <thread>

#include "app/log_book.h"
#include "app/providers.h"
#include "base/limits.h"
#include "bin/backup_folder.h"
#include "bin/confine.h"
#include "bin/event_push.h"
#include "bin/home.h"
#include "bin/index_feeder.h"
#include "bin/log_keys.h"
#include "bin/root_keys.h"
#include "bin/snapshot_keeper.h"
#include "bin/source_watch.h"
#include "bin/writer_thread.h"
#include "in/api/admit.h"
#include "in/api/api.h"
#include "in/api/openid.h"
#include "in/api/tokens.h"
#include "in/api/urgency.h"
#include "in/console/files.h"
#include "in/edge.h"
#include "in/fhir/gateway.h"
#include "in/fhir/urgency.h"
#include "in/http/router.h"
#include "in/http/self_signed.h"
#include "in/http/server.h"
#include "in/scim/scim.h"
#include "out/argon2_hasher.h"
#include "out/curl_web_client.h"
#include "out/file_checkpoint_store.h"
#include "out/file_snapshot_store.h"
#include "out/https_record_source.h"
#include "out/ldap_directory.h"
#include "out/os_dice.h"
#include "out/pdf_cards.h"
#include "out/segment_entry_store.h"
#include "out/system_clock.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

// A page of resources is taken and given back with every request: giving its memory back to the
// system each time costs more than reading it.
void keep_freed_memory() {
  constexpr int kept_bytes = 4 * 1024 * 1024;  // of each arena
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
  ::mallopt(M_MMAP_THRESHOLD, kept_bytes);
}

int complain(const cli::Io& io, const std::string& what) {
  io.err << "halligan: " << what << '\n';
  return static_cast<int>(cli::Exit::unreachable);
}

struct Listen {
  std::string host;
  std::uint16_t port = 0;
  bool loopback() const { return host == "127.0.0.1" || host == "::1"; }
};

std::optional<Listen> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  Listen out{.host = text.substr(0, colon)};
  if (out.host.size() > 2 && out.host.front() == '[')
    out.host = out.host.substr(1, out.host.size() - 2);
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, out.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end || out.host.empty()) return std::nullopt;
  return out;
}

// "https://halligan.example/x" -> "https://halligan.example"
std::string origin_of(const std::string& url) {
  const auto host = url.find("://");
  return url.substr(0, host == std::string::npos ? url.size() : url.find('/', host + 3));
}

// Every connection and every segment of the ledger takes a descriptor. Gives how many connections
// there may be: fewer than wanted where the machine allows no more, so that newcomers find a place.
std::size_t connections_allowed(spdlog::logger& log) {
  constexpr std::size_t others = 1'024;  // segments, upstream, databases
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return limits::connections_max;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur >= limits::connections_max + others) return limits::connections_max;
  const auto most = files.rlim_cur > 2 * others ? files.rlim_cur - others : files.rlim_cur / 2;
  log.warn("this process may open {} files: {} connections at once instead of {}; allow it {}",
           files.rlim_cur, most, limits::connections_max, limits::connections_max + others);
  return most;
}

// SIGINT and SIGTERM are taken by sigwait here, and by nobody else.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

// Publishes a checkpoint every second while there is something new.
class Publisher {
 public:
  Publisher(app::LogBook& book, spdlog::logger& log)
      : thread_([&book, &log](const std::stop_token& stop) {
          std::string told;
          while (!stop.stop_requested()) {
            const auto done = book.publish();
            const std::string what = done.ok() ? "" : done.fault().what;
            if (!what.empty() && what != told)
              log.error("no checkpoint can be published: {}", what);
            told = what;
            for (int i = 0; i < 10 && !stop.stop_requested(); ++i)
              std::this_thread::sleep_for(90ms);
          }
        }) {}

 private:
  std::jthread thread_;
};

// What the policy and the terminals in force count on, and this start does not give them.
std::vector<std::string> options_missing(in::api::Api& api, const cli::ServeOptions& options) {
  std::vector<std::string> out;
  (void)api.run([&](app::House& house, const Now&) {
    const auto& state = house.state();
    const auto sources = app::sources(state);
    if (options.public_url.empty() &&
        std::ranges::any_of(sources, [](const auto& each) { return each.kind == "provider"; }))
      out.emplace_back("a provider sends people back to --listen: say --public-url https://NAME");
    if (!options.ask_certificates && std::ranges::any_of(state.terminals, [](const auto& each) {
          return !each.second.certificate.empty();
        }))
      out.emplace_back(
          "terminals are known by certificates, and none is asked for: say "
          "--ask-certificates");
  });
  return out;
}

}  // namespace

int serve(const cli::ServeOptions& options, const cli::Io& io) {
  // A name service that does not answer is waited for once, a second, of each server.
  ::setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
  keep_freed_memory();
  const Home home{options.dir};
  const auto listen = parse_listen(options.listen);
  if (!listen) return complain(io, "--listen takes ADDRESS:PORT, for example 127.0.0.1:8443");
  if (options.plain_http && !listen->loopback())
    return complain(io,
                    "plain HTTP is for loopback only: give a certificate, or listen on 127.0.0.1");
  const auto backup_every = parse_duration(options.backup_every);
  if (!backup_every && options.backup_every != "0")
    return complain(io, "--backup-every takes a duration such as 1h, or 0 for: when asked");
  const sigset_t signals = block_signals();
  if (const auto confined = confine(); !confined) return complain(io, confined.fault().what);
  auto log = spdlog::stderr_logger_mt("halligan");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  const auto connections = connections_allowed(*log);

  out::OsDice dice;
  out::SystemClock clock;
  const auto lock = hold(home);
  if (!lock) return complain(io, lock.fault().what);
  const auto root_key = home.root_key(options.root_key_file);
  const auto finished = finish_root_keys(home, root_key);
  if (!finished) return complain(io, finished.fault().what);
  if (!finished->empty()) log->warn("{}", *finished);
  const auto root = read_key_file(root_key);
  if (!root) return complain(io, root.fault().what);
  auto vault = out::SqliteVault::open(home.vault(), *root, dice, {});
  if (!vault) return complain(io, vault.fault().what);
  auto records = out::HttpsRecordSource::open({.base_url = options.upstream,
                                               .credential_file = options.upstream_token_file,
                                               .ca_file = options.upstream_ca});
  if (!records) return complain(io, records.fault().what);

  out::FileSnapshotStore snapshots{home.snapshots(), **vault, dice};
  in::api::Bulletin bulletin;
  auto writer =
      WriterThread::start({.open_store = [&]() -> Result<std::shared_ptr<needs::EntryStore>> {
                             auto store = out::SegmentEntryStore::open(home.ledger(), {});
                             if (!store) return store.fault();
                             return std::shared_ptr<needs::EntryStore>{std::move(*store)};
                           },
                           .vault = **vault,
                           .dice = dice,
                           .clock = clock,
                           .version = version,
                           .complain = [&](const std::string& what) { log->error("{}", what); },
                           .board = bulletin,
                           .snapshots = &snapshots});
  if (!writer) return complain(io, writer.fault().what);
  if (const auto told = tell_root_keys(**vault, **writer); !told)
    return complain(io, told.fault().what);
  const auto signer = settle_log_key(home, **vault, **writer);
  if (!signer) return complain(io, signer.fault().what);
  if (!signer->said.empty()) log->warn("{}", signer->said);

  auto book = app::LogBook::open(
      {.desk = **writer,
       .entries = [&] { return (*writer)->store(); },
       .checkpoints = std::make_unique<out::FileCheckpointStore>(home.checkpoint()),
       .seed = signer->seed,
       .key = signer->key});
  if (!book) return complain(io, book.fault().what);
  if (const auto published = (*book)->publish(); !published)
    return complain(io, published.fault().what);

  out::Argon2Hasher hasher{{}};
  in::UnderGlass under_glass;
  const std::string scheme = options.plain_http ? "http://" : "https://";
  const std::string url = options.public_url.empty() ? scheme + options.listen : options.public_url;
  in::api::Tokens tokens{{.desk = **writer,
                          .vault = **vault,
                          .dice = dice,
                          .clock = clock,
                          .address = origin_of(url)}};
  const in::Edge edge{.desk = **writer,
                      .vault = **vault,
                      .hasher = hasher,
                      .clock = clock,
                      .dice = dice,
                      .records = **records,
                      .under_glass = &under_glass,
                      .credentials = &tokens};
  in::http::ServerOptions server_options{.host = listen->host, .port = listen->port};
  server_options.connections_max = connections;
  server_options.request.body_bytes_max = [](std::string_view path) {
    return in::scim::is_under_mount(path) ? in::scim::body_bytes_max(path)
                                          : in::api::body_bytes_max(path);
  };
  server_options.urgency = [&edge](const in::http::Request& request) {
    if (in::scim::is_under_mount(request.path)) return in::http::Urgency::bulk;
    return request.path.starts_with("/fhir") ? in::fhir::urgency(edge, request)
                                             : in::api::urgency(request);
  };
  // Who is not signed in brings no large body. Both stand below, before the server starts.
  in::api::Api* api_door = nullptr;
  in::fhir::Gateway* fhir_door = nullptr;
  in::scim::Scim scim{edge, origin_of(url)};
  server_options.admit = [&](const in::http::Request& head) {
    if (in::scim::is_under_mount(head.path)) return scim.admit(head);
    return head.path.starts_with("/fhir") ? fhir_door->admit(head)
                                          : in::api::admit(*api_door, head);
  };
  std::string fingerprint;
  if (!options.plain_http) {
    const bool own = options.certificate.empty();
    const in::http::TlsFiles files{
        .cert_path = own ? (home.dir / "tls.crt").string() : options.certificate,
        .key_path = own ? (home.dir / "tls.key").string() : options.private_key,
        .ask_certificates = options.ask_certificates};
    const auto facts = in::http::ensure_certificate(files);
    if (!facts) return complain(io, facts.fault().what);
    fingerprint = facts->fingerprint;
    server_options.tls = files;
  }
  in::http::Server server{server_options};

  auto feeder =
      IndexFeeder::start({.path = home.dir / "index.sqlite",
                          .desk = **writer,
                          .complain = [&](const std::string& what) { log->warn("{}", what); }});
  std::optional<BackupFolder> backups;
  if (!options.backup.empty())
    backups.emplace(
        BackupFolder::Parts{.home = home,
                            .folder = options.backup,
                            .writer = **writer,
                            .vault = **vault,
                            .dice = dice,
                            .log = **book,
                            .every = backup_every.value_or(Millis{0}),
                            .tell = [&](const std::string& what) { log->error("{}", what); }});
  out::PdfCards printer;
  out::CurlWebClient web;
  out::LdapDirectory directory;
  in::api::OpenId openid{web, clock, options.identity_ca};
  in::api::Api api{{.edge = edge,
                    .log = **book,
                    .bulletin = bulletin,
                    .index = feeder->index(),
                    .server = &server.counters(),
                    .version = version,
                    .backups = backups ? &*backups : nullptr,
                    .party = identity::relying_party_of(url),
                    .printer = &printer,
                    .directory = &directory,
                    .address = origin_of(url),
                    .tokens = &tokens,
                    .openid = &openid,
                    .identity_ca = options.identity_ca}};
  const auto missing = options_missing(api, options);
  for (const auto& each : missing) log->warn("{}", each);
  std::optional<in::fhir::Gateway> gateway;
  gateway.emplace(edge, url + "/fhir");
  api_door = &api;
  fhir_door = &*gateway;
  in::http::Router router;
  api.add_to(router);
  gateway->routes(router);
  scim.add_to(router);
  in::console::Console{in::console::files()}.add_to(router);
  const auto port = server.start([&](const in::http::Request& request) {
    return in::scim::Scim::spoken(request, router(request));
  });
  if (!port) return complain(io, port.fault().what);
  std::optional<Publisher> publisher;
  publisher.emplace(**book, *log);
  std::optional<SourceWatch> watch;
  watch.emplace(api);
  std::optional<EventPush> push;
  push.emplace(EventPush::Parts{
      .api = api, .web = web, .complain = [&](const std::string& what) { log->warn("{}", what); }});
  std::optional<SnapshotKeeper> keeper;
  keeper.emplace(
      SnapshotKeeper::Parts{.writer = **writer,
                            .vault = **vault,
                            .dice = dice,
                            .snapshots = snapshots,
                            .every = options.snapshot_every,
                            .tell = [&](const std::string& what) { log->warn("{}", what); }});

  io.out << "halligan " << version << " listens on " << scheme << listen->host << ':' << *port
         << '\n';
  if (!fingerprint.empty()) io.out << "certificate SHA-256 " << fingerprint << '\n';
  io.out.flush();
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (signal != SIGHUP) break;
    if (const auto done = server.reload_certificate(); !done)
      log->error("the certificate was not reloaded: {}", done.fault().what);
  }
  log->info("stopping");
  server.stop();
  // What was still to be told is told first: a last checkpoint then covers everything.
  gateway.reset();
  watch.reset();
  push.reset();
  keeper.reset();
  backups.reset();
  publisher.reset();
  if (const auto last = (*book)->publish(); !last)
    log->error("the last entries are in no checkpoint: {}", last.fault().what);
  return static_cast<int>(cli::Exit::done);
}

}  // namespace halligan::bin
