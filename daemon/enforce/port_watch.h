#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "compiler/model/pod_port.h"
#include "daemon/netlink/routes/port_table.h"

namespace portcullis {

// Follows which addresses are behind which interfaces of this node. It looks again, at growing
// intervals up to kLastLook, after each notification where the kernel does not notify of addresses
// (nl::PortTable), and while something cannot be read. All calls and sinks run on the io_context's
// thread.
class PortWatch {
 public:
  static constexpr std::chrono::milliseconds kFirstLook{2};
  static constexpr std::chrono::milliseconds kLastLook{5'000};
  static constexpr std::chrono::seconds kPatience{5};
  static constexpr std::chrono::seconds kQuiet{60};

  using Changed = std::function<void(PodPorts)>;
  // What cannot be read; empty: nothing any more. Everything else is known, and it goes on trying.
  // Dumps that are interrupted are told of after kPatience, and nothing new within kQuiet.
  using Trouble = std::function<void(const std::string&)>;

  // `is_claimed`: as of PortTable.
  PortWatch(boost::asio::io_context& io, nl::AddressSample::IsClaimed is_claimed, Changed changed,
            Trouble trouble);
  PortWatch(const PortWatch&) = delete;
  PortWatch& operator=(const PortWatch&) = delete;
  ~PortWatch();

  // In this thread's network namespace. Calls `changed` before it returns, if it can.
  void start();

  // Reads at once what has been notified, as for a pod that starts now.
  void look();

  // As of nl::PortTable. kUnsupported before start().
  [[nodiscard]] Result<std::vector<Address>> addresses_in(const std::string& namespace_file);

 private:
  using Time = std::chrono::steady_clock::time_point;

  void wait();
  void read();
  void note(const Result<void>& done);
  void tell(const std::string& trouble, Time now);
  void look_later();

  boost::asio::io_context& io_;
  const nl::AddressSample::IsClaimed is_claimed_;
  const Changed changed_;
  const Trouble trouble_;
  std::optional<nl::PortTable> table_;
  std::optional<boost::asio::posix::stream_descriptor> descriptor_;  // of the table
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds delay_{0};
  std::optional<PodPorts> told_;
  std::optional<Time> failing_since_;
  std::string told_trouble_;  // empty: none
  Time quiet_until_{};        // no new trouble is told before
};

}  // namespace portcullis
