#include "base/result.h"

namespace halligan {

const char* name_of(FaultCode code) {
  switch (code) {
    case FaultCode::disk_failed: return "disk_failed";
    case FaultCode::disk_full: return "disk_full";
    case FaultCode::ledger_damaged: return "ledger_damaged";
    case FaultCode::ledger_locked: return "ledger_locked";
    case FaultCode::ledger_unavailable: return "ledger_unavailable";
    case FaultCode::vault_failed: return "vault_failed";
    case FaultCode::wrong_key: return "wrong_key";
    case FaultCode::upstream_unreachable: return "upstream_unreachable";
    case FaultCode::upstream_timeout: return "upstream_timeout";
    case FaultCode::upstream_nonsense: return "upstream_nonsense";
    case FaultCode::too_large: return "too_large";
    case FaultCode::bad_input: return "bad_input";
    case FaultCode::not_found: return "not_found";
    case FaultCode::crypto_failed: return "crypto_failed";
    case FaultCode::cancelled: return "cancelled";
    case FaultCode::no_room: return "no_room";
  }
  base::stop("fault code outside its enum", __FILE__, __LINE__);
}

}  // namespace halligan
