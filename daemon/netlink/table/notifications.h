#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstdint>

#include "compiler/base/result.h"
#include "daemon/netlink/table/kernel_table.h"

namespace portcullis::nl {

// Receives the commits of others from NFNLGRP_NFTABLES. The kernel reports each change of a batch
// with its table, and last the generation that the batch made and its author:
//
//     NEWTABLE | NEWCHAIN | NEWSETELEM ... | NEWGEN     may take several datagrams
//
// Movable; not thread safe.
class Notifications {
 public:
  // In this thread's network namespace. Commits by the netlink socket `own_port` are not reported.
  // kPermission, kIo.
  [[nodiscard]] static Result<Notifications> open(std::uint32_t own_port);

  Notifications(Notifications&& other) noexcept;
  Notifications& operator=(Notifications&& other) noexcept;
  ~Notifications();

  int fd() const { return fd_; }  // readable while read() has something to read

  // The reports since the last call, without waiting; at most kMostDatagrams of them, so that a
  // flood does not block the caller.
  ForeignCommits read();

  static constexpr int kMostDatagrams = 256;

 private:
  explicit Notifications(int fd) : fd_(fd) {}

  int fd_ = -1;
  bool touched_ = false;  // whether the current batch touched our table
};

}  // namespace portcullis::nl
