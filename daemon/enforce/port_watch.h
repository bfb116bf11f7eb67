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

// Follows which addresses are behind which interfaces of this node. Where the kernel does not
// notify of addresses (nl::PortTable), it looks after each other notification, at growing
// intervals. All calls and sinks run on the io_context's thread.
class PortWatch {
 public:
  using Changed = std::function<void(PodPorts)>;
  // What keeps it from knowing; empty: nothing any more. It goes on trying.
  using Trouble = std::function<void(const std::string&)>;

  PortWatch(boost::asio::io_context& io, Changed changed, Trouble trouble);
  PortWatch(const PortWatch&) = delete;
  PortWatch& operator=(const PortWatch&) = delete;
  ~PortWatch();

  // In this thread's network namespace. Calls `changed` before it returns, if it can.
  void start();

  // Reads at once what has been notified, as for a pod that starts now.
  void look();

 private:
  void wait();
  void read();
  void fail(const Error& error);
  void look_after(std::chrono::milliseconds delay);

  boost::asio::io_context& io_;
  const Changed changed_;
  const Trouble trouble_;
  std::optional<nl::PortTable> table_;
  std::optional<boost::asio::posix::stream_descriptor> descriptor_;  // of the table
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds delay_{0};
  std::optional<PodPorts> told_;
  std::string error_;  // the last one; empty: none
};

}  // namespace portcullis
