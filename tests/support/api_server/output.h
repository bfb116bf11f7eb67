#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "tests/support/api_server/fault.h"
#include "tests/support/api_server/transport.h"

namespace portcullis::test::api {

// The output of a connection, in order. Lives until everything is written.
class Output : public std::enable_shared_from_this<Output> {
 public:
  // `sent` counts the bytes accepted by the socket, and outlives this.
  Output(boost::asio::io_context& io, std::shared_ptr<Transport> transport, std::size_t& sent);

  void send(std::string bytes);
  void send_chunk(const std::string& bytes);  // of a chunked body; an empty one is its end

  // Runs `next` when everything is written; not after an end.
  void then(std::function<void()> next);

  // Queued data is still written; later data is not.
  void end(fault::Ending ending);

  void drip(std::chrono::microseconds pause);  // from now on a byte at a time
  void flood();                                // chunks without an end, from now on

  void close(fault::Ending ending);  // now

 private:
  void write();
  void written(std::size_t size);
  void pause_then_write();
  void drained();

  std::shared_ptr<Transport> transport_;
  std::size_t& sent_;
  boost::asio::steady_timer pause_;
  std::chrono::microseconds drip_{0};
  bool flooding_ = false;
  bool writing_ = false;
  bool ended_ = false;
  bool closed_ = false;
  std::optional<fault::Ending> ending_;
  std::deque<std::string> queue_;
  std::size_t at_ = 0;  // in the first of the queue
  std::function<void()> next_;
};

// A chunk's head and bytes, cut in the middle of the bytes.
std::string half_a_chunk(const std::string& bytes);

}  // namespace portcullis::test::api
