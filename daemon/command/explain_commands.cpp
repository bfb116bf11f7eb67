#include <chrono>
#include <ostream>

#include "compiler/explain/explanation.h"
#include "compiler/matrix/matrix.h"
#include "compiler/matrix/matrix_query.h"
#include "daemon/command/commands.h"
#include "daemon/files/manifest_input.h"
#include "daemon/serve/admin_api.h"
#include "daemon/serve/admin_client.h"

namespace portcullis {
namespace {

// A request for a matrix is answered once it is computed, any other at once.
constexpr std::chrono::seconds kMatrixPatience{60};

Result<ExitCode> ask(const std::string& socket, const std::string& target, const Console& console,
                     std::chrono::seconds patience = kPatience) {
  const auto reply = ask_daemon(socket, target, patience);
  return reply.map([&](const AdminReply& answer) {
    say(answer.remarks, console.err);
    console.out << answer.body;
    return answer.negative ? ExitCode::kNegative : ExitCode::kOk;
  });
}

// An empty cluster allows everything, so the wrong manifests were probably named.
Result<ManifestInput> read_some(const Options& options, const Console& console) {
  auto input = read_cluster(options.files, console.in, options.budgets);
  if (!input) return input;
  say(input->remarks, console.err);
  if (!input->cluster.pods().empty() || !input->cluster.policies().empty()) return input;
  return failure(ErrorCode::kInvalidInput,
                 "the manifests hold no Pod and no NetworkPolicy: check what -f names");
}

Unknown unknown(const Options& options) {
  return options.outside ? Unknown::kOutside : Unknown::kRefused;
}

Listing listing(const Options& options) {
  return options.all ? Listing::kAll : Listing::kRestricted;
}

Result<ExitCode> explain_offline(const ManifestInput& input, const Options& options,
                                 const Console& console) {
  const auto& cluster = input.cluster;
  const auto explanations = explain(cluster, options.from, options.to, unknown(options));
  if (!explanations) return tl::unexpected(explanations.error());
  console.out << (options.format == Format::kJson
                      ? print_json(cluster, *explanations, input.remarks)
                      : print_text(cluster, *explanations));
  return all_allowed(*explanations) ? ExitCode::kOk : ExitCode::kNegative;
}

Result<ExitCode> show_offline(const ManifestInput& input, const Options& options,
                              const Console& console) {
  const auto matrix = parse_matrix_query(options.matrix).and_then([&](const MatrixQuery& query) {
    return make_matrix(input.cluster, query);
  });
  if (!matrix) return tl::unexpected(matrix.error());
  console.out << (options.format == Format::kJson
                      ? print_json(*matrix, listing(options), input.remarks)
                      : print_text(*matrix, listing(options)));
  return ExitCode::kOk;
}

}  // namespace

Result<ExitCode> explain_connection(const Options& options, const Console& console) {
  if (options.files.empty()) {
    return ask(options.socket,
               explain_target(options.from, options.to, unknown(options), options.format), console);
  }
  return read_some(options, console).and_then([&](const ManifestInput& input) {
    return explain_offline(input, options, console);
  });
}

Result<ExitCode> show_matrix(const Options& options, const Console& console) {
  if (options.files.empty()) {
    return ask(options.socket, matrix_target(options.matrix, listing(options), options.format),
               console, kMatrixPatience);
  }
  return read_some(options, console).and_then([&](const ManifestInput& input) {
    return show_offline(input, options, console);
  });
}

}  // namespace portcullis
