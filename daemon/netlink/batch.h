#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace portcullis::nl {

// One nf_tables batch, all or nothing, as the bytes that go to the kernel in one sendmsg(), and
// which operation each message belongs to. Message n has the sequence number `sequence` + n.
//
//     +-------------+-----------+-----------+-----+-----------+-----------+
//     | BATCH_BEGIN | message 1 | message 2 | ... | message n | BATCH_END |
//     +-------------+-----------+-----------+-----+-----------+-----------+
//       nfnetlink     operation 0 may take         asks for     nfnetlink
//                     several messages             an answer
//
// Without NLM_F_ACK the kernel answers only failures: the answer to message n is the positive
// sign of success, on every kernel version (BATCH_END is not answered before Linux 6.10).
class Batch {
 public:
  // What build() may write into one message, header included.
  static constexpr std::size_t kMaxMessage = 128 * 1024;

  struct Message {
    std::size_t offset;     // in bytes()
    std::size_t operation;  // index in the transaction
  };

  explicit Batch(std::uint32_t sequence);

  // Messages that follow belong to this operation.
  void start_operation(std::size_t index) { operation_ = index; }

  // Appends a message of nf_tables (NFT_MSG_*, NLM_F_*) for family inet. build() adds its
  // attributes.
  void add(std::uint16_t type, std::uint16_t flags, const std::function<void(nlmsghdr*)>& build);

  // Ends the batch; nothing may be added then.
  void finish();

  bool empty() const { return messages_.empty(); }
  std::size_t size() const { return messages_.size(); }
  std::span<const std::uint8_t> bytes() const { return {buffer_.data(), used_}; }

  std::uint32_t first_sequence() const { return sequence_; }
  std::uint32_t last_operation_sequence() const;  // of message n
  std::uint32_t end_sequence() const;             // the first that the batch does not use

  // Null if `sequence` is not of messages 1 to n.
  const Message* find(std::uint32_t sequence) const;
  const nlmsghdr* header(const Message& message) const;

 private:
  char* room();
  nlmsghdr* mutable_header(std::size_t offset);

  std::uint32_t sequence_;
  std::size_t operation_ = 0;
  std::vector<std::uint8_t> buffer_;  // larger than what is used, so that growing is rare
  std::size_t used_ = 0;
  std::vector<Message> messages_;
};

}  // namespace portcullis::nl
