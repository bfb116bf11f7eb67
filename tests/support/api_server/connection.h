#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>

#include "tests/support/api_server/core.h"
#include "tests/support/api_server/output.h"
#include "tests/support/api_server/transport.h"
#include "tests/support/api_server/watch_stream.h"

namespace portcullis::test::api {

// One client's connection: serves one request after another. Lives while it is open. `core`
// outlives it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Core& core, std::shared_ptr<Transport> transport);

  void start();
  void close(fault::Ending ending);
  bool open() const { return open_; }

  // The stream being served; null: none.
  WatchStream* watch();

 private:
  void read();
  void answer();
  void answer_with(const Reply& reply, const std::optional<Fault>& fault);
  void answer_watch(const Request& request, const std::optional<Fault>& fault);
  void await_bytes();
  void send_reply(const Reply& reply);
  void send_broken(const Reply& reply, const fault::Break& fault);

  Core& core_;
  std::shared_ptr<Transport> transport_;
  std::shared_ptr<Output> output_;
  boost::beast::flat_buffer buffer_;
  std::optional<Transport::Parser> parser_;
  std::optional<WatchStream> watch_;
  boost::asio::steady_timer timeout_;
  bool open_ = true;
};

}  // namespace portcullis::test::api
