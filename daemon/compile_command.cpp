#include <ostream>

#include "compiler/compile.h"
#include "compiler/print.h"
#include "daemon/commands.h"
#include "daemon/manifest_input.h"
#include "daemon/problem_log.h"

namespace portcullis {

Result<ExitCode> compile_manifests(const Options& options, const Console& console) {
  const auto cluster = read_cluster(options.files, console.in, console.err, options.budgets);
  if (!cluster) return tl::unexpected(cluster.error());
  const auto compiled = compile_all(*cluster, options.node_name);
  for (const auto& rejection : compiled.rejected) {
    if (is_policy(rejection)) continue;  // told with the manifests
    console.err << "portcullis: " << to_string(to_problem(rejection)) << "\n";
  }
  const auto& ruleset = compiled.ruleset;
  console.out << (options.format == Format::kJson ? print_json(ruleset) : print_nft(ruleset));
  return ExitCode::kOk;
}

}  // namespace portcullis
