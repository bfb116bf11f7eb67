#include "tests/support/rig/barrage.h"

#include "tests/support/process/wait_until.h"

namespace portcullis::test {

Barrage::Barrage(const Endpoint& from, const Endpoint& to, Family family, const Ports& ports)
    : sender_(from, family),
      open_(to, family, ports.open),
      closed_(to, family, ports.closed),
      thread_([this] { run(); }) {}

bool Barrage::goes_on() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const std::size_t before = sent_to_closed_;
  while (sent_to_closed_ == before) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

Barrage::Outcome Barrage::stop() {
  halt();
  wait_until(
      [this] {
        receive();
        return arrived_ == sent_to_open_;
      },
      std::chrono::seconds(5));
  return {sent(), sent_to_open_ - arrived_, leaked_};
}

void Barrage::run() {
  of_the_test_.leave();
  while (going_) {
    receive();
    if (sent_to_open_ - arrived_ >= kMostUnderWay) {
      std::this_thread::yield();
      continue;
    }
    if (sender_.send_to(open_)) ++sent_to_open_;
    if (sender_.send_to(closed_)) ++sent_to_closed_;
  }
}

void Barrage::halt() {
  going_ = false;
  if (thread_.joinable()) thread_.join();
}

void Barrage::receive() {
  while (open_.receive()) ++arrived_;
  while (closed_.receive()) ++leaked_;
}

}  // namespace portcullis::test
