#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace portcullis::test {

// Runs an io_context on a separate thread, until destroyed; it can then be run again.
class LoopThread {
 public:
  explicit LoopThread(boost::asio::io_context& io)
      : io_(io), work_(boost::asio::make_work_guard(io)), thread_([&io] { io.run(); }) {}
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  // The last work to finish stops the io_context, so it finishes before the restart.
  ~LoopThread() {
    work_.reset();
    io_.stop();
    thread_.join();
    io_.restart();
  }

 private:
  boost::asio::io_context& io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace portcullis::test
