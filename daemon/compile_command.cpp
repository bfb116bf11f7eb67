#include <ostream>

#include "compiler/compile.h"
#include "compiler/print.h"
#include "daemon/commands.h"
#include "daemon/manifest_input.h"

namespace portcullis {

Result<ExitCode> compile_manifests(const Options& options, const Console& console) {
  const auto cluster = read_cluster(options.files, console.in, console.err);
  if (!cluster) return tl::unexpected(cluster.error());
  const Ruleset ruleset = compile(*cluster, options.node_name);
  console.out << (options.format == Format::kJson ? print_json(ruleset) : print_nft(ruleset));
  return ExitCode::kOk;
}

}  // namespace portcullis
