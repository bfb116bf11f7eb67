#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "compiler/result.h"

namespace portcullis {

struct BootSnapshotTiming {
  std::chrono::milliseconds quiet{1'000};  // without a commit, before it saves
  // Though commits go on; and before it tries again after a failure.
  std::chrono::milliseconds longest_wait{10'000};
  int rest = 20;          // times as long as saving took, before it saves again
  int interruptions = 2;  // in a row, before they are a trouble
};

// Saves what was committed, on a thread of its own, which shares nothing with the event loop but
// the word that there was a commit: so it asks the kernel what that was.
//
//     committed()        quiet, or the longest wait; and rested
//     -----------> due ---------------------------------------> save()
//                   ^                                             |
//                   '------- failed, or committed() meanwhile ----'
//
// A save that was kInterrupted (others kept committing while it read) has not failed yet: its turn
// comes again. Where commits never leave the time that it takes to read the table, nothing is
// saved. The destructor saves what is due, once, without waiting for its time.
class BootSnapshotWriter {
 public:
  using Save = std::function<Result<void>()>;
  using Sink = std::function<void(const std::string& trouble)>;

  // Both are called on the thread; `sink` when saving begins to fail, or to fail for another
  // reason, and with "" when it succeeds again.
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
  std::string trouble_;    // that was told; these three are the thread's own
  int interruptions_ = 0;  // in a row
  Clock::time_point rested_at_{};
  std::mutex mutex_;  // of what follows
  std::condition_variable_any changed_;
  std::optional<Clock::time_point> first_;  // commit that is not saved; none: nothing is due
  Clock::time_point last_{};
  std::jthread thread_;  // ends first: it uses what is above
};

}  // namespace portcullis
