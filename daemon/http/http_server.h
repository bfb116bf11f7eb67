#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portcullis {

struct HttpReply {
  unsigned status = 200;
  std::string body;
  const char* type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> fields{};  // of the header, besides the usual
};

// HTTP/1.1 in the event loop: one GET or HEAD and one response per connection. Everything is called
// on the io_context's thread.
class HttpServer {
 public:
  using Respond = std::function<void(HttpReply)>;

  struct Service {
    // Called with the request's target ("/v1/ruleset?format=nft"); responds there, once, now or
    // later.
    std::function<void(const std::string& target, Respond respond)> answer;
    std::function<bool(int peer)> admits{};   // a connection's descriptor; none: everyone
    std::chrono::seconds patience{30};        // for the whole request, and for the response
    std::uint32_t longest_header = 1U << 13;  // bytes
    std::size_t connections = 64;             // one more ends the oldest of the most silent
  };

  // Takes ownership of a listening socket.
  HttpServer(boost::asio::io_context& io, boost::asio::generic::stream_protocol protocol,
             int listening, Service service);

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) = delete;
  ~HttpServer();  // stops listening; pending answers continue

  // False once the kernel has closed the listening socket, as `ss --kill` makes it do.
  bool is_listening() const;

 private:
  class Acceptor;
  std::shared_ptr<Acceptor> acceptor_;
};

}  // namespace portcullis
