#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "tests/support/api_server/fault_queue.h"
#include "tests/support/api_server/reply.h"
#include "tests/support/api_server/server.h"
#include "tests/support/api_server/store.h"

namespace boost::asio::ssl {
class context;
}

namespace portcullis::test::api {

class Connection;

// State shared by a server's connections. Used only on the loop's thread.
struct Core {
  explicit Core(const Setup& given) : setup(given), store(given.history) {}

  boost::asio::io_context io;
  Setup setup;
  std::shared_ptr<boost::asio::ssl::context> tls;  // null: plain
  Store store;
  FaultQueue faults;
  std::vector<Access> denied;
  std::vector<Request> log;
  std::vector<std::weak_ptr<Connection>> connections;
  std::size_t bytes_sent = 0;
};

// 401 or 403 if the client is not permitted to do this; 400 for a parameter that is not served.
std::optional<Reply> refuse(const Core& core, const Request& request);

// Everything except watches.
Reply serve(const Core& core, const Request& request);

// Sends every watch stream the new changes.
void notify(Core& core);

}  // namespace portcullis::test::api
