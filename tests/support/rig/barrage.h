#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

#include "tests/support/process/processor.h"
#include "tests/support/rig/talker.h"

namespace portcullis::test {

// Datagrams from one endpoint to two ports of another, in pairs without a pause, while a test does
// something else. Nobody answers, so each is a new connection to conntrack, and judged. So few are
// under way at a time that no buffer can overflow on a busy machine: once kMostUnderWay are lost,
// it stops sending. It avoids the processor on which the test then stays, so that the test's
// changes meet packets. Its results are not compared with explain, since the rules change
// meanwhile.
class Barrage {
 public:
  struct Ports {
    std::uint16_t open;    // no datagram to it may be lost
    std::uint16_t closed;  // none may arrive
  };

  static constexpr std::size_t kMostUnderWay = 64;  // to the open port

  // The endpoints must outlive it.
  Barrage(const Endpoint& from, const Endpoint& to, Family family, const Ports& ports);
  ~Barrage() { halt(); }
  Barrage(const Barrage&) = delete;
  Barrage& operator=(const Barrage&) = delete;

  struct Sent {
    std::size_t open = 0;
    std::size_t closed = 0;
  };

  Sent sent() const { return {sent_to_open_, sent_to_closed_}; }  // so far

  // Waits until another pair has been sent, without sleeping, lest it wake up after the sender's
  // turn on a busy processor; false if that takes 20 s.
  bool goes_on() const;

  // The socket of the closed port, to show that it could receive; only after stop().
  const Talker& closed() const { return closed_; }

  struct Outcome {
    Sent sent;
    std::size_t lost = 0;    // on their way to the open port
    std::size_t leaked = 0;  // to the closed port
  };

  // Stops it, and waits for pending datagrams.
  Outcome stop();

 private:
  void run();
  void halt();
  void receive();

  Talker sender_;
  Talker open_;
  Talker closed_;
  OneProcessor of_the_test_;
  std::atomic<bool> going_ = true;
  std::atomic<std::size_t> sent_to_open_ = 0;
  std::atomic<std::size_t> sent_to_closed_ = 0;
  std::size_t arrived_ = 0;
  std::size_t leaked_ = 0;
  std::thread thread_;
};

}  // namespace portcullis::test
