#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/rig/poll.h"
#include "tests/support/rig/probe.h"

namespace portcullis::test {

// Ports and ids that no earlier probe of a prober has used, so that no old conntrack entry lets a
// later one pass.
class FreshPorts {
 public:
  std::uint16_t next();

 private:
  static constexpr std::uint16_t kFirst = 20000;
  static constexpr std::uint16_t kLast = 60000;
  std::uint16_t last_ = kFirst;
};

// A pending probe.
class Client : public Watched {
 public:
  // Opens, binds and connects a socket in the calling thread's network namespace, and sends. Never
  // fails: an error is an outcome.
  Client(const Endpoint& from, const Endpoint& to, const Probe& probe, FreshPorts& ports);

  // Sends again, unless it has finished or the kernel retransmits itself (TCP).
  void retransmit();

  void on_ready() override;

  bool is_over() const { return outcome_.has_value(); }

  // Silence so far is a denial.
  Outcome outcome() const { return outcome_.value_or(Outcome::kDenied); }
  const std::string& reason() const { return reason_; }

 private:
  bool is_stream() const;
  bool bind_fresh(const Address& address, FreshPorts& ports);
  bool connect_to(const Address& address, std::uint16_t port);
  std::uint16_t socket_port(std::uint16_t port) const;
  void make_request(std::uint16_t destination_port);
  void send_request();
  void judge(std::span<const std::uint8_t> packet);
  void judge_gre(std::span<const std::uint8_t> packet);
  void judge_sctp(std::span<const std::uint8_t> packet);
  void conclude(Outcome outcome, std::string reason = {});
  void conclude_with_errno();
  bool is_own_kernels_word() const;

  Transport transport_;
  Address source_;
  Family family_;
  std::uint16_t source_port_ = 0;
  std::vector<std::uint8_t> request_;
  bool sent_ = false;
  std::optional<Outcome> outcome_;
  std::string reason_;
};

}  // namespace portcullis::test
