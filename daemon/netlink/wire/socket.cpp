#include "daemon/netlink/wire/socket.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>

namespace portcullis::nl {
namespace {

constexpr std::size_t kReceiveBuffer = 256 * 1024;     // the kernel's largest dump part is 32 KB
constexpr std::size_t kReceiveRoom = 8 * 1024 * 1024;  // what may wait in the socket
constexpr std::size_t kAnswerRoom = 1024;              // one answer there, with its overhead

Error io_error(const char* what, int error) {
  return {ErrorCode::kIo, std::string(what) + ": " + strerrordesc_np(error)};
}

Error open_error(int error) {
  if (error == EPROTONOSUPPORT || error == EAFNOSUPPORT) {
    return {ErrorCode::kUnsupported,
            "this kernel has no nfnetlink: load the modules nfnetlink and nf_tables, or use a "
            "kernel that is built with CONFIG_NF_TABLES"};
  }
  return io_error("cannot open a netlink socket", error);
}

Error lost_answers() {
  return {ErrorCode::kInterrupted,
          "the kernel's answers did not fit into the socket and were lost"};
}

// SO_SNDBUFFORCE and SO_RCVBUFFORCE go beyond the limits of net.core, with CAP_NET_ADMIN in the
// first user namespace; without it we get what the limits allow.
void set_buffer_size(int fd, int force_option, int option, std::size_t size) {
  const int value = static_cast<int>(std::min<std::size_t>(size, INT32_MAX / 2));
  if (setsockopt(fd, SOL_SOCKET, force_option, &value, sizeof value) == 0) return;
  setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

std::size_t send_buffer_size(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, &size);
  return static_cast<std::size_t>(value);
}

// | nlmsghdr | error s32 | nlmsghdr of the request | NLMSGERR_ATTR_MSG | NLMSGERR_ATTR_OFFS |
//                                                    only with NLM_F_ACK_TLVS
Answer parse_answer(const nlmsghdr* header) {
  const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header));
  Answer answer{header->nlmsg_seq, -error->error, 0, {}};
  if ((header->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return answer;
  const bool capped = (header->nlmsg_flags & NLM_F_CAPPED) != 0;
  const std::size_t skip =
      sizeof(nlmsgerr) + (capped ? 0 : MNL_ALIGN(error->msg.nlmsg_len - MNL_NLMSG_HDRLEN));
  const auto* attr = static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(header, skip));
  const auto* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(header));
  for (; mnl_attr_ok(attr, static_cast<int>(end - reinterpret_cast<const char*>(attr)));
       attr = mnl_attr_next(attr)) {
    const auto type = mnl_attr_get_type(attr);
    if (type == NLMSGERR_ATTR_MSG) answer.text = mnl_attr_get_str(attr);
    if (type == NLMSGERR_ATTR_OFFS) answer.offset = mnl_attr_get_u32(attr);
  }
  return answer;
}

Error request_error(const Answer& answer) {
  switch (answer.error) {
    case ENOENT:
    case ENETUNREACH:
    case EHOSTUNREACH:
      return {ErrorCode::kNotFound, reason(answer)};
    case EPERM:
      return {ErrorCode::kPermission,
              "CAP_NET_ADMIN is missing in this network namespace: run as root or grant the "
              "capability"};
    case EINTR:
    case EAGAIN:
      return {ErrorCode::kInterrupted, reason(answer)};
    case EINVAL:
    case EOPNOTSUPP:
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
      return {ErrorCode::kUnsupported,
              "the kernel does not support the request: " + reason(answer)};
    default:
      return {ErrorCode::kIo, "the kernel refuses to answer: " + reason(answer)};
  }
}

// The end of the answers to a request: NLMSG_DONE for a dump, NLMSG_ERROR for anything else.
std::optional<Answer> parse_end(const nlmsghdr* header) {
  if (header->nlmsg_type == NLMSG_ERROR) return parse_answer(header);
  if (header->nlmsg_type != NLMSG_DONE) return {};
  int error = 0;
  if (mnl_nlmsg_get_payload_len(header) >= sizeof error) {
    std::memcpy(&error, mnl_nlmsg_get_payload(header), sizeof error);
  }
  return Answer{header->nlmsg_seq, error < 0 ? -error : 0, 0, {}};
}

template <class Take>
void for_each_message(const std::vector<std::uint8_t>& buffer, std::size_t size, Take take) {
  int left = static_cast<int>(size);
  for (const auto* header = reinterpret_cast<const nlmsghdr*>(buffer.data());
       mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left)) {
    take(header);
  }
}

}  // namespace

