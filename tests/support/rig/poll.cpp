#include "tests/support/rig/poll.h"

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace portcullis::test {

namespace {

// Sending causes an event, too, when the packet has left and there is room again.
constexpr std::uint32_t kArrivals = EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP;

}  // namespace

Poll::Poll() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_) return;
  std::perror("epoll_create1");
  std::abort();
}

void Poll::watch(Watched& watched) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watched;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watched.fd(), &event) == 0) return;
  std::perror("epoll_ctl");
  std::abort();
}

int Poll::wait(std::chrono::milliseconds timeout) {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                               static_cast<int>(timeout.count()));
  int arrivals = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    auto* watched = static_cast<Watched*>(event.data.ptr);
    if ((event.events & kArrivals) != 0) ++arrivals;
    if (watched->is_open()) watched->on_ready();
  }
  return arrivals;
}

}  // namespace portcullis::test
