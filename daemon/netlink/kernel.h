#pragma once

#include <cstdint>
#include <memory>

#include "compiler/result.h"
#include "compiler/ruleset.h"
#include "compiler/transaction.h"

namespace portcullis::nl {

// What the kernel holds of our table.
struct Snapshot {
  Ruleset ruleset;               // empty: there is no table
  std::uint32_t generation = 0;  // of the whole nf_tables ruleset of this network namespace
};

// nf_tables of the network namespace that open() was called in, over one NETLINK_NETFILTER
// socket. Needs CAP_NET_ADMIN there. Movable; not thread safe.
class Kernel {
 public:
  // kPermission names the missing capability; kUnsupported: a kernel without nf_tables.
  [[nodiscard]] static Result<Kernel> open();

  Kernel(Kernel&&) noexcept;
  Kernel& operator=(Kernel&&) noexcept;
  ~Kernel();

  // One batch, all or nothing. On failure nothing has changed, and the message names the
  // operation that the kernel refused as nft(8) would take it, with the kernel's reason.
  // kInterrupted: the outcome is unknown (the kernel's answers were lost): dump() tells.
  [[nodiscard]] Result<void> commit(const Transaction& transaction);

  // The number of the ruleset of this network namespace; every commit of anyone adds one.
  [[nodiscard]] Result<std::uint32_t> generation();

  // Our table as one consistent generation: a dump that a commit of anyone interrupted is
  // repeated. Other tables are not read. Expressions and attributes that we never write come
  // back as Foreign statements.
  [[nodiscard]] Result<Snapshot> dump();

 private:
  struct Impl;
  explicit Kernel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::nl
