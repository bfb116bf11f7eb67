#include <ostream>

#include "compiler/explain/explanation.h"
#include "compiler/explain/matrix.h"
#include "daemon/admin_api.h"
#include "daemon/admin_client.h"
#include "daemon/commands.h"
#include "daemon/manifest_input.h"

namespace portcullis {
namespace {

Result<ExitCode> ask(const std::string& socket, const std::string& target, const Console& console) {
  const auto reply = ask_daemon(socket, target);
  return reply.map([&](const AdminReply& answer) {
    if (!answer.remark.empty()) console.err << "portcullis: " << answer.remark << "\n";
    console.out << answer.body;
    return answer.negative ? ExitCode::kNegative : ExitCode::kOk;
  });
}

// An empty cluster allows everything: whoever asks about one has named the wrong manifests.
Result<ClusterState> read_some(const Options& options, const Console& console) {
  auto cluster = read_cluster(options.files, console.in, console.err, options.budgets);
  if (!cluster || !cluster->pods().empty() || !cluster->policies().empty()) return cluster;
  return failure(ErrorCode::kInvalidInput,
                 "the manifests hold no Pod and no NetworkPolicy: check what -f names");
}

Result<ExitCode> explain_offline(const ClusterState& cluster, const Options& options,
                                 const Console& console) {
  const auto explanations = explain(cluster, options.from, options.to);
  if (!explanations) return tl::unexpected(explanations.error());
  console.out << (options.format == Format::kJson ? print_json(cluster, *explanations)
                                                  : print_text(cluster, *explanations));
  return all_allowed(*explanations) ? ExitCode::kOk : ExitCode::kNegative;
}

Result<ExitCode> show_offline(const ClusterState& cluster, const Options& options,
                              const Console& console) {
  const auto matrix =
      parse_matrix_query(options.namespaces, options.addresses)
          .and_then([&](const MatrixQuery& query) { return make_matrix(cluster, query); });
  if (!matrix) return tl::unexpected(matrix.error());
  console.out << (options.format == Format::kJson ? print_json(*matrix) : print_text(*matrix));
  return ExitCode::kOk;
}

}  // namespace

Result<ExitCode> explain_connection(const Options& options, const Console& console) {
  if (options.files.empty()) {
    return ask(options.socket, explain_target(options.from, options.to, options.format), console);
  }
  return read_some(options, console).and_then([&](const ClusterState& cluster) {
    return explain_offline(cluster, options, console);
  });
}

Result<ExitCode> show_matrix(const Options& options, const Console& console) {
  if (options.files.empty()) {
    return ask(options.socket, matrix_target(options.namespaces, options.addresses, options.format),
               console);
  }
  return read_some(options, console).and_then([&](const ClusterState& cluster) {
    return show_offline(cluster, options, console);
  });
}

}  // namespace portcullis
