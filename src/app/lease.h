// lease.h - the right under which a record is leaving, asked again while it leaves.
//
// INVARIANT: once over() has said true it never says false again.
#pragma once

namespace halligan::app {

// How the sending of a record ended.
enum class Done {
  whole,        // every byte was handed to the connection
  cut,          // we stopped: the lease was over, or the process is stopping
  client_gone,  // the client went away or did not take the bytes in time
};

class Lease {
 public:
  virtual ~Lease() = default;
  // Called from any thread, before every chunk of a running body: must be quick and never block.
  virtual bool over() const noexcept = 0;
};

}  // namespace halligan::app
