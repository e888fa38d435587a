// credentials.h - a credential for a glass, as answers give it.
#pragma once

#include <optional>
#include <variant>

#include "app/refusal.h"
#include "in/api/render.h"
#include "in/api/tokens.h"

namespace halligan::in::api {

class Api;

// RFC 6749 5.1, with `patient` as SMART App Launch has it.
using Credential = std::variant<json::object, app::Refusal, Fault>;
Credential make_credential(Api& api, const std::string& session_hash, const GlassId& glass,
                           const std::string& bound);

}  // namespace halligan::in::api
