#include "daemon/netlink/conntrack/conntrack.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <span>
#include <string>

#include "daemon/netlink/conntrack/conntrack_entry.h"

// Why not let the kernel search, with one delete request and CTA_FILTER? On Linux 6.18 a filter by
// an IPv6 address deletes every entry except those of the address, and a kernel that does not know
// an attribute ignores it, so a request without a tuple deletes everything. It would not be faster
// either: a filter covers one of the four places of an address, so the kernel would scan the whole
// table four times per address.
namespace portcullis::nl {
namespace {

using Deletion = std::vector<std::uint8_t>;

constexpr int kSweepAttempts = 8;
constexpr std::size_t kDeletionsAtOnce = 128;  // their answers fit into any socket

Result<void> ask(Socket& socket, std::uint16_t type, std::uint16_t flags, std::uint8_t family,
                 const std::function<void(const nlmsghdr*)>& take) {
  alignas(nlmsghdr) std::array<char, MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(nfgenmsg))> buffer{};
  const std::uint32_t sequence = socket.next_sequence();
  socket.set_next_sequence(sequence + 1);
  auto* header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | type);
  header->nlmsg_flags = NLM_F_REQUEST | flags;
  header->nlmsg_seq = sequence;
  auto* extra = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  extra->nfgen_family = family;
  extra->version = NFNETLINK_V0;
  return socket.request(header, take);
}

std::uint8_t family_of(const std::vector<Address>& sorted) {
  if (sorted.front().family != sorted.back().family) return NFPROTO_UNSPEC;  // both
  return sorted.front().family == Family::kIpv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
}

bool concerns(const ConntrackEntry& entry, const std::vector<Address>& sorted) {
  return std::any_of(entry.addresses.begin(), entry.addresses.end(), [&](const auto& address) {
    return address && std::binary_search(sorted.begin(), sorted.end(), *address);
  });
}

Result<std::vector<Deletion>> find(Socket& socket, const std::vector<Address>& sorted) {
  std::vector<Deletion> found;
  const auto take = [&](const nlmsghdr* message) {
    const auto entry = decode_conntrack_entry(message);
    if (!concerns(entry, sorted)) return;
    if (auto deletion = encode_conntrack_deletion(entry)) found.push_back(std::move(*deletion));
  };
  return ask(socket, IPCTNL_MSG_CT_GET, NLM_F_DUMP, family_of(sorted), take).map([&] {
    return std::move(found);
  });
}

// The kernel answers failed requests, and the last one in any case.
std::vector<std::uint8_t> numbered(std::span<Deletion> deletions, std::uint32_t sequence) {
  std::vector<std::uint8_t> bytes;
  for (Deletion& deletion : deletions) {
    auto* header = reinterpret_cast<nlmsghdr*>(deletion.data());
    header->nlmsg_seq = sequence++;
    if (&deletion == &deletions.back()) header->nlmsg_flags |= NLM_F_ACK;
    bytes.insert(bytes.end(), deletion.begin(), deletion.end());
  }
  return bytes;
}

Result<void> judge(const std::vector<Answer>& answers, std::uint32_t first, std::size_t count,
                   Forgotten& forgotten) {
  bool complete = false;
  std::size_t gone = 0;  // expired meanwhile
  std::size_t kept = 0;
  for (const Answer& answer : answers) {
    if (answer.sequence - first >= count) continue;  // of an earlier request
    complete |= answer.sequence - first == count - 1;
    if (answer.error == ENOENT) {
      ++gone;
    } else if (answer.error == EBUSY) {
      ++kept;
    } else if (answer.error != 0) {
      return failure(ErrorCode::kIo,
                     "the kernel rejects the deletion of an entry: " + reason(answer));
    }
  }
  if (!complete) return failure(ErrorCode::kInterrupted, "the kernel did not answer a deletion");
  forgotten.deleted += count - gone - kept;
  forgotten.kept += kept;
  return {};
}

Result<void> remove(Socket& socket, std::span<Deletion> deletions, Forgotten& forgotten) {
  const std::uint32_t first = socket.next_sequence();
  const auto count = static_cast<std::uint32_t>(deletions.size());
  socket.set_next_sequence(first + count);
  return socket.exchange(numbered(deletions, first), count).and_then([&](const auto& answers) {
    return judge(answers, first, count, forgotten);
  });
}

Result<Forgotten> sweep(Socket& socket, const std::vector<Address>& sorted) {
  auto found = find(socket, sorted);
  if (!found) return tl::unexpected(found.error());
  Forgotten forgotten;
  for (std::size_t at = 0; at < found->size(); at += kDeletionsAtOnce) {
    const auto count = std::min(kDeletionsAtOnce, found->size() - at);
    const auto removed = remove(socket, std::span(*found).subspan(at, count), forgotten);
    if (!removed) return tl::unexpected(removed.error());
  }
  return forgotten;
}

}  // namespace

Result<Conntrack> Conntrack::open() {
  auto socket = Socket::open();
  if (!socket) return tl::unexpected(std::move(socket.error()));
  const auto asked = ask(*socket, IPCTNL_MSG_CT_GET_STATS, NLM_F_ACK, NFPROTO_UNSPEC, [](auto) {});
  if (asked) return Conntrack(std::move(*socket));
  if (asked.error().code != ErrorCode::kUnsupported) return tl::unexpected(asked.error());
  return failure(ErrorCode::kUnsupported,
                 "this kernel has no ctnetlink: load the module nf_conntrack_netlink (modprobe "
                 "nf_conntrack_netlink), or use a kernel that is built with CONFIG_NF_CT_NETLINK");
}

Result<Forgotten> Conntrack::forget(const std::vector<Address>& addresses) {
  if (addresses.empty()) return Forgotten{};
  std::vector<Address> sorted = addresses;
  std::sort(sorted.begin(), sorted.end());
  for (int attempt = 1;; ++attempt) {
    auto forgotten = sweep(socket_, sorted);
    if (forgotten || forgotten.error().code != ErrorCode::kInterrupted ||
        attempt == kSweepAttempts) {
      return forgotten;
    }
  }
}

}  // namespace portcullis::nl
