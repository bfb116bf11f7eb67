#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/http/http_server.h"

namespace portcullis {

struct AdminReply {
  unsigned status = 200;  // HTTP
  std::string body;
  bool negative = false;               // the answer is no: denied. "Portcullis-Negative: 1"
  std::vector<std::string> remarks{};  // for stderr; "Portcullis-Remark: ..." each
};

// HTTP/1.1 on a unix stream socket that only root, or the daemon's user, can open, since the
// answers show policies and addresses. Each GET is answered by `answer`, called with the request's
// target ("/v1/ruleset?format=nft") on the io_context's thread; it responds there, once, now or
// later.
class AdminServer {
 public:
  using Respond = std::function<void(AdminReply)>;
  using Answer = std::function<void(const std::string& target, Respond respond)>;

  static constexpr const char* kNegativeField = "Portcullis-Negative";
  static constexpr const char* kRemarkField = "Portcullis-Remark";

  // Creates the socket (mode 0600), and its directory as ensure_own_directory() does. Replaces a
  // socket that nobody serves; kConflict if one is served, or if `path` is not a socket.
  [[nodiscard]] static Result<AdminServer> open(boost::asio::io_context& io,
                                                const std::string& path, Answer answer);

  AdminServer(AdminServer&&) = default;
  AdminServer& operator=(AdminServer&&) = delete;
  ~AdminServer();  // removes the socket, unless another one has replaced it

  // Whether a connection to the path reaches this server: nobody has removed or replaced it.
  bool is_reachable() const;

 private:
  AdminServer(std::string path, ino_t inode, HttpServer server);

  std::string path_;  // empty: moved from
  ino_t inode_;       // of the socket there
  HttpServer server_;
};

}  // namespace portcullis
