#include "tests/support/process/http_client.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace portcullis::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using Request = http::request<http::string_body>;

HttpAnswer send(const std::string& host, std::uint16_t port, Request request) {
  try {
    asio::io_context io;
    beast::tcp_stream stream(io);
    stream.connect({asio::ip::make_address(host), port});
    request.set(http::field::host, "localhost");
    request.prepare_payload();
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(stream, buffer, response);
    return {static_cast<int>(response.result_int()), response.body()};
  } catch (const boost::system::system_error&) {
    return {};
  }
}

}  // namespace

HttpAnswer http_get(const std::string& host, std::uint16_t port, const std::string& path) {
  return send(host, port, Request(http::verb::get, path, 11));
}

HttpAnswer http_post(const std::string& host, std::uint16_t port, const std::string& path,
                     const std::string& body) {
  return send(host, port, Request(http::verb::post, path, 11, body));
}

void bring_loopback_up() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
    request.ifr_flags |= IFF_UP;
    ioctl(fd, SIOCSIFFLAGS, &request);
  }
  close(fd);
}

}  // namespace portcullis::test
