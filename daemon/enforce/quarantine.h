#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

#include "compiler/base/result.h"
#include "compiler/engine/incremental_compiler.h"
#include "daemon/enforce/quarantine_check.h"
#include "daemon/enforce/quarantine_log.h"

namespace portcullis {

// Keeps the compiler's quarantine in sync with the node's interfaces, and logs it.
//
//     IncrementalCompiler --- follow() ---> QuarantineCheck --> nl::AttachedAddresses, on a thread
//             ^                                   |             of its own
//             '----- release(gone) ---------------'
//
// `compiler` must outlive it. All calls and the sink run on the io_context's thread.
class Quarantine {
 public:
  using ReadTable = std::function<Result<Ruleset>()>;  // the kernel's
  using Retry = std::function<void()>;
  using Opened = std::function<void(Delta)>;

  // `opened` gets the change after the node has lost some addresses.
  Quarantine(boost::asio::io_context& io, IncrementalCompiler& compiler, ReadTable read_table,
             Retry retry, Opened opened);

  // A restarted daemon does not know which pods were here, but the kernel's table still names their
  // addresses: those that no pod of this node claims stay closed. The same of interfaces. Call once
  // all objects are known, before any commit. False if the table cannot be read, which is logged:
  // `retry` is called later, and nothing may be committed until then.
  bool recovered();

  // The compiler has applied events.
  void follow();

  // The node's interfaces have changed.
  void look_again() { check_.hurry(); }

 private:
  void take(const QuarantineLook& look);

  IncrementalCompiler& compiler_;
  const ReadTable read_table_;
  const Retry retry_;
  const Opened opened_;
  bool recovered_ = false;
  std::string error_;  // of the last attempt to read the table; empty: none
  boost::asio::steady_timer timer_;
  QuarantineLog log_;
  QuarantineCheck check_;
};

}  // namespace portcullis
