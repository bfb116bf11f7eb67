#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/result.h"

struct mnl_socket;

namespace portcullis::nl {

// The kernel's answer to one message: NLMSG_ERROR, with extended acknowledgement if there is one.
struct Answer {
  std::uint32_t sequence = 0;
  int error = 0;             // errno; 0: accepted
  std::uint32_t offset = 0;  // of the rejected attribute, in the message; 0: unknown
  std::string text;          // what the kernel says beyond errno; may be empty
};

// "No such file or directory", with the kernel's text if there is any.
std::string reason(const Answer& answer);

// A netlink socket of the network namespace where it was opened. Requests return once they are
// answered. Interrupted system calls are repeated. Not thread safe.
class Socket {
 public:
  using Bytes = std::span<const std::uint8_t>;

  // For NETLINK_NETFILTER, or NETLINK_ROUTE with strict checking of dump requests.
  [[nodiscard]] static Result<Socket> open(int protocol = NETLINK_NETFILTER);

  std::uint32_t port() const;  // its netlink address

  // The sequence number for the next message, and after it was made, for the one after it.
  std::uint32_t next_sequence() const { return sequence_; }
  void set_next_sequence(std::uint32_t sequence) { sequence_ = sequence; }

  // One request, with NLM_F_ACK or NLM_F_DUMP, and every message of the answer. kNotFound: ENOENT;
  // kInterrupted: the dump mixes generations, or answers were lost.
  [[nodiscard]] Result<void> request(const nlmsghdr* request,
                                     const std::function<void(const nlmsghdr*)>& take);

  // A whole batch in one sendmsg(), and all answers to it: the kernel has processed it by the time
  // sendmsg() returns. `messages` bounds the number of answers. kInterrupted: answers were lost.
  [[nodiscard]] Result<std::vector<Answer>> exchange(Bytes batch, std::size_t messages);

 private:
  struct Close {
    void operator()(mnl_socket* socket) const;
  };

  explicit Socket(mnl_socket* socket);
  Result<void> send(Bytes bytes);
  Result<std::size_t> receive(int flags);
  Result<void> make_room_to_send(std::size_t size);
  void make_room_to_receive(std::size_t size);

  std::unique_ptr<mnl_socket, Close> socket_;
  int fd_ = -1;
  std::vector<std::uint8_t> buffer_;
  std::size_t receive_room_ = 0;
  std::uint32_t sequence_ = 0;
};

}  // namespace portcullis::nl
