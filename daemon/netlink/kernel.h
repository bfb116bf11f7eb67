#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/result.h"
#include "compiler/ruleset.h"
#include "compiler/transaction.h"

namespace portcullis::nl {

// Who may change our table.
enum class TableOwner : std::uint8_t {
  kNone,    // there is no table
  kShared,  // anyone
  kOrphan,  // anyone, since its owner has gone; and whoever asks for it can own it
  kUs,      // only this socket
  kOther,   // only another one
};

// What the kernel holds of our table.
struct Snapshot {
  Ruleset ruleset;               // empty too where the table is
  std::uint32_t generation = 0;  // of the whole nf_tables ruleset of this network namespace
  TableOwner owner = TableOwner::kNone;
  std::uint32_t owner_port = 0;  // kOther: the netlink port, which is mostly the process's id
};

// Since the counter was made.
struct CounterValue {
  CounterSpec spec;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

// What becomes of a table that is made here.
enum class Ownership : std::uint8_t {
  kShared,
  // It is this socket's, where the kernel keeps such a table when we are gone (since Linux 6.9);
  // else it is shared.
  kOwned,
};

// nf_tables of the network namespace that open() was called in, over one NETLINK_NETFILTER
// socket. Needs CAP_NET_ADMIN there. Movable; not thread safe.
class Kernel {
 public:
  // kPermission names the missing capability; kUnsupported: a kernel without nf_tables.
  [[nodiscard]] static Result<Kernel> open(Ownership ownership = Ownership::kShared);

  Kernel(Kernel&&) noexcept;
  Kernel& operator=(Kernel&&) noexcept;
  ~Kernel();

  bool owns() const;           // what it makes
  std::uint32_t port() const;  // its netlink address

  // One batch, all or nothing. On failure nothing has changed, and the message names the
  // operation that the kernel refused as nft(8) would take it, with the kernel's reason.
  // kInterrupted: the outcome is unknown (the kernel's answers were lost): dump() tells.
  [[nodiscard]] Result<void> commit(const Transaction& transaction);

  // Has the kernel take each operation in turn, in a batch that ends with one that must fail, so
  // that nothing changes and no packet notices. Success: commit() would find every feature that
  // the transaction needs.
  [[nodiscard]] Result<void> rehearse(const Transaction& transaction);

  // The number of the ruleset of this network namespace; every commit of anyone adds one.
  [[nodiscard]] Result<std::uint32_t> generation();

  // Our table as one consistent generation: a dump that a commit of anyone interrupted is
  // repeated. Other tables are not read. Expressions and attributes that we never write come
  // back as Foreign statements.
  [[nodiscard]] Result<Snapshot> dump();

  // The named counters of our table, with their values.
  [[nodiscard]] Result<std::vector<CounterValue>> counters();

 private:
  struct Impl;
  explicit Kernel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::nl
