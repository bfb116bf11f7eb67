#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace portcullis::test {

// A dead address of this host: connections to its port are neither accepted nor refused, since its
// queue is full and the kernel ignores further ones.
class DeadAddress {
 public:
  DeadAddress(const std::string& address, std::uint16_t port);

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<boost::asio::ip::tcp::socket> waiting_;
};

}  // namespace portcullis::test
