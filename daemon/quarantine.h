#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

#include "compiler/incremental/incremental_compiler.h"
#include "compiler/result.h"
#include "daemon/quarantine_check.h"
#include "daemon/quarantine_log.h"

namespace portcullis {

// Keeps what the compiler has in quarantine in step with the node's interfaces, and logs it.
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
  using Opened = std::function<void(RulesetChange)>;

  // `opened` takes what changed when the node had some addresses no longer.
  Quarantine(boost::asio::io_context& io, IncrementalCompiler& compiler, ReadTable read_table,
             Retry retry, Opened opened);

  // Which pods were here, a restarted daemon does not know; whose addresses the kernel's table
  // still names, it does. What no pod of this node claims any more stays closed. To be called once
  // all objects are known, and before anything is committed. False if the table cannot be read,
  // which is logged: `retry` is called in a while, and nothing is to be committed until then.
  bool recovered();

  // The compiler has applied events.
  void follow();

 private:
  void take(const QuarantineLook& look);

  IncrementalCompiler& compiler_;
  const ReadTable read_table_;
  const Retry retry_;
  const Opened opened_;
  bool recovered_ = false;
  std::string error_;  // of the last try to read the table; empty: there was none
  boost::asio::steady_timer timer_;
  QuarantineLog log_;
  QuarantineCheck check_;
};

}  // namespace portcullis
