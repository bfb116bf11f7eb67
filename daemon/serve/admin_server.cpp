#include "daemon/serve/admin_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <utility>

#include "compiler/base/escape.h"
#include "daemon/http/admin_socket.h"

namespace portcullis {
namespace {

constexpr std::uint32_t kLongestHeader = 1U << 20;  // a request may name many namespaces

std::optional<ino_t> inode_of(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_ino;
}

HttpReply in_http(AdminReply reply) {
  HttpReply http{reply.status, std::move(reply.body)};
  if (reply.negative) http.fields.emplace_back(AdminServer::kNegativeField, "1");
  for (const auto& remark : reply.remarks) {
    // An HTTP field has no control characters, but text from an API server may.
    http.fields.emplace_back(AdminServer::kRemarkField, escape(remark));
  }
  return http;
}

}  // namespace

AdminServer::AdminServer(std::string path, ino_t inode, HttpServer server)
    : path_(std::move(path)), inode_(inode), server_(std::move(server)) {}

// Before the server closes: a later socket at the path may be a successor's.
AdminServer::~AdminServer() {
  if (!path_.empty() && inode_of(path_) == inode_) unlink(path_.c_str());
}

bool AdminServer::is_reachable() const {
  return server_.is_listening() && inode_of(path_) == inode_;
}

Result<AdminServer> AdminServer::open(boost::asio::io_context& io, const std::string& path,
                                      Answer answer) {
  return listen_for_root(path).map([&](int fd) {
    HttpServer::Service service{
        .answer =
            [answer = std::move(answer)](const std::string& target, HttpServer::Respond respond) {
              answer(target, [respond = std::move(respond)](AdminReply reply) {
                respond(in_http(std::move(reply)));
              });
            },
        .admits = peer_is_trusted,
        .longest_header = kLongestHeader};
    return AdminServer(
        path, inode_of(path).value_or(0),
        HttpServer(io, boost::asio::local::stream_protocol(), fd, std::move(service)));
  });
}

}  // namespace portcullis
