#include "k8s-client/http/http_stream.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "k8s-client/access/url.h"
#include "tests/unit/k8s-client/http/gzip.h"
#include "tests/unit/k8s-client/http/request.h"

namespace portcullis::k8s {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test::gzip;

constexpr std::size_t kEndless = std::size_t{1} << 24U;  // bytes: more than anyone should store

// Answers one request with these bytes, then more of the same, and closes.
class Server {
 public:
  explicit Server(std::string bytes, std::string repeated = "")
      : thread_([this, bytes = std::move(bytes), repeated = std::move(repeated)] {
          tcp::socket socket(io_);
          acceptor_.accept(socket);
          std::string request;
          boost::system::error_code error;
          asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", error);
          asio::write(socket, asio::buffer(bytes), error);
          for (sent_ = 0; !repeated.empty() && !error && sent_ < kEndless;) {
            sent_ += asio::write(socket, asio::buffer(repeated), error);
          }
        }) {}

  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  std::size_t sent() {  // of what is repeated
    thread_.join();
    return sent_;
  }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::size_t sent_ = 0;
  std::jthread thread_;
};

test::Answer get(const Server& server, bool accepts_gzip = true) {
  return test::perform({.route = {.server = parse_url("http://127.0.0.1").value()},
                        .endpoint = server.endpoint(),
                        .target = "/",
                        .fields = {},
                        .json = "",
                        .accepts_gzip = accepts_gzip,
                        .idle_limit = std::chrono::seconds(30)});
}

std::string response(const std::string& encoding, const std::string& body) {
  const auto field = encoding.empty() ? "" : "Content-Encoding: " + encoding + "\r\n";
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + field +
         "\r\n" + body;
}

TEST(HttpStream, DecompressesWhatIsSaidToBeCompressed) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "text"},           {"identity", "text"},   {"Identity", "text"},
      {"gzip", gzip("text")}, {"GZIP", gzip("text")}, {"x-gzip", gzip("te") + gzip("xt")}};
  for (const auto& [encoding, body] : cases) {
    const auto received = get(Server(response(encoding, body)));
    EXPECT_EQ(received.body, "text") << encoding;
    EXPECT_EQ(received.error, "") << encoding;
  }
}

TEST(HttpStream, RefusesOtherBodies) {
  const std::tuple<std::string, std::string, std::string> cases[] = {
      {"br", "text", "the body is compressed (br), which was not requested: is there a proxy?"},
      {"gzip", "text", "the body is not valid gzip: is there a proxy?"},
      {"gzip", gzip("text") + "text", "the body is not valid gzip: is there a proxy?"},
      {"gzip", gzip("text").substr(0, 12), "the compressed body is not complete"},
      {"gzip", "", "the compressed body is not complete"}};
  for (const auto& [encoding, body, error] : cases) {
    EXPECT_EQ(get(Server(response(encoding, body))).error, error) << encoding << ' ' << body.size();
  }
  EXPECT_EQ(get(Server(response("gzip", gzip("text"))), false).error,
            "the body is compressed (gzip), which was not requested: is there a proxy?");
}

TEST(HttpStream, ReadsPastInterimResponses) {
  const auto received =
      get(Server("HTTP/1.1 100 Continue\r\n\r\n"
                 "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" +
                 response("", "text")));
  EXPECT_EQ(received.status, 200);
  EXPECT_EQ(received.body, "text");
  EXPECT_EQ(get(Server("", "HTTP/1.1 100 Continue\r\n\r\n")).error,
            "the server keeps sending interim responses (1xx)");
}

// What belongs to no body is stored until it is complete.
TEST(HttpStream, StoresNothingEndless) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string filler(4096, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"HTTP/1.1 200 OK\r\n", "A: " + filler + "\r\n"},
      {"HTTP/1.1 200 OK\r\nA: ", filler},
      {chunked + "5;a=", filler},
      {chunked + "0\r\n", "A: " + filler + "\r\n"}};
  for (const auto& [begin, repeated] : cases) {
    Server server(begin, repeated);
    EXPECT_EQ(get(server).error,
              "the header of the response, of a chunk, or its trailer is too long")
        << begin;
    EXPECT_LT(server.sent(), kEndless) << begin;
  }
}

}  // namespace
}  // namespace portcullis::k8s
