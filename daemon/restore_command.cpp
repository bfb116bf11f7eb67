#include <ostream>

#include "compiler/diff.h"
#include "daemon/boot_snapshot.h"
#include "daemon/commands.h"
#include "daemon/instance_lock.h"
#include "daemon/netlink/kernel.h"
#include "daemon/netlink/process_of_port.h"

namespace portcullis {
namespace {

std::string table() { return std::string("table inet ") + kTableName; }

// In one batch: a new table has no packets under way.
Result<void> commit(nl::Kernel& kernel, const nl::Snapshot& before, const Ruleset& ruleset) {
  if (before.owner == nl::TableOwner::kOther) {
    return failure(
        ErrorCode::kPermission,
        table() + " belongs to " + nl::process_of_port(before.owner_port) + ": stop it first");
  }
  auto all = diff({}, ruleset);
  if (before.owner != nl::TableOwner::kNone) {
    all.operations.insert(all.operations.begin(), DeleteTable{});
  }
  return kernel.commit(all);
}

Result<ExitCode> done(const Console& console, const std::string& remark) {
  console.err << remark << "\n";
  return ExitCode::kOk;
}

}  // namespace

Result<ExitCode> restore(const Options& options, const Console& console) {
  if (options.snapshot.empty()) return done(console, "nothing is restored: --snapshot is off");
  auto kernel = nl::Kernel::open(options.ownership);
  if (!kernel) return tl::unexpected(kernel.error());
  const auto before = kernel->dump();
  if (!before) return tl::unexpected(before.error());
  if (enforces(before->ruleset)) {
    return done(console, table() + " is in force already: nothing is restored");
  }
  const auto lock = InstanceLock::take();
  if (!lock) return tl::unexpected(lock.error());
  const auto ruleset = load_boot_snapshot(options.snapshot, options.node_name);
  if (!ruleset && ruleset.error().code == ErrorCode::kNotFound) {
    return done(console, "there is no " + options.snapshot + ": nothing is restored");
  }
  if (!ruleset) return tl::unexpected(ruleset.error());
  return commit(*kernel, *before, *ruleset).and_then([&] {
    return done(console, "restored " + table() + " from " + options.snapshot);
  });
}

}  // namespace portcullis
