#pragma once

#include <cstdint>
#include <string>
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

// A commit that was not ours.
struct ForeignCommit {
  std::uint32_t generation = 0;  // that it made
  bool touches_our_table = false;
  std::string author;  // "nft (process 4711)"; "somebody" if the kernel does not say
};

// What the kernel has told of foreign commits, in their order.
struct ForeignCommits {
  std::vector<ForeignCommit> told;
  bool lost = false;  // more was told than the socket has room for: any of them may be missing
};

// The table inet portcullis in nf_tables of one network namespace: in a kernel (nl::Kernel), or in
// the tests' model of one. No call waits for anything but the kernel's answer. Not thread safe.
class KernelTable {
 public:
  virtual ~KernelTable() = default;

  // Whether a table that is made here belongs to this socket alone, and outlives it.
  virtual bool owns() const = 0;

  // One batch, all or nothing. On failure nothing has changed, and the message names the
  // operation that the kernel refused as nft(8) would take it, with the kernel's reason.
  // kConflict: something that it refers to is missing, or what it adds exists; kBusy: something
  // still refers to what it deletes; kPermission: the table belongs to another process;
  // kInterrupted: the outcome is unknown (the kernel's answers were lost): a dump tells.
  [[nodiscard]] virtual Result<void> commit(const Transaction& transaction) = 0;

  // The number of the ruleset of this network namespace; every commit of anyone adds one.
  [[nodiscard]] virtual Result<std::uint32_t> generation() = 0;

  // Our table, read once. kInterrupted: somebody committed meanwhile, to whichever table, so that
  // what was read is not of one generation. Expressions and attributes that we never write come
  // back as Foreign statements. Other tables are not read.
  [[nodiscard]] virtual Result<Snapshot> dump_once() = 0;

  // The named counters of our table, with their values. kInterrupted as of dump_once().
  [[nodiscard]] virtual Result<std::vector<CounterValue>> counters() = 0;

  // From now on foreign_commits() tells. Returns a descriptor, valid as long as this object, that
  // is readable while there is something to tell. kPermission, kIo.
  [[nodiscard]] virtual Result<int> listen() = 0;

  // What was told since the last call, or the first part of it where that is much. Nothing before
  // listen().
  virtual ForeignCommits foreign_commits() = 0;
};

}  // namespace portcullis::nl
