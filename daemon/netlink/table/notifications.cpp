#include "daemon/netlink/table/notifications.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/ruleset/ruleset.h"

namespace portcullis::nl {
namespace {

// Others may commit a lot while our own commit occupies the loop.
constexpr int kNotificationRoom = 8 << 20;  // bytes

constexpr std::size_t kLargestDatagram = 1U << 16U;

// Drops the notifications of our own batches before they occupy the buffer: the messages of one
// datagram belong to one batch. The port is in byte 12 of nlmsghdr, in host byte order.
bool ignore_port(int fd, std::uint32_t port) {
  std::array<sock_filter, 4> code = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(nlmsghdr, nlmsg_pid)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  }};
  const sock_fprog program{code.size(), code.data()};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

bool join(int fd) {
  const int group = NFNLGRP_NFTABLES;
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

// In every message except NEWGEN the first attribute names the table.
struct Attributes {
  const nlattr* first = nullptr;  // NFTA_TABLE_NAME, NFTA_CHAIN_TABLE ...; of NEWGEN NFTA_GEN_ID
  const nlattr* process = nullptr;
  const nlattr* name = nullptr;
};

int collect(const nlattr* attribute, void* data) {
  auto& found = *static_cast<Attributes*>(data);
  const auto type = mnl_attr_get_type(attribute);
  if (type == NFTA_TABLE_NAME) found.first = attribute;
  if (type == NFTA_GEN_PROC_PID) found.process = attribute;
  if (type == NFTA_GEN_PROC_NAME) found.name = attribute;
  return MNL_CB_OK;
}

Attributes attributes_of(const nlmsghdr* message) {
  Attributes found;
  mnl_attr_parse(message, sizeof(nfgenmsg), collect, &found);
  return found;
}

bool touches_our_table(const nlmsghdr* message) {
  const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
  const auto found = attributes_of(message);
  const bool may_be_ours =
      header->nfgen_family == NFPROTO_INET || header->nfgen_family == NFPROTO_BRIDGE;
  return may_be_ours && found.first != nullptr &&
         mnl_attr_validate(found.first, MNL_TYPE_NUL_STRING) == 0 &&
         std::string_view(mnl_attr_get_str(found.first)) == kTableName;
}

// nfgenmsg | NFTA_GEN_ID be32 | NFTA_GEN_PROC_PID be32 | NFTA_GEN_PROC_NAME string
ForeignCommit commit_of(const nlmsghdr* message, bool touched) {
  const auto found = attributes_of(message);
  ForeignCommit commit{0, touched, "somebody"};
  if (found.first != nullptr) commit.generation = ntohl(mnl_attr_get_u32(found.first));
  if (found.process != nullptr && found.name != nullptr) {
    commit.author = std::string(mnl_attr_get_str(found.name)) + " (process " +
                    std::to_string(ntohl(mnl_attr_get_u32(found.process))) + ")";
  }
  return commit;
}

}  // namespace

Result<Notifications> Notifications::open(std::uint32_t own_port) {
  Notifications opened(
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  if (opened.fd_ >= 0) {
    setsockopt(opened.fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kNotificationRoom,
               sizeof kNotificationRoom);
    if (ignore_port(opened.fd_, own_port) && join(opened.fd_)) return opened;
  }
  const int error = errno;
  return failure(error == EPERM ? ErrorCode::kPermission : ErrorCode::kIo,
                 "cannot subscribe to nf_tables changes: " + std::string(strerror(error)));
}

Notifications::Notifications(Notifications&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), touched_(other.touched_) {}

Notifications& Notifications::operator=(Notifications&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(touched_, other.touched_);
  return *this;
}

Notifications::~Notifications() {
  if (fd_ >= 0) close(fd_);
}

ForeignCommits Notifications::read() {
  alignas(nlmsghdr) std::array<std::uint8_t, kLargestDatagram> buffer;
  ForeignCommits commits;
  for (int datagrams = 0; datagrams < kMostDatagrams; ++datagrams) {
    const auto size = recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == ENOBUFS) commits.lost = true;
    if (size < 0 && (errno == ENOBUFS || errno == EINTR)) continue;
    if (size <= 0) break;
    int left = static_cast<int>(size);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      if (NFNL_MSG_TYPE(message->nlmsg_type) == NFT_MSG_NEWGEN) {
        commits.told.push_back(commit_of(message, std::exchange(touched_, false)));
      } else {
        touched_ = touched_ || touches_our_table(message);
      }
    }
  }
  return commits;
}

}  // namespace portcullis::nl
