#include "tests/bench/commits.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace portcullis::bench {
namespace {

constexpr int kReceiveBuffer = 256 << 20;  // bytes: all of a cold start

int open_socket() {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  const int group = NFNLGRP_NFTABLES;
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0 ||
      setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
    std::perror("nf_tables notifications");
    std::abort();
  }
  return fd;
}

using Visit = std::function<void(const nlattr*)>;

int visit(const nlattr* attribute, void* data) {
  (*static_cast<const Visit*>(data))(attribute);
  return MNL_CB_OK;
}

void each_nested(const nlattr* nest, std::uint16_t type, const Visit& wanted) {
  Visit those = [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == type) wanted(attribute);
  };
  mnl_attr_parse_nested(nest, visit, &those);
}

// nfgenmsg | table | set | elements { element { key { value } } ... }
void each_address(const nlmsghdr* message, std::set<std::uint32_t>& addresses) {
  Visit attributes = [&](const nlattr* list) {
    if (mnl_attr_get_type(list) != NFTA_SET_ELEM_LIST_ELEMENTS) return;
    each_nested(list, NFTA_LIST_ELEM, [&](const nlattr* element) {
      each_nested(element, NFTA_SET_ELEM_KEY, [&](const nlattr* key) {
        each_nested(key, NFTA_DATA_VALUE, [&](const nlattr* value) {
          if (mnl_attr_get_payload_len(value) != sizeof(std::uint32_t)) return;
          addresses.insert(mnl_attr_get_u32(value));
        });
      });
    });
  };
  mnl_attr_parse(message, sizeof(nfgenmsg), visit, &attributes);
}

}  // namespace

Commits::Commits(const test::NetworkNamespace& network) {
  network.run([&] { socket_ = open_socket(); });
  thread_ = std::jthread([this](const std::stop_token& stop) { listen(stop); });
}

Commits::~Commits() {
  thread_.request_stop();
  thread_.join();
  close(socket_);
}

void Commits::listen(const std::stop_token& stop) {
  constexpr timeval kPatience{0, 100'000};  // to see that it is to stop
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  std::array<std::uint8_t, 1U << 17U> buffer{};
  while (!stop.stop_requested()) {
    const auto size = recv(socket_, buffer.data(), buffer.size(), 0);
    if (size > 0) take({buffer.data(), static_cast<std::size_t>(size)});
  }
}

void Commits::take(std::span<const std::uint8_t> messages) {
  const auto now = Clock::now();
  int left = static_cast<int>(messages.size());
  for (const auto* message = reinterpret_cast<const nlmsghdr*>(messages.data());
       mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
    const int type = NFNL_MSG_TYPE(message->nlmsg_type);
    if (type == NFT_MSG_NEWSETELEM || type == NFT_MSG_DELSETELEM) each_address(message, touched_);
    if (type != NFT_MSG_NEWGEN) continue;
    const std::lock_guard lock(mutex_);
    ++count_;
    last_ = now;
    for (const auto address : touched_) times_[address].push_back(now);
    touched_.clear();
    news_.notify_all();
  }
}

std::optional<Clock::time_point> Commits::wait_for(const Address& address, Clock::time_point since,
                                                   std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto& times = times_[htonl(static_cast<std::uint32_t>(address.value))];
  const auto deadline = Clock::now() + patience;
  while (true) {
    const auto first = std::lower_bound(times.begin(), times.end(), since);
    if (first != times.end()) return *first;
    if (news_.wait_until(lock, deadline) == std::cv_status::timeout) return std::nullopt;
  }
}

std::size_t Commits::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

Clock::time_point Commits::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace portcullis::bench
