#include "daemon/serve/admin_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

namespace portcullis {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Protocol = asio::local::stream_protocol;
using ErrorCodeOfAsio = boost::system::error_code;

tl::unexpected<Error> failed_exchange(const std::string& path, const ErrorCodeOfAsio& error,
                                      std::chrono::seconds patience) {
  const std::string socket = "the daemon's socket " + path;
  if (error == asio::error::connection_refused ||
      error == boost::system::errc::no_such_file_or_directory) {
    return failure(ErrorCode::kNotFound, "no daemon answers on " + path +
                                             ": start it with portcullis run, or name its socket "
                                             "with --socket PATH");
  }
  if (error == boost::system::errc::permission_denied) {
    return failure(ErrorCode::kPermission, socket + " is open to root only");
  }
  if (error == beast::error::timeout) {
    return failure(ErrorCode::kTimeout, socket + " did not answer within " +
                                            std::to_string(patience.count()) +
                                            " s: is the daemon stopped or very busy?");
  }
  return failure(ErrorCode::kIo, socket + " failed: " + error.message());
}

// One exchange: each step starts the next, and the first error ends it.
struct Exchange {
  Exchange(asio::io_context& io, const std::string& target) : stream(io) {
    request.method(http::verb::get);
    request.target(target);
    request.version(11);
    request.set(http::field::host, "portcullis");
    request.keep_alive(false);
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  void start(const std::string& path, std::chrono::seconds patience) {
    stream.expires_after(patience);
    stream.async_connect(Protocol::endpoint(path), [this](const ErrorCodeOfAsio& error) {
      if (!failed(error)) write();
    });
  }

  void write() {
    http::async_write(stream, request, [this](const ErrorCodeOfAsio& error, std::size_t) {
      if (!failed(error)) read();
    });
  }

  void read() {
    http::async_read(stream, buffer, parser,
                     [this](const ErrorCodeOfAsio& error, std::size_t) { failed(error); });
  }

  bool failed(const ErrorCodeOfAsio& error) {
    outcome = error;
    return static_cast<bool>(error);
  }

  beast::basic_stream<Protocol> stream;
  http::request<http::empty_body> request;
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  ErrorCodeOfAsio outcome;
};

ErrorCode code_of(http::status status) {
  if (status == http::status::not_found) return ErrorCode::kNotFound;
  return status == http::status::bad_request ? ErrorCode::kInvalidInput : ErrorCode::kConflict;
}

std::vector<std::string> remarks_of(const http::response<http::string_body>& response) {
  std::vector<std::string> remarks;
  const auto [first, last] = response.equal_range(AdminServer::kRemarkField);
  for (auto field = first; field != last; ++field) remarks.emplace_back(field->value());
  return remarks;
}

}  // namespace

Result<AdminReply> ask_daemon(const std::string& path, const std::string& target,
                              std::chrono::seconds patience) {
  asio::io_context io;
  Exchange exchange(io, target);
  exchange.start(path, patience);
  io.run();
  if (exchange.outcome) return failed_exchange(path, exchange.outcome, patience);
  auto response = exchange.parser.release();
  if (response.result() != http::status::ok) {
    return failure(code_of(response.result()), "the daemon cannot answer: " + response.body());
  }
  return AdminReply{response.result_int(), std::move(response.body()),
                    response.count(AdminServer::kNegativeField) != 0, remarks_of(response)};
}

}  // namespace portcullis
