#include "daemon/serve/services.h"

#include <utility>

namespace portcullis {

Services::Services(boost::asio::io_context& io, const Options& options, const Content& content,
                   const KeptOpen::Sink& sink) {
  const auto open_admin = [this, &io, path = options.socket, answer = content.answer] {
    admin_.reset();
    return AdminServer::open(io, path, answer).map([this](AdminServer server) {
      admin_.emplace(std::move(server));
    });
  };
  admin_kept_.emplace(
      io, KeptOpen::Service{"admin socket", open_admin, [this] { return admin_->is_reachable(); }},
      sink);
  if (!options.listen) return;
  const auto open_health = [this, &io, address = *options.listen, content] {
    health_.reset();
    return HealthServer::open(address, io, content.status, content.metrics)
        .map([this](HealthServer server) { health_.emplace(std::move(server)); });
  };
  health_kept_.emplace(
      io, KeptOpen::Service{"health port", open_health, [this] { return health_->is_listening(); }},
      sink);
}

}  // namespace portcullis
