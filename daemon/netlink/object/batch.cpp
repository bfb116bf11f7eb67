#include "daemon/netlink/object/batch.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <cstring>

#include "daemon/netlink/object/libnftnl.h"

namespace portcullis::nl {

std::uint8_t family_number(TableFamily family) {
  return family == TableFamily::kInet ? NFPROTO_INET : NFPROTO_BRIDGE;
}

TableFamily table_family(const nlmsghdr* message) {
  const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
  return header->nfgen_family == NFPROTO_BRIDGE ? TableFamily::kBridge : TableFamily::kInet;
}

Batch::Batch(std::uint32_t sequence) : sequence_(sequence) {
  append([&](char* room) { return nftnl_batch_begin(room, sequence); });
}

void Batch::start_operation(TableFamily table, std::size_t index) {
  table_ = table;
  operation_ = index;
}

void Batch::add(std::uint16_t type, std::uint16_t flags,
                const std::function<void(nlmsghdr*)>& build) {
  const auto offset = bytes_.size();
  append([&](char* room) {
    nlmsghdr* header = nftnl_nlmsg_build_hdr(room, type, family_number(table_), flags,
                                             last_operation_sequence() + 1);
    build(header);
    return header;
  });
  messages_.push_back({offset, operation_});
}

void Batch::finish() {
  if (!empty()) {
    reinterpret_cast<nlmsghdr*>(bytes_.data() + messages_.back().offset)->nlmsg_flags |= NLM_F_ACK;
  }
  append([&](char* room) { return nftnl_batch_end(room, last_operation_sequence() + 1); });
}

std::uint32_t Batch::last_operation_sequence() const {
  return sequence_ + static_cast<std::uint32_t>(messages_.size());
}

std::uint32_t Batch::end_sequence() const { return last_operation_sequence() + 2; }

const Batch::Message* Batch::find(std::uint32_t sequence) const {
  const std::uint32_t index = sequence - sequence_ - 1;  // wraps around as sequence numbers do
  return index < messages_.size() ? &messages_[index] : nullptr;
}

const nlmsghdr* Batch::header(const Message& message) const {
  return reinterpret_cast<const nlmsghdr*>(bytes_.data() + message.offset);
}

// The room is zero before each message: libnftnl leaves padding as it is, and only padding ends the
// name of a counter in a rule. Clearing no more than was used keeps the processor's caches.
void Batch::append(const std::function<nlmsghdr*(char*)>& build) {
  alignas(nlmsghdr) static thread_local std::array<std::uint8_t, kMaxMessage> room{};
  const auto size = MNL_ALIGN(build(reinterpret_cast<char*>(room.data()))->nlmsg_len);
  if (size > room.size()) std::abort();
  bytes_.insert(bytes_.end(), room.data(), room.data() + size);
  std::memset(room.data(), 0, size);
}

}  // namespace portcullis::nl
