#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "compiler/base/address.h"
#include "tests/support/netns/network_namespace.h"

namespace portcullis::bench {

using Clock = std::chrono::steady_clock;

// The times when the kernel committed elements of sets and maps, from its notifications: those of a
// batch arrive once packets see it, its new generation last. Polling the generation would not be
// faster, and would take a processor from what is measured. Thread safe.
class Commits {
 public:
  // Listens in a network namespace until destroyed. Aborts if it cannot.
  explicit Commits(const test::NetworkNamespace& network);
  ~Commits();

  // When the element with this IPv4 address as its key was first added or removed after `since`.
  // None: not within `patience`.
  std::optional<Clock::time_point> wait_for(const Address& address, Clock::time_point since,
                                            std::chrono::milliseconds patience);

  std::size_t count() const;       // generations until now
  Clock::time_point last() const;  // when the last one of them was told

 private:
  void listen(const std::stop_token& stop);
  void take(std::span<const std::uint8_t> messages);

  int socket_ = -1;
  std::set<std::uint32_t> touched_;  // by the batch that is being told, in network byte order
  mutable std::mutex mutex_;         // of what follows
  std::condition_variable news_;
  std::map<std::uint32_t, std::vector<Clock::time_point>> times_;
  std::size_t count_ = 0;
  Clock::time_point last_{};
  std::jthread thread_;
};

}  // namespace portcullis::bench
