#pragma once

#include <chrono>

#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {

// Something with a socket that is notified when it can continue.
class Watched {
 public:
  explicit Watched(FileDescriptor socket) : socket_(std::move(socket)) {}
  virtual ~Watched() = default;
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  // Must continue until the socket is drained (EAGAIN): it is not notified twice.
  virtual void on_ready() = 0;

  int fd() const { return socket_.get(); }
  bool is_open() const { return static_cast<bool>(socket_); }

 protected:
  void close_socket() { socket_.reset(); }

 private:
  FileDescriptor socket_;
};

// epoll, edge-triggered. Closing its socket ends an object's watch; another object's on_ready()
// must not destroy an object unless its socket is closed. Not thread safe.
class Poll {
 public:
  Poll();

  void watch(Watched& watched);

  // Waits for events, calls on_ready() for each, and returns the number that had data, an error or
  // an end.
  int wait(std::chrono::milliseconds timeout);

 private:
  FileDescriptor epoll_;
};

}  // namespace portcullis::test
