// parse_identity.h - the tables of a policy that say who may say who somebody is.
#pragma once

#include "core/policy/toml_reader.h"

namespace halligan::policy {

// [[provider]], [[directory]], [[provisioning]], [[group]], [sign_in], [administration].
// `read_review`: as for everything that is no access.
void read_identity(Messages& out, Keys& top, ast::Policy& policy,
                   ast::Review (*read_review)(Messages&, const toml::table&));

}  // namespace halligan::policy