std::string reason(const Answer& answer) {
  const char* description = strerrordesc_np(answer.error);
  const std::string text = description ? description : "error " + std::to_string(answer.error);
  return answer.text.empty() ? text : text + " (" + answer.text + ")";
}

void Socket::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Socket::Socket(mnl_socket* socket)
    : socket_(socket),
      fd_(mnl_socket_get_fd(socket)),
      buffer_(kReceiveBuffer),
      sequence_(static_cast<std::uint32_t>(std::time(nullptr))) {
  int on = 1;
  mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof on);
  mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof on);
  make_room_to_receive(kReceiveRoom);
}

Result<Socket> Socket::open(int protocol) {
  mnl_socket* opened = mnl_socket_open2(protocol, SOCK_CLOEXEC);
  if (opened == nullptr) return tl::unexpected(open_error(errno));
  Socket socket(opened);
  int on = 1;
  if (protocol == NETLINK_ROUTE) {
    mnl_socket_setsockopt(opened, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  }
  if (mnl_socket_bind(opened, 0, MNL_SOCKET_AUTOPID) != 0) {
    return tl::unexpected(io_error("cannot bind a netlink socket", errno));
  }
  return socket;
}

std::uint32_t Socket::port() const { return mnl_socket_get_portid(socket_.get()); }

Result<void> Socket::request(const nlmsghdr* request,
                             const std::function<void(const nlmsghdr*)>& take) {
  if (auto sent = send({reinterpret_cast<const std::uint8_t*>(request), request->nlmsg_len});
      !sent) {
    return sent;
  }
  bool interrupted = false;
  std::optional<Answer> end;
  while (!end) {
    const auto size = receive(0);
    if (!size) return tl::unexpected(size.error());
    for_each_message(buffer_, *size, [&](const nlmsghdr* header) {
      if (header->nlmsg_seq != request->nlmsg_seq) return;  // of an earlier request
      if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0) interrupted = true;
      if (!end) end = parse_end(header);
      if (!end) take(header);
    });
  }
  if (end->error != 0) return tl::unexpected(request_error(*end));
  if (interrupted) return failure(ErrorCode::kInterrupted, "what was read changed meanwhile");
  return {};
}

Result<std::vector<Answer>> Socket::exchange(Bytes batch, std::size_t messages) {
  make_room_to_receive(messages * kAnswerRoom);
  if (auto sent = make_room_to_send(batch.size()).and_then([&] { return send(batch); }); !sent) {
    return tl::unexpected(sent.error());
  }
  std::vector<Answer> answers;
  for (;;) {
    const auto size = receive(MSG_DONTWAIT);
    if (!size) return tl::unexpected(size.error());
    if (*size == 0) return answers;
    for_each_message(buffer_, *size, [&](const nlmsghdr* header) {
      if (header->nlmsg_type == NLMSG_ERROR) answers.push_back(parse_answer(header));
    });
  }
}

Result<void> Socket::send(Bytes bytes) {
  while (mnl_socket_sendto(socket_.get(), bytes.data(), bytes.size()) < 0) {
    if (errno != EINTR) return tl::unexpected(io_error("cannot send to the kernel", errno));
  }
  return {};
}

// The number of bytes in buffer_; 0 if nothing can be received without waiting.
Result<std::size_t> Socket::receive(int flags) {
  for (;;) {
    const auto size = recv(fd_, buffer_.data(), buffer_.size(), flags | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return 0;
    if (size < 0 && errno == ENOBUFS) return tl::unexpected(lost_answers());
    if (size < 0) return tl::unexpected(io_error("cannot receive from the kernel", errno));
    if (static_cast<std::size_t>(size) > buffer_.size()) return tl::unexpected(lost_answers());
    return static_cast<std::size_t>(size);
  }
}

// The kernel accepts a message only if it is at least 32 bytes smaller than SO_SNDBUF.
Result<void> Socket::make_room_to_send(std::size_t size) {
  const std::size_t needed = size + 32;
  if (send_buffer_size(fd_) >= needed) return {};
  set_buffer_size(fd_, SO_SNDBUFFORCE, SO_SNDBUF, needed);
  if (send_buffer_size(fd_) >= needed) return {};
  return failure(ErrorCode::kPermission,
                 "a batch of " + std::to_string(size) +
                     " bytes exceeds this socket's limit: grant CAP_NET_ADMIN in the first user "
                     "namespace, or raise net.core.wmem_max");
}

void Socket::make_room_to_receive(std::size_t size) {
  if (size <= receive_room_) return;
  set_buffer_size(fd_, SO_RCVBUFFORCE, SO_RCVBUF, size);
  receive_room_ = size;
}

}  // namespace portcullis::nl
