#include "daemon/netlink/log/packet_log.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/netlink/wire/attributes.h"

namespace portcullis::nl {
namespace {

constexpr std::uint32_t kLatest = 10;  // hundredths of a second
constexpr int kRoom = 1 << 20;         // bytes
constexpr int kMostDatagrams = 16;     // in one read()
constexpr std::size_t kDatagram = 1U << 16U;

constexpr std::uint16_t type_of(int message) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_ULOG << 8 | message);
}

// Becomes the group's listener, and says how much of a packet it wants, and when.
//
//     nfgenmsg with the group | NFULA_CFG_CMD | NFULA_CFG_MODE | NFULA_CFG_TIMEOUT be32
nlmsghdr* make_binding(char* buffer, std::uint16_t group) {
  nlmsghdr* message = mnl_nlmsg_put_header(buffer);
  message->nlmsg_type = type_of(NFULNL_MSG_CONFIG);
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  auto* header = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
  header->nfgen_family = AF_UNSPEC;
  header->version = NFNETLINK_V0;
  header->res_id = htons(group);
  const nfulnl_msg_config_cmd command{NFULNL_CFG_CMD_BIND};
  mnl_attr_put(message, NFULA_CFG_CMD, sizeof command, &command);
  const nfulnl_msg_config_mode mode{htonl(PacketLog::kCopied), NFULNL_COPY_PACKET, 0};
  mnl_attr_put(message, NFULA_CFG_MODE, sizeof mode, &mode);
  mnl_attr_put_u32(message, NFULA_CFG_TIMEOUT, htonl(kLatest));
  return message;
}

Error binding_error(int error, std::uint16_t group) {
  const auto what = "nflog group " + std::to_string(group);
  switch (error) {
    case EBUSY:
    case EPERM:
      return {ErrorCode::kBusy, what + " has another listener"};
    case EINVAL:  // nfnetlink does not know the subsystem
    case EOPNOTSUPP:
      return {ErrorCode::kUnsupported, "this kernel has no nfnetlink_log"};
    default:
      return {ErrorCode::kIo, what + ": " + strerrordesc_np(error)};
  }
}

// The kernel has answered by the time that the request is sent. errno; 0: done.
int bind_group(mnl_socket* socket, std::uint16_t group) {
  alignas(nlmsghdr) std::array<char, 256> buffer{};
  const auto* request = make_binding(buffer.data(), group);
  if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0) return errno;
  alignas(nlmsghdr) std::array<char, 1024> answer{};
  const auto size = mnl_socket_recvfrom(socket, answer.data(), answer.size());
  if (size < 0) return errno;
  const auto* message = reinterpret_cast<const nlmsghdr*>(answer.data());
  if (!mnl_nlmsg_ok(message, static_cast<int>(size)) || message->nlmsg_type != NLMSG_ERROR)
    return EPROTO;
  return -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
}

// On a bridge the kernel names both the bridge and its port.
LoggedPacket packet_of(const nlmsghdr* message) {
  LoggedPacket packet;
  int port = 0;
  for_each_attribute(message, sizeof(nfgenmsg), [&](const nlattr* attribute) {
    const auto size = mnl_attr_get_payload_len(attribute);
    const auto number = [&] {
      return size == sizeof(std::uint32_t) ? static_cast<int>(ntohl(mnl_attr_get_u32(attribute)))
                                           : 0;
    };
    const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute));
    switch (mnl_attr_get_type(attribute)) {
      case NFULA_PACKET_HDR:
        if (size >= sizeof(nfulnl_msg_packet_hdr))
          packet.ether_type = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
        break;
      case NFULA_IFINDEX_INDEV:
        packet.input = number();
        break;
      case NFULA_IFINDEX_PHYSINDEV:
        port = number();
        break;
      case NFULA_PREFIX:
        packet.prefix.assign(bytes, std::find(bytes, bytes + size, 0));
        break;
      case NFULA_PAYLOAD:
        packet.header.assign(bytes, bytes + std::min<std::size_t>(size, PacketLog::kCopied));
        break;
      default:
        break;
    }
  });
  if (port != 0) packet.input = port;
  return packet;
}

}  // namespace

void PacketLog::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Result<PacketLog> PacketLog::open(std::uint16_t group) {
  auto* socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (socket == nullptr) return tl::unexpected(binding_error(errno, group));
  PacketLog log(socket);
  setsockopt(log.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &kRoom, sizeof kRoom);
  if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
    return tl::unexpected(binding_error(errno, group));
  if (const int error = bind_group(socket, group); error != 0)
    return tl::unexpected(binding_error(error, group));
  return log;
}

int PacketLog::fd() const { return mnl_socket_get_fd(socket_.get()); }

std::vector<LoggedPacket> PacketLog::read() {
  alignas(nlmsghdr) std::array<std::uint8_t, kDatagram> buffer;
  std::vector<LoggedPacket> packets;
  for (int datagrams = 0; datagrams < kMostDatagrams; ++datagrams) {
    const auto size = recv(fd(), buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == ENOBUFS || errno == EINTR)) continue;
    if (size <= 0) break;
    int left = static_cast<int>(size);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      if (message->nlmsg_type == type_of(NFULNL_MSG_PACKET)) packets.push_back(packet_of(message));
    }
  }
  return packets;
}

}  // namespace portcullis::nl
