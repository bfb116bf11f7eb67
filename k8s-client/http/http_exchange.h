#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/result.h"
#include "k8s-client/access/cluster_access.h"
#include "k8s-client/access/credentials.h"
#include "k8s-client/http/route.h"

namespace portcullis::k8s {

// A name may be repeated.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// Of a request: Host, Authorization, and impersonation.
HeaderFields header_fields(const ClusterAccess& access, const Identity& identity);

// One request to one address of the server, or of its proxy.
struct HttpRequest {
  Route route;
  boost::asio::ip::tcp::endpoint endpoint;  // of the route's next hop
  std::string target;                       // "/version", below the server's own path
  HeaderFields fields;
  std::string json;  // the body of a POST; empty: it is a GET
  bool accepts_gzip;
  std::chrono::seconds idle_limit;  // without data from the server
};

struct HttpHead {
  int code = 0;
  std::optional<std::chrono::seconds> retry_after{};
  std::string content_type{};
};

// Receives the progress of a request, one call at a time.
class HttpReceiver {
 public:
  virtual ~HttpReceiver() = default;

  // An error ends the request with it.
  [[nodiscard]] virtual Result<void> take_head(HttpHead head) = 0;

  // A piece of the body, decompressed. False: the rest is not needed.
  virtual bool take(std::string_view bytes) = 0;

  // The last call, exactly once. Without an error the body is complete, or its rest is not needed.
  // kTimeout: no data within a limit; kIo: anything else.
  virtual void finish(std::optional<Error> error) = 0;
};

// "5", in seconds, at most five minutes; nothing for a date.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text);

// The error for a server that sent nothing in time.
Error silence(std::chrono::seconds limit);

}  // namespace portcullis::k8s
