#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/base/result.h"
#include "daemon/netlink/table/kernel_table.h"

namespace portcullis::nl {

// Who may change a table that is made here.
enum class Ownership : std::uint8_t {
  kShared,
  // It belongs to this socket, if the kernel keeps such a table when we exit (since Linux 6.9);
  // otherwise it is shared.
  kOwned,
};

constexpr Ownership ownership(bool shares_table) {
  return shares_table ? Ownership::kShared : Ownership::kOwned;
}

// nf_tables of the network namespace where open() was called, over one NETLINK_NETFILTER socket,
// and listen() over a second one. Needs CAP_NET_ADMIN there. Movable; not thread safe.
class Kernel final : public KernelTable {
 public:
  // kPermission names the missing capability; kUnsupported: a kernel without nf_tables.
  [[nodiscard]] static Result<Kernel> open(Ownership ownership = Ownership::kShared);

  Kernel(Kernel&&) noexcept;
  Kernel& operator=(Kernel&&) noexcept;
  ~Kernel() override;

  // Sends each operation in a batch that ends with one that must fail, so that nothing changes and
  // no packet notices. Success: the kernel has every feature that commit() of the delta would need.
  [[nodiscard]] Result<void> rehearse(Delta delta);

  // dump_once(), repeated up to 64 times while commits by anyone interrupt it. It may take seconds:
  // for commands and separate threads, never for an event loop.
  [[nodiscard]] Result<Snapshot> dump();

  bool owns() const override;
  [[nodiscard]] Result<void> commit(const Delta& delta) override;
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
