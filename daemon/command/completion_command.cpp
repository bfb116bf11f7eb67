#include <chrono>
#include <ostream>

#include "daemon/command/commands.h"
#include "daemon/files/manifest_input.h"
#include "daemon/options/completion.h"
#include "daemon/serve/admin_api.h"
#include "daemon/serve/admin_client.h"
#include "daemon/serve/names.h"

namespace portcullis {
namespace {

constexpr std::chrono::seconds kKeystroke{2};  // a shell waits for it

Result<std::string> text_of(const Options& options, const Console& console) {
  if (options.topic == "bash") return bash_completion();
  if (options.topic == "zsh") return zsh_completion();
  if (options.topic == "fish") return fish_completion();
  if (options.files.empty()) {
    return ask_daemon(options.socket, names_target(options.topic), kKeystroke)
        .map([&](const AdminReply& reply) { return only_names(reply.body, options.topic); });
  }
  return read_cluster(options.files, console.in).map([&](const ManifestInput& input) {
    return list_names(input.cluster, options.topic);
  });
}

}  // namespace

Result<ExitCode> complete(const Options& options, const Console& console) {
  return text_of(options, console).map([&](const std::string& text) {
    console.out << text;
    return ExitCode::kOk;
  });
}

}  // namespace portcullis
