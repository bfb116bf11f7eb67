#include "tests/support/conntrack/conntrack_table.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sstream>

#include "daemon/netlink/conntrack/conntrack_entry.h"

namespace portcullis::test {
namespace {

constexpr std::uint16_t kServerPort = 53;
constexpr std::uint32_t kSeconds = 600;

struct Tuple {
  Address source;
  Address destination;
  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint16_t zone = 0;
};

struct Connection {
  Tuple original;
  Tuple reply;
  std::uint16_t zone = 0;
};

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "conntrack: %s\n", what.c_str());
  std::abort();
}

Address parse(const std::string& text) {
  const auto address = parse_address(text);
  if (!address) give_up(address.error().message);
  return *address;
}

Tuple parse_tuple(const std::string& text, std::uint16_t from, std::uint16_t to) {
  const auto arrow = text.find('>');
  if (arrow == std::string::npos) give_up("\"" + text + "\" has no >");
  return {parse(text.substr(0, arrow)), parse(text.substr(arrow + 1)), from, to};
}

Connection parse_connection(const std::string& text, std::uint16_t port) {
  std::istringstream words(text);
  std::string word;
  words >> word;
  Connection connection{parse_tuple(word, port, kServerPort), {}, 0};
  connection.reply = {connection.original.destination, connection.original.source, kServerPort,
                      port};
  while (words >> word) {
    if (word == "zone") {
      words >> connection.zone;
    } else if (word == "original-zone") {
      words >> connection.original.zone;
    } else if (word == "reply-zone") {
      words >> connection.reply.zone;
    } else {
      connection.reply = parse_tuple(word, kServerPort, port);
    }
  }
  return connection;
}

void put_address(nlmsghdr* message, const Address& address, std::uint16_t v4, std::uint16_t v6) {
  std::array<std::uint8_t, 16> bytes{};
  const std::string text = to_string(address);
  const bool is_v4 = address.family == Family::kIpv4;
  inet_pton(is_v4 ? AF_INET : AF_INET6, text.c_str(), bytes.data());
  mnl_attr_put(message, is_v4 ? v4 : v6, is_v4 ? 4 : 16, bytes.data());
}

void put_tuple(nlmsghdr* message, std::uint16_t type, const Tuple& tuple) {
  auto* nest = mnl_attr_nest_start(message, type);
  auto* ip = mnl_attr_nest_start(message, CTA_TUPLE_IP);
  put_address(message, tuple.source, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
  put_address(message, tuple.destination, CTA_IP_V4_DST, CTA_IP_V6_DST);
  mnl_attr_nest_end(message, ip);
  auto* protocol = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
  mnl_attr_put_u8(message, CTA_PROTO_NUM, IPPROTO_UDP);
  mnl_attr_put_u16(message, CTA_PROTO_SRC_PORT, htons(tuple.source_port));
  mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, htons(tuple.destination_port));
  mnl_attr_nest_end(message, protocol);
  if (tuple.zone != 0) mnl_attr_put_u16(message, CTA_TUPLE_ZONE, htons(tuple.zone));
  mnl_attr_nest_end(message, nest);
}

Result<void> ask(nl::Socket& socket, std::uint16_t type, std::uint16_t flags, Family family,
                 const std::function<void(nlmsghdr*)>& build,
                 const std::function<void(const nlmsghdr*)>& take) {
  alignas(nlmsghdr) std::array<char, 1024> buffer{};
  auto* message = mnl_nlmsg_put_header(buffer.data());
  message->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | type);
  message->nlmsg_flags = NLM_F_REQUEST | flags;
  message->nlmsg_seq = socket.next_sequence();
  socket.set_next_sequence(message->nlmsg_seq + 1);
  auto* extra = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
  extra->nfgen_family = family == Family::kIpv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
  build(message);
  return socket.request(message, take);
}

std::string written(const Address& source, const Address& destination) {
  return to_string(source) + ">" + to_string(destination);
}

std::string zone_of(const nl::ConntrackEntry& entry) {
  if (entry.zone == nullptr) return "";
  return " zone " + std::to_string(ntohs(mnl_attr_get_u16(entry.zone)));
}

std::string written(const nlmsghdr* message) {
  const auto entry = nl::decode_conntrack_entry(message);
  const auto& [source, destination, reply_source, reply_destination] = entry.addresses;
  std::string text = written(*source, *destination);
  if (*reply_source != *destination || *reply_destination != *source) {
    text += " " + written(*reply_source, *reply_destination);
  }
  return text + zone_of(entry);
}

}  // namespace

std::optional<ConntrackTable> ConntrackTable::open(const NetworkNamespace& network) {
  std::optional<ConntrackTable> table;
  network.run([&] {
    auto socket = nl::Socket::open();
    if (!socket) return;
    const auto asked = ask(
        *socket, IPCTNL_MSG_CT_GET_STATS, NLM_F_ACK, Family::kIpv4, [](auto*) {}, [](auto*) {});
    if (asked) table = ConntrackTable(std::move(*socket));
  });
  return table;
}

void ConntrackTable::add(const std::string& connection) { add(connection, next_port_++); }

void ConntrackTable::add(const std::string& text, std::uint16_t source_port) {
  const Connection connection = parse_connection(text, source_port);
  const auto build = [&](nlmsghdr* message) {
    put_tuple(message, CTA_TUPLE_ORIG, connection.original);
    put_tuple(message, CTA_TUPLE_REPLY, connection.reply);
    mnl_attr_put_u32(message, CTA_TIMEOUT, htonl(kSeconds));
    if (connection.zone != 0) mnl_attr_put_u16(message, CTA_ZONE, htons(connection.zone));
  };
  const auto added = ask(socket_, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
                         connection.original.source.family, build, [](auto*) {});
  if (!added) give_up("cannot add " + text + ": " + added.error().message);
}

void ConntrackTable::add_many(std::size_t count, const std::string& client) {
  Address server{Family::kIpv4, 0xc6120000};  // 198.18.0.0
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t port = i % 10'000;
    if (port == 0) ++server.value;
    add(client + ">" + to_string(server), static_cast<std::uint16_t>(port + 1));
  }
}

std::vector<std::string> ConntrackTable::list() {
  std::vector<std::string> connections;
  dump([&](const nlmsghdr* message) { connections.push_back(written(message)); });
  std::sort(connections.begin(), connections.end());
  return connections;
}

std::size_t ConntrackTable::count() {
  std::size_t count = 0;
  dump([&](const nlmsghdr*) { ++count; });
  return count;
}

void ConntrackTable::dump(const std::function<void(const nlmsghdr*)>& take) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const auto dumped = ask(
        socket_, IPCTNL_MSG_CT_GET, NLM_F_DUMP, family, [](auto*) {}, take);
    if (!dumped) give_up("cannot list: " + dumped.error().message);
  }
}

}  // namespace portcullis::test
