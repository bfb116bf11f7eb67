#pragma once

#include <chrono>

#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {

// Something with a socket that wants to hear when it may go on.
class Watched {
 public:
  explicit Watched(FileDescriptor socket) : socket_(std::move(socket)) {}
  virtual ~Watched() = default;
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  // Must go on until the socket has nothing more to give (EAGAIN): it is not told twice.
  virtual void on_ready() = 0;

  int fd() const { return socket_.get(); }
  bool is_open() const { return static_cast<bool>(socket_); }

 protected:
  void close_socket() { socket_.reset(); }

 private:
  FileDescriptor socket_;
};

// epoll, edge-triggered. Closing its socket ends the watch of an object; an object must not be
// destroyed by another's on_ready() unless its socket is closed. Not thread safe.
class Poll {
 public:
  Poll();

  void watch(Watched& watched);

  // Waits for events, calls on_ready() of each, and returns how many brought something in. That a
  // socket is writable does not: every packet that has left it says so, even one that is dropped.
  int wait(std::chrono::milliseconds timeout);

 private:
  FileDescriptor epoll_;
};

}  // namespace portcullis::test
