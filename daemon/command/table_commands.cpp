#include <filesystem>
#include <ostream>

#include "compiler/base/escape.h"
#include "compiler/ruleset/diff.h"
#include "compiler/ruleset/print.h"
#include "daemon/command/commands.h"
#include "daemon/files/manifest_archive.h"
#include "daemon/host/instance_lock.h"
#include "daemon/netlink/table/kernel.h"
#include "daemon/netlink/table/process_of_port.h"
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

Result<void> remove_table(const Console& console) {
  auto kernel = nl::Kernel::open();
  if (!kernel) return tl::unexpected(kernel.error());
  const auto before = kernel->dump();
  if (!before) return tl::unexpected(before.error());
  const std::string table = "table " + table_text(TableFamily::kInet);
  if (before->owner == nl::TableOwner::kOther) {
    return failure(
        ErrorCode::kPermission,
        table + " belongs to " + nl::process_of_port(before->owner_port) + ": stop it first");
  }
  const auto lock = InstanceLock::take();
  if (!lock) return tl::unexpected(lock.error());
  if (before->owner == nl::TableOwner::kNone) {
    console.err << "there was no " << table << ": nothing to remove\n";
    return {};
  }
  return kernel->commit(replacement({}, before->tables)).map([&] {
    console.err << "removed " << table << ": nothing is enforced now\n";
  });
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
  return remove_table(console)
      .and_then([&] { return remove_boot_snapshot(options.snapshot, console); })
      .map([] { return ExitCode::kOk; });
}

}  // namespace portcullis
