// backup.cc - a copy of the ledger and its vault, when an administrator asks.

#include "app/backups.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::PathParams;
using http::Request;
using http::Response;

Response make_backup(Api& api, const Request& request, const PathParams&) {
  const auto body = http::read_command(request);
  if (const auto* refused = std::get_if<Response>(&body)) return *refused;
  if (const auto error = http::Fields{std::get<json::object>(body)}.error())
    return http::problem(*error);
  const auto asked = api.ask(request, app::MayBackUp{.token_hash = session_hash(request)});
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto conflict = [&](std::string what) {
    return api.refused({.why = app::Why::conflict, .what = std::move(what)});
  };
  if (api.backups == nullptr)
    return conflict("this server has no folder for backups: it is started with --backup FOLDER");
  const auto made = api.backups->make();
  if (!made && made.fault().code == FaultCode::bad_input) return conflict(made.fault().what);
  if (!made) return api.faulted(made.fault());
  const auto noted = app::ask(
      api.edge.desk,
      app::NoteBackup{.staff = std::get<StaffId>(asked->get()), .made = *made});
  if (!noted) return api.faulted(noted.fault());
  return answer(200, {{"size", made->size},
                      {"added", made->added},
                      {"root", to_base64(made->root)},
                      {"receipt", noted->get()}});
}

constexpr std::array routes{Route{"POST", "/api/v1/backup", make_backup}};

}  // namespace

std::span<const Route> backup_routes() { return routes; }

}  // namespace halligan::in::api
