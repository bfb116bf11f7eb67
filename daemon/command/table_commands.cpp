#include <filesystem>
#include <ostream>

#include "compiler/base/escape.h"
#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/print.h"
#include "daemon/command/commands.h"
#include "daemon/command/our_tables.h"
#include "daemon/files/manifest_archive.h"
#include "daemon/host/instance_lock.h"
#include "daemon/netlink/table/kernel.h"
#include "daemon/serve/admin_api.h"
#include "daemon/serve/admin_client.h"

namespace portcullis {
namespace {

Result<ExitCode> dump_kernel(Format format, const Console& console) {
  auto snapshot = nl::Kernel::open().and_then([](nl::Kernel kernel) { return kernel.dump(); });
  if (!snapshot) return tl::unexpected(snapshot.error());
  if (snapshot->ruleset.empty()) {
    console.err << "portcullis: there is no table " << table_text(TableFamily::kInet)
                << " in this network namespace\n";
    return ExitCode::kNegative;
  }
  console.out << (format == Format::kNft ? print_nft(snapshot->ruleset)
                                         : print_json(snapshot->ruleset));
  return ExitCode::kOk;
}

// Those of others stay, and are an error.
Result<void> remove_tables(const Console& console) {
  auto kernel = nl::Kernel::open();
  if (!kernel) return tl::unexpected(kernel.error());
  const auto before = kernel->dump();
  if (!before) return tl::unexpected(before.error());
  Result<void> done;
  for (const auto& table : before->tables) {
    if (done) done = check_owner(table);
  }
  const auto families = free_tables(*before);
  if (!done && families.empty()) return done;
  const auto lock = InstanceLock::take();
  if (!lock) return tl::unexpected(lock.error());
  if (families.empty()) {
    console.err << "there was no table " << table_text(TableFamily::kInet)
                << ": nothing to remove\n";
    return {};
  }
  if (auto removed = kernel->commit(replacement({}, families)); !removed) return removed;
  console.err << "removed " << table_texts(families)
              << (done ? ": nothing is enforced now\n" : "\n");
  return done;
}

// Otherwise the next boot would restore it.
Result<void> remove_boot_snapshot(const std::string& file, const Console& console) {
  std::error_code error;
  if (!file.empty() && std::filesystem::remove(file, error)) {
    console.err << "removed " << escape(file) << ": the next boot restores nothing\n";
  }
  if (!file.empty() && !error) std::filesystem::remove_all(archive_beside(file), error);
  if (!error) return {};
  return failure(ErrorCode::kIo, "cannot remove " + file + ": " + error.message());
}

}  // namespace

Result<ExitCode> dump(const Options& options, const Console& console) {
  if (options.side == Side::kKernel) return dump_kernel(options.format, console);
  const auto reply = ask_daemon(options.socket, ruleset_target(options.format));
  return reply.map([&](const AdminReply& answer) {
    console.out << answer.body;
    return ExitCode::kOk;
  });
}

Result<ExitCode> diff_with_kernel(const Options& options, const Console& console) {
  const auto reply = ask_daemon(options.socket, kDiffTarget);
  return reply.map([&](const AdminReply& answer) {
    console.out << answer.body;
    return answer.body.empty() ? ExitCode::kOk : ExitCode::kNegative;
  });
}

Result<ExitCode> clean_up(const Options& options, const Console& console) {
  return remove_tables(console)
      .and_then([&] { return remove_boot_snapshot(options.snapshot, console); })
      .map([] { return ExitCode::kOk; });
}

}  // namespace portcullis
