#include "daemon/health_server.h"

#include <cpprest/http_listener.h>
#include <pplx/threadpool.h>

#include <boost/asio/post.hpp>
#include <future>
#include <mutex>
#include <string>
#include <utility>

#if defined(__SANITIZE_THREAD__)
// libstdc++ counts references to an exception in its own library, which TSan does not see into.
extern "C" const char* __tsan_default_suppressions() { return "race:std::__exception_ptr\n"; }
#endif

namespace portcullis {
namespace {

using web::http::http_request;
using web::http::status_codes;
using web::http::experimental::listener::http_listener;

void limit_pool() {
  static std::once_flag once;
  std::call_once(once, [] { crossplat::threadpool::initialize_with_threads(2); });
}

// The promise is shared with the queued work, so that neither side can outlive it.
bool turns(boost::asio::io_context& io) {
  const auto turned = std::make_shared<std::promise<void>>();
  auto seen = turned->get_future();
  boost::asio::post(io, [turned] { turned->set_value(); });
  return seen.wait_for(HealthServer::kTurnLimit) == std::future_status::ready;
}

void reply(const http_request& request, bool good, const std::string& text) {
  request.reply(good ? status_codes::OK : status_codes::ServiceUnavailable, text,
                "text/plain; charset=utf-8");
}

void answer(const http_request& request, boost::asio::io_context& io, const StatusBoard& board) {
  const std::string path = request.relative_uri().path();
  if (path == "/healthz") {
    const bool good = turns(io);
    return reply(request, good, good ? "ok\n" : "the event loop does not turn\n");
  }
  if (path == "/readyz") {
    const auto status = board.latest();
    return reply(request, status->ready(), describe(*status));
  }
  request.reply(status_codes::NotFound, "/healthz and /readyz are served here\n");
}

}  // namespace

struct HealthServer::Impl {
  explicit Impl(const std::string& uri) : listener(uri) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    try {
      listener.close().wait();
    } catch (const std::exception&) {
      // It was not open, or is closed: nothing is left to do.
    }
  }

  http_listener listener;
};

HealthServer::HealthServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HealthServer::HealthServer(HealthServer&&) noexcept = default;
HealthServer::~HealthServer() = default;

Result<HealthServer> HealthServer::open(const ListenAddress& address, boost::asio::io_context& io,
                                        const StatusBoard& board) {
  limit_pool();
  try {
    auto impl = std::make_unique<Impl>("http://" + to_string(address) + "/");
    impl->listener.support(web::http::methods::GET, [&io, &board](const http_request& request) {
      answer(request, io, board);
    });
    impl->listener.open().wait();
    return HealthServer(std::move(impl));
  } catch (const std::exception& error) {
    return failure(ErrorCode::kIo, "cannot listen on " + to_string(address) + ": " + error.what() +
                                       " (choose another --listen ADDR:PORT, or off)");
  }
}

}  // namespace portcullis
