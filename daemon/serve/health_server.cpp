#include "daemon/serve/health_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/http/http_server.h"
#include "daemon/http/loop_answer.h"
#include "daemon/serve/metrics.h"

namespace portcullis {
namespace {

using boost::asio::ip::tcp;

constexpr std::size_t kConnections = 256;

}  // namespace

struct HealthServer::Impl {
  Impl(boost::asio::io_context& loop, const Status& status, std::function<std::string()> metrics)
      : readiness(std::make_shared<LoopAnswer>(
            own, loop,
            [&status] {
              return HttpReply{status.ready() ? 200U : 503U, describe(status)};
            },
            LoopAnswer::Timing{kProbePause, {}})),
        measured(std::make_shared<LoopAnswer>(
            own, loop,
            [metrics = std::move(metrics)] {
              return HttpReply{200, metrics(), Metrics::kType};
            },
            LoopAnswer::Timing{kMetricsAge, kMetricsAge})) {}

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ~Impl() {
    own.stop();
    if (thread.joinable()) thread.join();
  }

  void serve(const tcp::endpoint& endpoint, int listening) {
    server.emplace(
        own, endpoint.protocol(), listening,
        HttpServer::Service{
            .answer = [this](const std::string& target,
                             HttpServer::Respond respond) { answer(target, std::move(respond)); },
            .patience = kPatience,
            .connections = kConnections});
    thread = std::thread([this] { own.run(); });
  }

  void answer(const std::string& target, HttpServer::Respond respond) {
    const std::string path = target.substr(0, target.find('?'));
    if (path == "/healthz") {
      return readiness->ask([respond = std::move(respond)](const HttpReply&) {
        respond({200, "ok\n"});
      });
    }
    if (path == "/readyz") return readiness->ask(std::move(respond));
    if (path == "/metrics") return measured->ask(std::move(respond));
    respond({404, "/healthz, /readyz and /metrics are served here\n"});
  }

  boost::asio::io_context own{1};
  std::shared_ptr<LoopAnswer> readiness;
  std::shared_ptr<LoopAnswer> measured;
  std::optional<HttpServer> server;
  std::thread thread;
};

HealthServer::HealthServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HealthServer::HealthServer(HealthServer&&) noexcept = default;
HealthServer::~HealthServer() = default;

bool HealthServer::is_listening() const { return impl_->server->is_listening(); }

Result<HealthServer> HealthServer::open(const ListenAddress& address, boost::asio::io_context& loop,
                                        const Status& status,
                                        std::function<std::string()> metrics) {
  try {
    const auto found = tcp::resolver(loop).resolve(address.host, std::to_string(address.port));
    const tcp::endpoint endpoint = *found.begin();
    tcp::acceptor acceptor(loop, endpoint);
    auto impl = std::make_unique<Impl>(loop, status, std::move(metrics));
    impl->serve(endpoint, acceptor.release());
    return HealthServer(std::move(impl));
  } catch (const boost::system::system_error& error) {
    return failure(ErrorCode::kIo, "cannot listen on " + to_string(address) + ": " +
                                       error.code().message() +
                                       " (choose another --listen ADDR:PORT, or off)");
  }
}

}  // namespace portcullis
