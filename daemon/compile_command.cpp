#include <ostream>

#include "compiler/compile.h"
#include "compiler/print.h"
#include "daemon/commands.h"
#include "daemon/manifest_input.h"

namespace portcullis {

Result<ExitCode> compile_manifests(const Options& options, const Console& console) {
  const auto input = read_cluster(options.files, console.in);
  if (!input) return tl::unexpected(input.error());
  say(input->remarks, console.err);
  const Ruleset ruleset = compile(input->cluster, options.node_name);
  console.out << (options.format == Format::kJson ? print_json(ruleset) : print_nft(ruleset));
  const bool is_good = input->rejected == 0 || options.tolerate_rejected;
  return is_good ? ExitCode::kOk : ExitCode::kNegative;
}

}  // namespace portcullis
