#include "daemon/health_server.h"

#include <boost/asio/ip/tcp.hpp>

#include "daemon/metrics.h"

namespace portcullis {
namespace {

using boost::asio::ip::tcp;

HttpReply answer(const std::string& target, const Status& status,
                 const std::function<std::string()>& metrics) {
  const std::string path = target.substr(0, target.find('?'));
  if (path == "/healthz") return {200, "ok\n"};
  if (path == "/readyz") return {status.ready() ? 200U : 503U, describe(status)};
  if (path == "/metrics") return {200, metrics(), Metrics::kType};
  return {404, "/healthz, /readyz and /metrics are served here\n"};
}

}  // namespace

Result<HealthServer> HealthServer::open(const ListenAddress& address, boost::asio::io_context& io,
                                        const Status& status,
                                        std::function<std::string()> metrics) {
  try {
    const auto found = tcp::resolver(io).resolve(address.host, std::to_string(address.port));
    const tcp::endpoint endpoint = *found.begin();
    tcp::acceptor acceptor(io, endpoint);
    return HealthServer(
        HttpServer(io, endpoint.protocol(), acceptor.release(),
                   {.answer =
                        [&status, metrics = std::move(metrics)](
                            const std::string& target, const HttpServer::Respond& respond) {
                          respond(answer(target, status, metrics));
                        },
                    .patience = kPatience}));
  } catch (const boost::system::system_error& error) {
    return failure(ErrorCode::kIo, "cannot listen on " + to_string(address) + ": " +
                                       error.code().message() +
                                       " (choose another --listen ADDR:PORT, or off)");
  }
}

}  // namespace portcullis
