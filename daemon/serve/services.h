#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>

#include "daemon/http/kept_open.h"
#include "daemon/options/options.h"
#include "daemon/serve/admin_server.h"
#include "daemon/serve/health_server.h"
#include "daemon/serve/status.h"

namespace portcullis {

// The services besides enforcement: the admin socket, and the health port unless it is off. Each is
// kept open; a failure to do so affects nothing else. All calls are on the io_context's thread.
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
  std::optional<KeptOpen> admin_kept_;  // these use the above
  std::optional<KeptOpen> health_kept_;
};

}  // namespace portcullis
