// directory.h - asking the directory that the policy names.
#pragma once

#include <optional>
#include <string>

#include "app/sessions.h"
#include "in/api/api.h"
#include "needs/directory.h"

namespace halligan::in::api {

// How it is asked; nothing where the policy in force has no directory, or it was given no secret.
Result<std::optional<needs::DirectoryAt>> directory_at(Api& api);

// What it says of a password. Nothing where it says nothing of this person, or does not answer,
// which is written down: then what is kept here counts.
Result<std::optional<app::DirectorySaid>> directory_says(Api& api, const std::string& source,
                                                         const std::string& user,
                                                         const Sealed<std::string>& password);

}  // namespace halligan::in::api
