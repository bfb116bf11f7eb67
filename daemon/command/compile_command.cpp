#include <ostream>

#include "compiler/engine/incremental_compiler.h"
#include "compiler/ruleset/print.h"
#include "daemon/command/commands.h"
#include "daemon/files/manifest_input.h"
#include "daemon/files/problem_log.h"

namespace portcullis {

Result<ExitCode> compile_manifests(const Options& options, const Console& console) {
  const auto input = read_cluster(options.files, console.in, options.budgets);
  if (!input) return tl::unexpected(input.error());
  say(input->remarks, console.err);
  IncrementalCompiler compiler(options.node_name, options.budgets);
  compiler.apply(input->objects);
  bool is_whole = input->rejected == 0;
  for (const auto& rejection : compiler.rejected()) {
    if (is_policy(rejection)) continue;  // reported with the manifests
    say({to_string(to_problem(rejection))}, console.err);
    is_whole = false;
  }
  const auto ruleset = compiler.ruleset();
  console.out << (options.format == Format::kJson ? print_json(ruleset) : print_nft(ruleset));
  const bool is_good = is_whole || options.tolerate_rejected;
  return is_good ? ExitCode::kOk : ExitCode::kNegative;
}

}  // namespace portcullis
