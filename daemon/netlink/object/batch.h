#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "compiler/ruleset/ruleset.h"

namespace portcullis::nl {

std::uint8_t family_number(TableFamily family);     // NFPROTO_*
TableFamily table_family(const nlmsghdr* message);  // of the table that it is about

// One nf_tables batch, all or nothing, as the bytes sent to the kernel in one sendmsg(), and the
// operation that each message belongs to. Message n has the sequence number `sequence` + n.
//
//     +-------------+-----------+-----------+-----+-----------+-----------+
//     | BATCH_BEGIN | message 1 | message 2 | ... | message n | BATCH_END |
//     +-------------+-----------+-----------+-----+-----------+-----------+
//       nfnetlink     operation 0 may take         asks for     nfnetlink
//                     several messages             an answer
//
// Without NLM_F_ACK the kernel answers only failures: the answer to message n confirms success on
// every kernel version (BATCH_END is not answered before Linux 6.10).
class Batch {
 public:
  // The most that build() may write into one message, including the header.
  static constexpr std::size_t kMaxMessage = 128 * 1024;

  struct Message {
    std::size_t offset;     // in bytes()
    std::size_t operation;  // its index
  };

  explicit Batch(std::uint32_t sequence);

  // The following messages are about this table, and belong to this operation.
  void start_operation(TableFamily table, std::size_t index);

  // Appends an nf_tables message (NFT_MSG_*, NLM_F_*). build() adds its attributes.
  void add(std::uint16_t type, std::uint16_t flags, const std::function<void(nlmsghdr*)>& build);

  // Ends the batch; nothing may be added afterwards.
  void finish();

  bool empty() const { return messages_.empty(); }
  std::size_t size() const { return messages_.size(); }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

  std::uint32_t first_sequence() const { return sequence_; }
  std::uint32_t last_operation_sequence() const;  // of message n
  std::uint32_t end_sequence() const;             // the first one after the batch

  // Null if `sequence` is not that of a message 1 to n.
  const Message* find(std::uint32_t sequence) const;
  const nlmsghdr* header(const Message& message) const;

 private:
  void append(const std::function<nlmsghdr*(char*)>& build);

  std::uint32_t sequence_;
  TableFamily table_ = TableFamily::kInet;
  std::size_t operation_ = 0;
  std::vector<std::uint8_t> bytes_;
  std::vector<Message> messages_;
};

}  // namespace portcullis::nl
