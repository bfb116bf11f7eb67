#include "daemon/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

#include "daemon/config_file.h"
#include "daemon/option_table.h"

namespace portcullis {
namespace {

struct CommandText {
  Command command;
  const char* name;
  const char* help;
  const char* footer;
};

constexpr std::array kCommands{
    CommandText{Command::kRun, "run",
                "Enforces on this node the policies of an API server or of a directory",
                "Rules stay in the kernel when the daemon stops: portcullis cleanup removes them.\n"
                "SIGTERM and SIGINT stop it."},
    CommandText{Command::kCompile, "compile", "Compiles manifests and prints the node's ruleset",
                "The output loads with nft -f (or nft -j -f). Problems go to standard error, one\n"
                "a line. An object with a mistake in it is compiled closed: what it selects is\n"
                "denied, and the exit code is 0. A file that cannot be read or is no YAML or\n"
                "JSON means exit code 2 and no output."},
    CommandText{Command::kDump, "dump", "Prints the ruleset of the kernel or of the daemon",
                "Exit code 1 if there is no table."},
    CommandText{Command::kDiff, "diff", "What the kernel's table lacks of what the daemon wants",
                "Prints the operations that would make them equal. Exit code 0: none, 1: some."},
    CommandText{
        Command::kExplain, "explain", "Why a connection is allowed or denied",
        "Asks the running daemon, or with -f reads manifests and needs no daemon. Judged is\n"
        "a new connection as the node sees it, after a Service's address has become a\n"
        "pod's. Exit code 0: allowed, 1: denied (over IPv4 or IPv6), 2: error."},
    CommandText{
        Command::kMatrix, "matrix", "Who may talk to whom, and on which ports",
        "Asks the running daemon, or with -f reads manifests and needs no daemon. A row for\n"
        "each source, a column for each destination: all, none, or what is allowed. Pods on\n"
        "the host's network, finished ones and those without an address are left out."},
    CommandText{Command::kCheck, "check",
                "Whether this host can enforce, and may read the API server",
                "A line for each thing that was looked at. Exit code 1 if one of them FAILED."},
    CommandText{
        Command::kRestore, "restore", "Puts the ruleset of the last run back into the kernel",
        "For the boot, before anything can talk: what the daemon kept on disk is in force\n"
        "until it has read what is to be enforced now. Changes nothing where a table of ours\n"
        "is in force already, or nothing was kept. Exit code 2 if what was kept is refused:\n"
        "it is damaged, of another node, or not root's alone."},
    CommandText{Command::kCleanup, "cleanup", "Removes our table from the kernel",
                "And the ruleset that is kept on disk. Nothing is enforced after that. Stop the\n"
                "daemon first: it would put the table back."},
};

// What the command line said, in its own order.
struct Given {
  const Option* option;
  std::string value;
};

tl::unexpected<Error> usage_error(const std::string& command, const std::string& message) {
  return failure(ErrorCode::kInvalidInput, message + " (see portcullis " +
                                               (command.empty() ? "" : command + " ") + "--help)");
}

Result<void> set(Options& options, const Option& option, const std::string& value,
                 const std::string& where) {
  return option.set(options, value).map_error([&](const Error& error) {
    return Error{error.code, where + option.name + ": " + error.message};
  });
}

void add_option(CLI::App& app, const Option& option, std::vector<Given>& given) {
  std::string names = std::string("--") + option.name;
  if (*option.short_name != '\0') names = std::string("-") + option.short_name + "," + names;
  if (*option.value == '\0') {
    app.add_flag_callback(
        names,
        [&] {
          given.push_back({&option, ""});
        },
        option.help);
    return;
  }
  const CLI::callback_t collect = [&](const CLI::results_t& values) {
    for (const std::string& value : values) given.push_back({&option, value});
    return true;
  };
  CLI::Option* added = app.add_option(names, collect, option.help)->type_name(option.value);
  if (option.repeatable) {
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  }
}

void add_command(CLI::App& app, const CommandText& text, std::vector<Given>& given) {
  CLI::App* command = app.add_subcommand(text.name, text.help)->footer(text.footer);
  for (const Option& option : option_table()) {
    if (option.in(text.command)) add_option(*command, option, given);
  }
  if (text.command == Command::kDump) {
    command->get_option("--kernel")->excludes(command->get_option("--desired"));
  }
}

std::string keys_of_config_file() {
  std::string keys;
  for (const Option& option : option_table()) {
    if (option.in_config_file()) keys += (keys.empty() ? "" : ", ") + std::string(option.name);
  }
  return keys;
}

Result<void> apply_config_file(Options& options) {
  const auto entries = read_config_file(options.config);
  if (!entries) return tl::unexpected(entries.error());
  for (const ConfigEntry& entry : *entries) {
    const std::string where = options.config + ":" + std::to_string(entry.line) + ": ";
    const auto table = option_table();
    const auto option = std::ranges::find_if(table, [&](const Option& candidate) {
      return candidate.in_config_file() && candidate.name == entry.key;
    });
    if (option == table.end()) {
      return failure(ErrorCode::kInvalidInput,
                     where + entry.key + ": unknown key (known are " + keys_of_config_file() + ")");
    }
    const auto done = set(options, *option, entry.value, where);
    if (!done) return done;
  }
  return {};
}

Result<void> apply_flags(Options& options, const std::vector<Given>& given) {
  for (const Given& flag : given) {
    const auto done = set(options, *flag.option, flag.value, "--");
    if (!done) return done;
  }
  return {};
}

std::string default_node_name() {
  if (const char* name = std::getenv("NODE_NAME"); name != nullptr && *name != '\0') return name;
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

bool is_of_this_host(Command command) {
  return command == Command::kRun || command == Command::kRestore;
}

Result<void> require(const Options& options) {
  if (!options.manifests.empty() && (!options.kubeconfig.empty() || !options.context.empty())) {
    return usage_error("run", "give either --manifests or --kubeconfig, not both");
  }
  if (is_of_this_host(options.command) && options.node_name.empty()) {
    return usage_error(options.command == Command::kRun ? "run" : "restore",
                       "the host has no name: give --node-name NAME");
  }
  if (options.command == Command::kExplain && (options.from.empty() || options.to.empty())) {
    return usage_error("explain", "give --from POD|IP and --to POD|IP[:PORT[/PROTO]]");
  }
  if (options.command == Command::kCompile && options.files.empty()) {
    return usage_error("compile", "give manifests with -f FILE, -f DIR, or -f - for stdin");
  }
  if (options.command == Command::kCompile && options.node_name.empty()) {
    return usage_error("compile", "give --node-name NAME: the node whose pods are enforced");
  }
  return {};
}

Result<Invocation> resolve(Command command, const std::vector<Given>& given) {
  Options options;
  options.command = command;
  if (is_of_this_host(command)) options.node_name = default_node_name();
  if (command == Command::kExplain || command == Command::kMatrix) options.format = Format::kText;
  auto done = apply_flags(options, given);
  if (done && !options.config.empty()) {
    done = apply_config_file(options).and_then([&] { return apply_flags(options, given); });
  }
  if (done) done = require(options);
  if (!done) return tl::unexpected(done.error());
  return options;
}

std::string chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? "" : commands.front()->get_name();
}

}  // namespace

std::string to_string(const ListenAddress& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<Invocation> parse_options(const std::vector<std::string>& arguments) {
  CLI::App app("Kubernetes NetworkPolicy engine for nftables", "portcullis");
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", "portcullis " PORTCULLIS_VERSION);
  std::vector<Given> given;
  for (const CommandText& text : kCommands) add_command(app, text, given);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return Information{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Information{std::string(version.what()) + "\n"};
  } catch (const CLI::Error& error) {
    return usage_error(chosen(app), error.what());
  }
  const auto text = std::ranges::find(kCommands, chosen(app), &CommandText::name);
  if (text == kCommands.end()) return usage_error("", "give a command");
  return resolve(text->command, given);
}

}  // namespace portcullis
