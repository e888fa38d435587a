#include "in/api/directory.h"

#include "app/providers.h"
#include "in/api/secrets.h"

namespace halligan::in::api {

Result<std::optional<needs::DirectoryAt>> directory_at(Api& api) {
  std::optional<policy::ast::Directory> named;
  std::string kept_as;
  const auto looked = api.run([&](app::House& house, const Now&) {
    const auto& state = house.state();
    const auto* directory = app::directory_of(state);
    if (directory == nullptr) return;
    named = *directory;
    if (const auto held = state.sources.find(directory->name.text); held != state.sources.end())
      kept_as = held->second.kept_as;
  });
  if (!looked) return looked.fault();
  if (!named || kept_as.empty()) return std::optional<needs::DirectoryAt>{};
  auto secret = secret_of(api, "source/" + named->name.text, "secret", kept_as);
  if (!secret) return secret.fault();
  return std::optional{needs::DirectoryAt{.url = named->url,
                                          .ca_file = api.identity_ca,
                                          .bind = named->bind,
                                          .bind_password = *std::move(secret),
                                          .people = named->people,
                                          .person = named->person,
                                          .groups = named->groups,
                                          .member = named->member,
                                          .in_chain = named->in_chain}};
}

Result<std::optional<app::DirectorySaid>> directory_says(Api& api, const std::string& source,
                                                         const std::string& user,
                                                         const Sealed<std::string>& password) {
  const std::optional<app::DirectorySaid> nothing;
  if (api.directory == nullptr || source.empty()) return nothing;
  const auto at = directory_at(api);
  if (!at) return at.fault();
  if (!*at) return nothing;
  const auto answer = api.directory->check(**at, user, password);
  app::SeeSource seen{.source = source, .up = answer.ok(), .why = {}};
  if (!answer) seen.why = app::why_down(answer.fault());
  if (const auto told = app::ask(api.edge.desk, seen); !told) return told.fault();
  if (!answer || answer->is == needs::DirectoryAnswer::Is::unknown) return nothing;
  app::DirectorySaid out{.source = source,
                         .right = answer->is == needs::DirectoryAnswer::Is::right};
  for (const auto& group : answer->groups) {
    out.groups.push_back(group.name);
    out.groups.push_back(group.dn);
  }
  return std::optional{std::move(out)};
}

}  // namespace halligan::in::api
