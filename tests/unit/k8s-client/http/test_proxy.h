#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "tests/support/process/loop_thread.h"

namespace portcullis::k8s::test {

// An HTTP proxy that tunnels (CONNECT) to one port of 127.0.0.1, whatever the target.
class TestProxy {
 public:
  // `added`: what it sends into each tunnel, together with its answer.
  explicit TestProxy(std::uint16_t port, std::string added = "");

  std::string authority() const;  // "127.0.0.1:<port>"

  // The heads of the received requests, oldest first.
  std::vector<std::string> heads() const;

 private:
  void accept();
  std::string tunnel(boost::asio::ip::tcp::socket client);

  const std::uint16_t port_;
  const std::string added_;
  mutable boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::string> heads_;  // on the loop's thread
  portcullis::test::LoopThread loop_;
};

}  // namespace portcullis::k8s::test
