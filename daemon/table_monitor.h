#pragma once

#include <linux/netlink.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "compiler/result.h"

namespace portcullis {

// Hears of commits that others make to our table: from NFNLGRP_NFTABLES, where the kernel tells
// each change of a batch, and last its new generation and who made it. Runs on the io_context's
// thread.
class TableMonitor {
 public:
  // Who changed the table: "nft (process 4711)"; "somebody", where so much was told that some of it
  // is lost.
  using Sink = std::function<void(const std::string& culprit)>;

  // In this thread's network namespace. Of what the netlink socket of that port commits it hears
  // nothing. kPermission, kIo.
  [[nodiscard]] static Result<std::unique_ptr<TableMonitor>> open(boost::asio::io_context& io,
                                                                  std::uint32_t own_port,
                                                                  Sink sink);

  TableMonitor(const TableMonitor&) = delete;
  TableMonitor& operator=(const TableMonitor&) = delete;

 private:
  TableMonitor(boost::asio::io_context& io, int socket, Sink sink);
  void wait();
  void read();

  boost::asio::posix::stream_descriptor socket_;
  const Sink sink_;
  bool touched_ = false;  // by the batch that is being told
  alignas(nlmsghdr) std::array<std::uint8_t, 1U << 16U> buffer_{};
};

}  // namespace portcullis
