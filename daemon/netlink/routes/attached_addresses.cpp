#include "daemon/netlink/routes/attached_addresses.h"

#include <linux/netlink.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "daemon/netlink/routes/route_tables.h"

namespace portcullis::nl {
namespace {

constexpr int kDumpAttempts = 8;

using Addresses = std::set<Address>;

bool is_pod_link(const Link& link) { return link.kind == "veth"; }
bool is_pod_port(const Link& link) {
  return link.port && (link.kind == "veth" || link.kind == "tun");
}

template <class Predicate>
std::set<int> indexes(const std::vector<Link>& links, Predicate predicate) {
  std::set<int> found;
  for (const auto& link : links) {
    if (predicate(link)) found.insert(link.index);
  }
  return found;
}

std::set<int> namespaces_behind(const std::vector<Link>& links) {
  std::set<int> found;
  for (const auto& link : links) {
    if (is_pod_link(link) && link.peer_namespace) found.insert(*link.peer_namespace);
  }
  return found;
}

void keep(const std::vector<Address>& seen, const Addresses& wanted, Addresses& found) {
  std::copy_if(seen.begin(), seen.end(), std::inserter(found, found.end()),
               [&](const Address& address) { return wanted.contains(address); });
}

// A namespace that has gone took its addresses with it.
Result<bool> is_still_behind(Socket& socket, int number) {
  return links(socket).map(
      [&](const std::vector<Link>& now) { return namespaces_behind(now).contains(number); });
}

Result<void> find_behind(Socket& socket, const std::vector<Link>& all, const Addresses& wanted,
                         Addresses& found) {
  for (const int number : namespaces_behind(all)) {
    for (const auto family : {Family::kIpv4, Family::kIpv6}) {
      const auto seen = addresses_in(socket, number, family);
      if (seen) {
        keep(*seen, wanted, found);
        continue;
      }
      const auto still = is_still_behind(socket, number);
      if (!still) return tl::unexpected(still.error());
      if (*still) return tl::unexpected(seen.error());
    }
  }
  return {};
}

Result<void> find_routes(Socket& socket, const std::vector<Link>& all, const Addresses& wanted,
                         Addresses& found) {
  const auto through = indexes(all, is_pod_link);
  for (const auto& address : wanted) {
    const auto link = direct_route(socket, address);
    if (!link) return tl::unexpected(link.error());
    if (*link && through.contains(**link)) found.insert(address);
  }
  return {};
}

Result<void> find_neighbors(Socket& socket, const std::vector<Link>& all, const Addresses& wanted,
                            Addresses& found) {
  const auto direct = indexes(all, is_pod_link);
  const auto ports = indexes(all, is_pod_port);
  const auto learned = forwarding_entries(socket);
  if (!learned) return tl::unexpected(learned.error());
  std::set<std::pair<int, HardwareAddress>> bridged;
  for (const auto& entry : *learned) {
    if (entry.hardware && ports.contains(entry.link))
      bridged.emplace(entry.bridge, *entry.hardware);
  }
  for (const auto family : {Family::kIpv4, Family::kIpv6}) {
    const auto seen = neighbors(socket, family);
    if (!seen) return tl::unexpected(seen.error());
    for (const auto& neighbor : *seen) {
      if (!neighbor.address || !wanted.contains(*neighbor.address)) continue;
      const bool behind_port =
          neighbor.hardware && bridged.contains({neighbor.link, *neighbor.hardware});
      if (behind_port || direct.contains(neighbor.link)) found.insert(*neighbor.address);
    }
  }
  return {};
}

Result<Addresses> find(Socket& socket, const Addresses& wanted) {
  const auto all = links(socket);
  if (!all) return tl::unexpected(all.error());
  Addresses found;
  for (const auto& look : {find_behind, find_routes, find_neighbors}) {
    if (const auto done = look(socket, *all, wanted, found); !done) {
      return tl::unexpected(done.error());
    }
  }
  return found;
}

}  // namespace

Result<AttachedAddresses> AttachedAddresses::open() {
  return Socket::open(NETLINK_ROUTE).map([](Socket socket) {
    return AttachedAddresses(std::move(socket));
  });
}

Result<std::vector<Address>> AttachedAddresses::among(const std::vector<Address>& addresses) {
  const Addresses wanted(addresses.begin(), addresses.end());
  for (int attempt = 1;; ++attempt) {
    const auto found = find(socket_, wanted);
    if (found) return std::vector<Address>(found->begin(), found->end());
    if (found.error().code != ErrorCode::kInterrupted || attempt == kDumpAttempts) {
      return tl::unexpected(found.error());
    }
  }
}

}  // namespace portcullis::nl
