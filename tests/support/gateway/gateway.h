#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace portcullis::test {

// How a gateway treats the response to a watch.
enum class Framing {
  kUnchunked,   // as HTTP/1.0: neither chunks nor a length, the end of the connection ends it
  kBuffered,    // the head passes, the body is held back until its end
  kHeldBack,    // the head, too
  kCompressed,  // said to be, in its head
};

// An HTTP gateway between a client and a server on 127.0.0.1, without TLS. Responses other than to
// a watch pass unchanged. It has its own threads.
class Gateway {
 public:
  Gateway(std::uint16_t server_port, Framing framing);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  ~Gateway();  // ends all connections

  std::string url() const;  // "http://127.0.0.1:8080"

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void accept();
  void serve(Socket client);
  void pass_watch(Socket& client, Socket& server);

  // A socket that is shut down at the end, so that nobody blocks on it.
  class Registered;

  const std::uint16_t server_port_;
  const Framing framing_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::mutex mutex_;  // of what follows
  bool ending_ = false;
  std::set<Socket*> open_;
  std::vector<std::thread> connections_;
  std::thread acceptance_;
};

}  // namespace portcullis::test
