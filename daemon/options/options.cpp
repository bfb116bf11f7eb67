#include "daemon/options/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "daemon/base/version.h"
#include "daemon/host/node_name.h"
#include "daemon/options/config_file.h"
#include "daemon/options/did_you_mean.h"
#include "daemon/options/option_table.h"
#include "daemon/options/option_text.h"

namespace portcullis {
namespace {

// The options of the command line, in order.
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
    const auto collect = [&] { given.push_back({&option, ""}); };
    app.add_flag_callback(names, collect, option.help);
    return;
  }
  const CLI::callback_t collect = [&](const CLI::results_t& values) {
    for (const std::string& value : values) given.push_back({&option, value});
    return true;
  };
  app.add_option(names, collect, option.help)
      ->type_name(option.value)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

constexpr std::array kTopics = {"bash", "zsh", "fish", "pods", "namespaces"};

void add_topic(CLI::App& command, std::string& topic) {
  command.add_option("TOPIC", topic, "bash, zsh, fish: the script; pods, namespaces: the names")
      ->type_name("");
}

Result<void> require_topic(const std::string& topic) {
  if (std::ranges::find(kTopics, topic) != kTopics.end()) return {};
  const auto wrong = topic.empty() ? "" : "\"" + topic + "\" cannot be completed: ";
  return usage_error("completion", wrong +
                                       "give bash, zsh or fish for a script, or pods or "
                                       "namespaces for names");
}

void add_command(CLI::App& app, const CommandText& text, std::vector<Given>& given,
                 std::string& topic) {
  CLI::App* command = app.add_subcommand(text.name, text.help)->footer(text.footer);
  for (const Option& option : option_table()) {
    if (option.in(text.command)) add_option(*command, option, given);
  }
  if (text.command == Command::kCompletion) add_topic(*command, topic);
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

const char* name_of(Command command) {
  return std::ranges::find(command_table(), command, &CommandText::command)->name;
}

Result<void> require_once(Command command, const std::vector<Given>& given) {
  for (auto flag = given.begin(); flag != given.end(); ++flag) {
    const bool is_again = std::ranges::any_of(
        given.begin(), flag, [&](const Given& earlier) { return earlier.option == flag->option; });
    const auto& option = *flag->option;
    if (is_again && has_value(option) && !option.repeatable) {
      return usage_error(name_of(command),
                         std::string("--") + option.name + " is given more than once");
    }
  }
  return {};
}

std::string own_node_name() {
  if (const char* name = std::getenv("NODE_NAME"); name != nullptr && *name != '\0') return name;
  return default_node_name();
}

bool is_of_this_host(Command command) {
  return command == Command::kRun || command == Command::kRestore || command == Command::kCheck;
}

Result<void> require(const Options& options) {
  if (!options.manifests.empty() && (!options.kubeconfig.empty() || !options.context.empty())) {
    return usage_error(name_of(options.command),
                       "give either --manifests or --kubeconfig, not both");
  }
  if (is_of_this_host(options.command) && options.node_name.empty()) {
    return usage_error(name_of(options.command), "the host has no name: give --node-name NAME");
  }
  if (options.closes_unknown_pods && options.pod_marks.empty()) {
    return usage_error(name_of(options.command),
                       "unknown-pods drop closes nothing: give pod-interfaces, pod-cidrs or both");
  }
  if (options.closes_unknown_pods && !options.pod_marks.interfaces.empty() &&
      !options.anti_spoofing) {
    return usage_error(name_of(options.command),
                       "with anti-spoofing off no interface is known to be a pod's: with "
                       "unknown-pods drop, give pod-cidrs instead of pod-interfaces");
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
  if (is_of_this_host(command)) options.node_name = own_node_name();
  if (command == Command::kExplain || command == Command::kMatrix) options.format = Format::kText;
  auto done = require_once(command, given).and_then([&] { return apply_flags(options, given); });
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

std::vector<std::string> names_of_commands() {
  std::vector<std::string> names = {"help", "version"};
  for (const auto& command : command_table()) names.emplace_back(command.name);
  return names;
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> all = {"--help"};
  const auto commands = command_table();
  const auto text = std::ranges::find(commands, chosen(app), &CommandText::name);
  if (text == commands.end()) return all;
  for (const auto& option : options_of(text->command)) {
    const auto own = flags(option);
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

// The first argument that no option takes.
tl::unexpected<Error> unexpected_argument(const CLI::App& app) {
  const auto word = app.remaining(true).front();
  const auto command = chosen(app);
  if (word.starts_with("-")) {
    const auto name = word.substr(0, word.find('='));
    return usage_error(command, "unknown option " + name + did_you_mean(name, flags_of(app)));
  }
  if (command.empty()) {
    return usage_error(
        "", "unknown command \"" + word + "\"" + did_you_mean(word, names_of_commands()));
  }
  return usage_error(command, "unexpected argument \"" + word + "\"");
}

// What the library says of an option, in our words.
tl::unexpected<Error> misused_option(const CLI::App& app, const CLI::Error& error) {
  const std::string said = error.what();
  const auto name = said.substr(0, said.find_first_of(": "));
  if (error.get_name() == "ArgumentMismatch") {  // "--to: 1 required POD|IP missing"
    return usage_error(chosen(app), name + " needs a value");
  }
  if (error.get_name() == "ConversionError") {  // "Could not convert: --all = x"
    const auto option = said.substr(std::min(said.find("--"), said.size()));
    return usage_error(chosen(app),
                       replaced(option, " = ", ": \"") + "\" is neither true nor false");
  }
  if (error.get_name() == "ExcludesError") {  // "--kernel excludes --desired"
    return usage_error(chosen(app),
                       "give either " + replaced(said, " excludes ", " or ") + ", not both");
  }
  return usage_error(chosen(app), said);
}

// `help`, `help COMMAND` and `version` are other words for options.
std::vector<std::string> in_options(std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  if (arguments.front() == "version") arguments.front() = "--version";
  if (arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  return arguments;
}

}  // namespace

std::string to_string(const ListenAddress& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<Invocation> parse_options(const std::vector<std::string>& arguments) {
  CLI::App app("Kubernetes NetworkPolicy engine for nftables", "portcullis");
  app.require_subcommand(0, 1);
  app.set_version_flag("-V,--version", std::string("portcullis ") + version());
  std::vector<Given> given;
  std::string topic;
  for (const CommandText& text : command_table()) add_command(app, text, given, topic);
  app.add_subcommand("help", "Shows how to use a command: portcullis help explain");
  app.add_subcommand("version", "Shows the version");
  const auto words = in_options(arguments);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    if (chosen(app).empty() && app.remaining_size() > 0) return unexpected_argument(app);
    return Information{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Information{std::string(version.what()) + "\n"};
  } catch (const CLI::ExtrasError&) {
    return unexpected_argument(app);
  } catch (const CLI::Error& error) {
    return misused_option(app, error);
  }
  const auto commands = command_table();
  const auto text = std::ranges::find(commands, chosen(app), &CommandText::name);
  if (text == commands.end()) return usage_error("", "give a command");
  if (text->command == Command::kCompletion) {
    if (const auto good = require_topic(topic); !good) return tl::unexpected(good.error());
  }
  return resolve(text->command, given).map([&](Invocation invocation) {
    if (auto* options = std::get_if<Options>(&invocation)) options->topic = topic;
    return invocation;
  });
}

}  // namespace portcullis
