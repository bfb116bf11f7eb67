#include "tests/support/gateway/dead_address.h"

#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>

namespace portcullis::test {
namespace {

using boost::asio::ip::tcp;

constexpr int kQuiet = 300;  // milliseconds, in which loopback has long connected
constexpr int kMost = 8;

bool connects(tcp::socket& socket, const tcp::endpoint& endpoint) {
  socket.open(endpoint.protocol());
  socket.native_non_blocking(true);
  static_cast<void>(
      ::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())));
  pollfd connected{socket.native_handle(), POLLOUT, 0};
  return ::poll(&connected, 1, kQuiet) > 0;
}

}  // namespace

DeadAddress::DeadAddress(const std::string& address, std::uint16_t port) : acceptor_(io_) {
  const tcp::endpoint endpoint(boost::asio::ip::make_address(address), port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen(0);
  do {
    waiting_.emplace_back(io_);
    if (waiting_.size() > kMost) throw std::runtime_error("the queue of connections has no end");
  } while (connects(waiting_.back(), acceptor_.local_endpoint()));
}

}  // namespace portcullis::test
