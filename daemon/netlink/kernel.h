#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/result.h"
#include "compiler/transaction.h"
#include "daemon/netlink/kernel_table.h"

namespace portcullis::nl {

// What becomes of a table that is made here.
enum class Ownership : std::uint8_t {
  kShared,
  // It is this socket's, where the kernel keeps such a table when we are gone (since Linux 6.9);
  // else it is shared.
  kOwned,
};

// nf_tables of the network namespace that open() was called in, over one NETLINK_NETFILTER
// socket, and listen() over a second one. Needs CAP_NET_ADMIN there. Movable; not thread safe.
class Kernel final : public KernelTable {
 public:
  // kPermission names the missing capability; kUnsupported: a kernel without nf_tables.
  [[nodiscard]] static Result<Kernel> open(Ownership ownership = Ownership::kShared);

  Kernel(Kernel&&) noexcept;
  Kernel& operator=(Kernel&&) noexcept;
  ~Kernel() override;

  // Has the kernel take each operation in turn, in a batch that ends with one that must fail, so
  // that nothing changes and no packet notices. Success: commit() would find every feature that
  // the transaction needs.
  [[nodiscard]] Result<void> rehearse(const Transaction& transaction);

  // dump_once() again and again, up to 64 times, while commits of anyone interrupt it. It may take
  // seconds: for commands and threads of their own, never for an event loop.
  [[nodiscard]] Result<Snapshot> dump();

  bool owns() const override;
  [[nodiscard]] Result<void> commit(const Transaction& transaction) override;
  [[nodiscard]] Result<std::uint32_t> generation() override;
  [[nodiscard]] Result<Snapshot> dump_once() override;
  [[nodiscard]] Result<std::vector<CounterValue>> counters() override;
  [[nodiscard]] Result<int> listen() override;  // in this thread's network namespace
  ForeignCommits foreign_commits() override;

 private:
  struct Impl;
  explicit Kernel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::nl
