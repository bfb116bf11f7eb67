#include "daemon/boot/boot_snapshot_writer.h"

#include <algorithm>
#include <utility>

namespace portcullis {

BootSnapshotWriter::BootSnapshotWriter(Save save, BootSnapshotTiming timing, Sink sink)
    : save_(std::move(save)),
      timing_(timing),
      sink_(std::move(sink)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void BootSnapshotWriter::committed() {
  const std::lock_guard lock(mutex_);
  last_ = Clock::now();
  if (first_) return;
  first_ = last_;
  changed_.notify_one();
}

void BootSnapshotWriter::run(const std::stop_token& stop) {
  while (wait_until_due(stop), !stop.stop_requested()) save();
  const bool is_due = [&] {
    const std::lock_guard lock(mutex_);
    return first_.has_value();
  }();
  if (is_due) save();
}

void BootSnapshotWriter::wait_until_due(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return first_.has_value(); });
  while (!stop.stop_requested() && Clock::now() < due()) {
    changed_.wait_until(lock, stop, due(), [] { return false; });
  }
}

BootSnapshotWriter::Clock::time_point BootSnapshotWriter::due() const {
  return std::max(rested_at_, std::min(last_ + timing_.quiet, *first_ + timing_.longest_wait));
}

void BootSnapshotWriter::save() {
  {
    const std::lock_guard lock(mutex_);
    first_.reset();
  }
  const auto start = Clock::now();
  const auto saved = save_();
  const auto end = Clock::now();
  rested_at_ = end + timing_.rest * (end - start);
  const bool interrupted = !saved && saved.error().code == ErrorCode::kInterrupted;
  interruptions_ = interrupted ? interruptions_ + 1 : 0;
  if (saved) return tell("");
  if (!interrupted) rested_at_ = std::max(rested_at_, end + timing_.longest_wait);
  if (!interrupted || interruptions_ > timing_.interruptions) tell(saved.error().message);
  committed();
}

void BootSnapshotWriter::tell(const std::string& trouble) {
  if (std::exchange(trouble_, trouble) != trouble) sink_(trouble);
}

}  // namespace portcullis
