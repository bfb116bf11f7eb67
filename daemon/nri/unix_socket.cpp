#include "daemon/nri/unix_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace portcullis::nri {
namespace {

tl::unexpected<Error> cannot_connect(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return failure(ErrorCode::kNotFound,
                     "no socket " + path + ": the runtime is not running, or does not offer NRI");
    case ECONNREFUSED:
      return failure(ErrorCode::kIo, "nobody listens on " + path +
                                         ": the runtime is not running, or its NRI is disabled");
    default:
      return failure(error == EACCES || error == EPERM ? ErrorCode::kPermission : ErrorCode::kIo,
                     "cannot connect to " + path + ": " + std::strerror(error));
  }
}

// Of whoever called listen().
Result<void> check_server(int fd, const std::string& path) {
  ucred server{};
  socklen_t size = sizeof(server);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &server, &size) != 0) {
    return cannot_connect(path, errno);
  }
  if (server.uid == 0 || server.uid == geteuid()) return {};
  return failure(ErrorCode::kPermission,
                 path + " is served by user " + std::to_string(server.uid) + ", not by root");
}

}  // namespace

Result<int> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return cannot_connect(path, ENAMETOOLONG);
  path.copy(address.sun_path, path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return cannot_connect(path, errno);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  const auto checked = connected ? check_server(fd, path) : cannot_connect(path, errno);
  if (checked) return fd;
  close(fd);
  return tl::unexpected(checked.error());
}

}  // namespace portcullis::nri
