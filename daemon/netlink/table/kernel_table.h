#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/ruleset/operation.h"
#include "daemon/netlink/object/counter.h"

namespace portcullis::nl {

// Who may change our tables.
enum class TableOwner : std::uint8_t {
  kNone,    // there is no table
  kShared,  // anyone
  kOrphan,  // anyone, since its owner has gone; anyone can take ownership
  kUs,      // only this socket
  kOther,   // only another socket
};

// One of our tables that exists.
struct ExistingTable {
  TableFamily family = TableFamily::kInet;
  TableOwner owner = TableOwner::kShared;  // never kNone
  std::uint32_t owner_port = 0;            // kOther: the netlink port, usually the process id
};

// The content of our tables in the kernel.
struct Snapshot {
  Ruleset ruleset{};
  std::uint32_t generation = 0;         // of the whole nf_tables ruleset of this network namespace
  std::vector<ExistingTable> tables{};  // also empty ones

  std::vector<TableFamily> families() const;            // of `tables`
  const ExistingTable* find(TableFamily family) const;  // null: there is no such table
  TableOwner owner_of(TableFamily family) const;        // kNone: likewise
};

// A foreign commit.
struct ForeignCommit {
  std::uint32_t generation = 0;  // that it made
  bool touches_our_table = false;
  std::string author;  // "nft (process 4711)"; "somebody" if the kernel does not say
};

// The foreign commits that the kernel has reported, in order.
struct ForeignCommits {
  std::vector<ForeignCommit> told;
  bool lost = false;  // the socket overflowed: any of them may be missing
};

// The tables inet portcullis and bridge portcullis in nf_tables of one network namespace: in a
// kernel (nl::Kernel), or in the tests' model of one. Calls wait only for the kernel's answer. Not
// thread safe.
class KernelTable {
 public:
  virtual ~KernelTable() = default;

  // Whether a table that is made here belongs only to this socket, and outlives it.
  virtual bool owns() const = 0;

  // One batch, all or nothing. On failure nothing has changed, and the message names the rejected
  // operation in nft(8) syntax, with the kernel's reason. kConflict: it
  // refers to something missing, or adds something that exists; kBusy: what it deletes is still
  // referenced; kPermission: the table belongs to another process; kInterrupted: the outcome is
  // unknown (the kernel's answers were lost): dump to find out.
  [[nodiscard]] virtual Result<void> commit(const Delta& delta) = 0;

  // The generation of this network namespace's ruleset; every commit by anyone adds one.
  [[nodiscard]] virtual Result<std::uint32_t> generation() = 0;

  // Our tables, read once. kInterrupted: somebody committed meanwhile, to any table, so the result
  // would mix generations. Expressions and attributes that we never write become Foreign
  // statements. Other tables are not read.
  [[nodiscard]] virtual Result<Snapshot> dump_once() = 0;

  // The named counters of our tables, with their values. kInterrupted as for dump_once().
  [[nodiscard]] virtual Result<std::vector<CounterValue>> counters() = 0;

  // Starts reporting through foreign_commits(). Returns a descriptor, valid as long as this object,
  // that is readable while there are reports. kPermission, kIo.
  [[nodiscard]] virtual Result<int> listen() = 0;

  // The reports since the last call, or the first part of them if there are many. Nothing before
  // listen().
  virtual ForeignCommits foreign_commits() = 0;
};

}  // namespace portcullis::nl
