#include "daemon/netlink/object/batch.h"

#include <libmnl/libmnl.h>

#include "daemon/netlink/object/libnftnl.h"

namespace portcullis::nl {

std::uint8_t family_number(TableFamily family) {
  return family == TableFamily::kInet ? NFPROTO_INET : NFPROTO_BRIDGE;
}

Batch::Batch(std::uint32_t sequence) : sequence_(sequence) {
  used_ += MNL_ALIGN(nftnl_batch_begin(room(), sequence)->nlmsg_len);
}

void Batch::start_operation(TableFamily table, std::size_t index) {
  table_ = table;
  operation_ = index;
}

void Batch::add(std::uint16_t type, std::uint16_t flags,
                const std::function<void(nlmsghdr*)>& build) {
  nlmsghdr* header = nftnl_nlmsg_build_hdr(room(), type, family_number(table_), flags,
                                           last_operation_sequence() + 1);
  build(header);
  if (header->nlmsg_len > kMaxMessage) std::abort();
  messages_.push_back({used_, operation_});
  used_ += MNL_ALIGN(header->nlmsg_len);
}

void Batch::finish() {
  if (!empty()) mutable_header(messages_.back().offset)->nlmsg_flags |= NLM_F_ACK;
  used_ += MNL_ALIGN(nftnl_batch_end(room(), last_operation_sequence() + 1)->nlmsg_len);
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
  return reinterpret_cast<const nlmsghdr*>(buffer_.data() + message.offset);
}

nlmsghdr* Batch::mutable_header(std::size_t offset) {
  return reinterpret_cast<nlmsghdr*>(buffer_.data() + offset);
}

char* Batch::room() {
  if (buffer_.size() - used_ < kMaxMessage) buffer_.resize(2 * (buffer_.size() + kMaxMessage));
  return reinterpret_cast<char*>(buffer_.data() + used_);
}

}  // namespace portcullis::nl
