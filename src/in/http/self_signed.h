// self_signed.h - a certificate for the first start, until the hospital brings its own.
//
// Never overwrites a file: where both are there, they are only read.
#pragma once

#include <string>

#include "base/result.h"
#include "in/http/transport.h"

namespace halligan::in::http {

struct CertificateFacts {
  bool made = false;        // by this call
  std::string fingerprint;  // SHA-256 of the certificate: "AB:CD:..."
};

// Where neither file exists, makes an EC P-256 key (mode 0600) and a certificate of 825 days for
// localhost, 127.0.0.1, ::1 and the machine's name. Both come to be, or neither: what a start that
// was ended in between left beside them (.new) is finished by the next.
Result<CertificateFacts> ensure_certificate(const TlsFiles& files);

}  // namespace halligan::in::http
