#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>

#include "daemon/admin_server.h"
#include "daemon/health_server.h"
#include "daemon/kept_open.h"
#include "daemon/options.h"
#include "daemon/status.h"

namespace portcullis {

// What the daemon serves beside enforcing: the admin socket, and the health port unless that is
// off. Each is kept open, and costs nothing else where it cannot be. All calls are made on the
// io_context's thread.
class Services {
 public:
  struct Content {
    AdminServer::Answer answer;
    const Status& status;  // outlives this
    std::function<std::string()> metrics;
  };

  Services(boost::asio::io_context& io, const Options& options, const Content& content,
           const KeptOpen::Sink& sink);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

 private:
  std::optional<AdminServer> admin_;
  std::optional<HealthServer> health_;
  std::optional<KeptOpen> admin_kept_;  // these use those above
  std::optional<KeptOpen> health_kept_;
};

}  // namespace portcullis
