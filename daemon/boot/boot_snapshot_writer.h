#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "compiler/base/result.h"

namespace portcullis {

struct BootSnapshotTiming {
  std::chrono::milliseconds quiet{1'000};  // without a commit before it saves
  // Even if commits continue; and before it retries after a failure.
  std::chrono::milliseconds longest_wait{10'000};
  int rest = 20;          // times the duration of a save, before the next one
  int interruptions = 2;  // in a row, before they are reported
};

// Saves what was committed, on its own thread. It shares only the fact that there was a commit with
// the event loop, so it reads the table from the kernel.
//
//     committed()        quiet, or the longest wait; and rested
//     -----------> due ---------------------------------------> save()
//                   ^                                             |
//                   '------- failed, or committed() meanwhile ----'
//
// An interrupted save (kInterrupted: others kept committing while it read) is not a failure yet: it
// is retried. If commits never leave time to read the table, nothing is saved. The destructor saves
// once what is due, without waiting.
class BootSnapshotWriter {
 public:
  using Save = std::function<Result<void>()>;
  using Sink = std::function<void(const std::string& trouble)>;

  // Both are called on the thread; `sink` when saving begins to fail or fails for another reason,
  // and with "" when it succeeds again.
  BootSnapshotWriter(Save save, BootSnapshotTiming timing, Sink sink);
  BootSnapshotWriter(const BootSnapshotWriter&) = delete;
  BootSnapshotWriter& operator=(const BootSnapshotWriter&) = delete;

  // From any thread; never waits for a save.
  void committed();

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void wait_until_due(const std::stop_token& stop);
  void save();
  void tell(const std::string& trouble);
  Clock::time_point due() const;

  const Save save_;
  const BootSnapshotTiming timing_;
  const Sink sink_;
  std::string trouble_;    // as reported; these three are used by the thread only
  int interruptions_ = 0;  // in a row
  Clock::time_point rested_at_{};
  std::mutex mutex_;  // guards the following
  std::condition_variable_any changed_;
  std::optional<Clock::time_point> first_;  // unsaved commit; none: nothing is due
  Clock::time_point last_{};
  std::jthread thread_;  // destroyed first: it uses the above
};

}  // namespace portcullis
