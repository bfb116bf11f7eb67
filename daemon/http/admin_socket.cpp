#include "daemon/http/admin_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "daemon/base/own_directory.h"

namespace portcullis {
namespace {

tl::unexpected<Error> refuse(const std::string& path, const std::string& why) {
  return failure(ErrorCode::kConflict, "cannot serve the socket " + path + ": " + why);
}

tl::unexpected<Error> refuse_errno(const std::string& path, int error) {
  const auto code = error == EACCES || error == EPERM ? ErrorCode::kPermission : ErrorCode::kIo;
  return failure(code, "cannot serve the socket " + path + ": " + std::strerror(error) +
                           " (--socket PATH chooses another)");
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

int stream_socket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool is_served(const std::string& path) {
  const int fd = stream_socket();
  if (fd < 0) return false;
  const sockaddr_un address = address_of(path);
  const bool served = connect(fd, generic(address), sizeof(address)) == 0;
  close(fd);
  return served;
}

Result<void> make_room(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) return refuse(path, "it exists and is not a socket");
  if (is_served(path)) {
    return refuse(path, "another portcullis serves it: stop that, or give another --socket");
  }
  unlink(path.c_str());
  return {};
}

}  // namespace

Result<int> listen_for_root(const std::string& path) {
  if (const auto is_there = ensure_own_directory(path, 0755); !is_there) {
    return tl::unexpected(Error{
        is_there.error().code,
        "cannot serve the socket " + path + ": " + is_there.error().message + " (--socket PATH)"});
  }
  const auto room = make_room(path);
  if (!room) return tl::unexpected(room.error());
  const int fd = stream_socket();
  if (fd < 0) return refuse_errno(path, errno);
  const sockaddr_un address = address_of(path);
  // On Linux the file that bind() creates has the socket's mode: it is never wider.
  if (fchmod(fd, 0600) != 0 || bind(fd, generic(address), sizeof(address)) != 0 ||
      listen(fd, SOMAXCONN) != 0) {
    const int error = errno;
    close(fd);
    return refuse_errno(path, error);
  }
  return fd;
}

bool peer_is_trusted(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == geteuid();
}

}  // namespace portcullis
