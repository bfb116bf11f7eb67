#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "compiler/result.h"
#include "daemon/http_server.h"

namespace portcullis {

struct AdminReply {
  unsigned status = 200;  // of HTTP
  std::string body;
  bool negative = false;               // the answer is no: denied. "Portcullis-Negative: 1"
  std::vector<std::string> remarks{};  // on the answer, for stderr: "Portcullis-Remark: ..." each
};

// HTTP/1.1 on a unix stream socket that only root, or the daemon's own user, can open: what is
// served shows policies and addresses. Each GET is answered by `answer`, called with the request's
// target ("/v1/ruleset?format=nft") on the io_context's thread; it responds there, once, now or
// later.
class AdminServer {
 public:
  using Respond = std::function<void(AdminReply)>;
  using Answer = std::function<void(const std::string& target, Respond respond)>;

  static constexpr const char* kNegativeField = "Portcullis-Negative";
  static constexpr const char* kRemarkField = "Portcullis-Remark";

  // Makes the socket (mode 0600), and its directory as ensure_own_directory() does. A socket that
  // nobody serves is replaced; kConflict if one is served, or if `path` is something else than a
  // socket.
  [[nodiscard]] static Result<AdminServer> open(boost::asio::io_context& io,
                                                const std::string& path, Answer answer);

  AdminServer(AdminServer&&) = default;
  AdminServer& operator=(AdminServer&&) = delete;
  ~AdminServer();  // removes the socket, unless another stands at its path by now

  // Whether who connects to the path reaches this server: nobody has removed or replaced it.
  bool is_reachable() const;

 private:
  AdminServer(std::string path, ino_t inode, HttpServer server);

  std::string path_;  // empty: moved from
  ino_t inode_;       // of the socket there
  HttpServer server_;
};

}  // namespace portcullis
