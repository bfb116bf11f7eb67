#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstdint>

#include "compiler/result.h"
#include "daemon/netlink/kernel_table.h"

namespace portcullis::nl {

// Hears of commits that others make, from NFNLGRP_NFTABLES. The kernel tells each change of a batch
// with its table, and last the generation that the batch made and who made it:
//
//     NEWTABLE | NEWCHAIN | NEWSETELEM ... | NEWGEN     may take several datagrams
//
// Movable; not thread safe.
class Notifications {
 public:
  // In this thread's network namespace. Of what the netlink socket `own_port` commits it hears
  // nothing. kPermission, kIo.
  [[nodiscard]] static Result<Notifications> open(std::uint32_t own_port);

  Notifications(Notifications&& other) noexcept;
  Notifications& operator=(Notifications&& other) noexcept;
  ~Notifications();

  int fd() const { return fd_; }  // readable while read() has something to read

  // What was told since the last call, without waiting; at most kMostDatagrams of it, so that a
  // flood does not keep the caller for ever.
  ForeignCommits read();

  static constexpr int kMostDatagrams = 256;

 private:
  explicit Notifications(int fd) : fd_(fd) {}

  int fd_ = -1;
  bool touched_ = false;  // our table, by the batch that is being told
};

}  // namespace portcullis::nl
