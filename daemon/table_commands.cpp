#include <ostream>

#include "compiler/print.h"
#include "daemon/admin_api.h"
#include "daemon/admin_client.h"
#include "daemon/commands.h"
#include "daemon/netlink/kernel.h"

namespace portcullis {
namespace {

Result<ExitCode> dump_kernel(Format format, const Console& console) {
  auto snapshot = nl::Kernel::open().and_then([](nl::Kernel kernel) { return kernel.dump(); });
  if (!snapshot) return tl::unexpected(snapshot.error());
  if (snapshot->ruleset.empty()) {
    console.err << "portcullis: there is no table inet " << kTableName
                << " in this network namespace\n";
    return ExitCode::kNegative;
  }
  console.out << (format == Format::kNft ? print_nft(snapshot->ruleset)
                                         : print_json(snapshot->ruleset));
  return ExitCode::kOk;
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

Result<ExitCode> clean_up(const Console& console) {
  auto kernel = nl::Kernel::open();
  if (!kernel) return tl::unexpected(kernel.error());
  const auto before = kernel->dump();
  if (!before) return tl::unexpected(before.error());
  // Added first, so that deleting it works whether it was there, was empty, or was not there.
  const auto done = kernel->commit(Transaction{{AddTable{}, DeleteTable{}}});
  if (!done) return tl::unexpected(done.error());
  const std::string table = std::string("table inet ") + kTableName;
  console.err << (before->ruleset.empty() ? "there was no " + table + ": nothing to remove\n"
                                          : "removed " + table + ": nothing is enforced now\n");
  return ExitCode::kOk;
}

}  // namespace portcullis
