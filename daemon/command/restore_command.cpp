#include <ostream>
#include <utility>

#include "compiler/base/escape.h"
#include "compiler/ruleset/diff.h"
#include "daemon/boot/boot_snapshot.h"
#include "daemon/command/commands.h"
#include "daemon/command/our_tables.h"
#include "daemon/host/instance_lock.h"
#include "daemon/netlink/table/kernel.h"

namespace portcullis {
namespace {

// In one batch: a new table has no packets under way.
Result<void> commit(nl::Kernel& kernel, const nl::Snapshot& before, const Ruleset& part,
                    TableFamily family) {
  const auto* table = before.find(family);
  if (table == nullptr) return kernel.commit(diff({}, part));
  return check_owner(*table).and_then([&] { return kernel.commit(replacement(part, {family})); });
}

// Each table by itself: without that of bridges, policies are in force all the same.
Result<void> commit(nl::Kernel& kernel, const nl::Snapshot& before, Ruleset ruleset) {
  Result<void> done;
  for (const auto family : kTableFamilies) {
    auto committed = commit(kernel, before, take_table(ruleset, family), family);
    if (done) done = std::move(committed);
  }
  return done;
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
  const bool in_force = enforces(before->ruleset, {TableFamily::kInet});
  const auto left = [&](const std::string& why) {
    return done(console, table_texts(before->families()) +
                             (before->tables.size() == 1 ? " is" : " are") + " already in force" +
                             why + ": nothing restored");
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
    return done(console, "restored " + table_texts(tables_of(kept->ruleset)) + " from " +
                             options.snapshot + (in_force ? ", in place of an older one" : ""));
  });
}

}  // namespace portcullis
