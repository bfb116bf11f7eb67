#include "daemon/table_monitor.h"

#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "compiler/ruleset.h"

namespace portcullis {
namespace {

// What others commit may be much, and comes while our own commit holds the loop.
constexpr int kReceiveRoom = 8 << 20;  // bytes

// All that a batch of ours tells, but for what others need, is dropped before it takes room: the
// messages of one packet are of one batch. nlmsghdr has its port in byte 12, in the host's order.
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

struct Attributes {
  const nlattr* first = nullptr;  // of type 1: in every message but those of generations the table
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

bool is_generation(const nlmsghdr* message) {
  return NFNL_MSG_TYPE(message->nlmsg_type) == NFT_MSG_NEWGEN;
}

bool touches_our_table(const nlmsghdr* message) {
  const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
  const auto found = attributes_of(message);
  return header->nfgen_family == NFPROTO_INET && found.first != nullptr &&
         mnl_attr_validate(found.first, MNL_TYPE_NUL_STRING) == 0 &&
         std::string_view(mnl_attr_get_str(found.first)) == kTableName;
}

// "nft (process 4711)"
std::string author_of(const nlmsghdr* generation) {
  const auto found = attributes_of(generation);
  if (found.process == nullptr || found.name == nullptr) return "somebody";
  return std::string(mnl_attr_get_str(found.name)) + " (process " +
         std::to_string(ntohl(mnl_attr_get_u32(found.process))) + ")";
}

}  // namespace

Result<std::unique_ptr<TableMonitor>> TableMonitor::open(boost::asio::io_context& io,
                                                         std::uint32_t own_port, Sink sink) {
  const auto failed = [] {
    const int error = errno;
    return failure(error == EPERM ? ErrorCode::kPermission : ErrorCode::kIo,
                   "cannot listen for changes of nf_tables: " + std::string(strerror(error)));
  };
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
  if (fd < 0) return failed();
  std::unique_ptr<TableMonitor> monitor(new TableMonitor(io, fd, std::move(sink)));
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveRoom, sizeof kReceiveRoom);
  if (!ignore_port(fd, own_port) || !join(fd)) return failed();
  monitor->wait();
  return monitor;
}

TableMonitor::TableMonitor(boost::asio::io_context& io, int socket, Sink sink)
    : socket_(io, socket), sink_(std::move(sink)) {}

void TableMonitor::wait() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       if (!error) read();
                     });
}

void TableMonitor::read() {
  std::string culprit;
  while (true) {
    const auto size = recv(socket_.native_handle(), buffer_.data(), buffer_.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) {
      culprit = "somebody";
      continue;
    }
    if (size <= 0) break;
    int left = static_cast<int>(size);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      if (!is_generation(message)) {
        touched_ = touched_ || touches_our_table(message);
      } else if (std::exchange(touched_, false)) {
        culprit = author_of(message);
      }
    }
  }
  wait();
  if (!culprit.empty()) sink_(culprit);
}

}  // namespace portcullis
