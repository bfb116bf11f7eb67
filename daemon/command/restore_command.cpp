#include <ostream>

#include "compiler/base/escape.h"
#include "compiler/ruleset/diff.h"
#include "daemon/boot/boot_snapshot.h"
#include "daemon/command/commands.h"
#include "daemon/host/instance_lock.h"
#include "daemon/netlink/table/kernel.h"
#include "daemon/netlink/table/process_of_port.h"

namespace portcullis {
namespace {

std::string table() { return "table " + table_text(TableFamily::kInet); }

// In one batch: a new table has no packets under way.
Result<void> commit(nl::Kernel& kernel, const nl::Snapshot& before, const Ruleset& ruleset) {
  if (before.owner == nl::TableOwner::kOther) {
    return failure(
        ErrorCode::kPermission,
        table() + " belongs to " + nl::process_of_port(before.owner_port) + ": stop it first");
  }
  const bool is_new = before.owner == nl::TableOwner::kNone;
  return kernel.commit(is_new ? diff({}, ruleset) : replacement(ruleset, before.tables));
}

Result<ExitCode> done(const Console& console, const std::string& remark) {
  console.err << escape(remark) << "\n";
  return ExitCode::kOk;
}

}  // namespace

Result<ExitCode> restore(const Options& options, const Console& console) {
  if (options.snapshot.empty()) return done(console, "nothing restored: --snapshot is off");
  auto kernel = nl::Kernel::open(nl::ownership(options.shares_table));
  if (!kernel) return tl::unexpected(kernel.error());
  const auto before = kernel->dump();
  if (!before) return tl::unexpected(before.error());
  const bool in_force = enforces(before->ruleset);
  const auto left = [&](const std::string& why) {
    return done(console, table() + " is already in force" + why + ": nothing restored");
  };
  const auto lock = InstanceLock::take();
  const bool runs = !lock && lock.error().code == ErrorCode::kConflict;
  if (runs && in_force) return left(", from a running daemon");
  if (!lock) return tl::unexpected(lock.error());
  const auto kept = load_boot_snapshot(options.snapshot, options.node_name);
  if (!kept && kept.error().code == ErrorCode::kNotFound) {
    return done(console, "there is no " + options.snapshot + ": nothing restored");
  }
  if (!kept) return tl::unexpected(kept.error());
  if (in_force && kept->of_this_boot) return left(", from a daemon of this boot");
  if (in_force && before->ruleset == kept->ruleset) return left(", and equals the saved one");
  return commit(*kernel, *before, kept->ruleset).and_then([&] {
    return done(console, "restored " + table() + " from " + options.snapshot +
                             (in_force ? ", in place of an older one" : ""));
  });
}

}  // namespace portcullis
