#include "daemon/options/completion.h"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <vector>

#include "daemon/options/option_text.h"

namespace portcullis {
namespace {

// "owned", "shared" for "owned|shared"; empty if the value is free text.
std::vector<std::string> choices(const Option& option) {
  const std::string value = option.value;
  const bool is_list = value.find('|') != value.npos && std::ranges::all_of(value, [](char c) {
                         return c == '|' || (c >= 'a' && c <= 'z');
                       });
  std::vector<std::string> found;
  if (!is_list) return found;
  std::istringstream words(value);
  for (std::string word; std::getline(words, word, '|');) found.push_back(word);
  return found;
}

bool is_file(const Option& option) {
  const std::string_view value = option.value;
  return value.starts_with("FILE") || value == "PATH";
}

bool is_directory(const Option& option) { return std::string_view(option.value) == "DIR"; }

// What `portcullis completion` lists for the option's value; empty: nothing.
std::string names_of(const Option& option) {
  if (std::string_view(option.value).starts_with("POD")) return "pods";
  return std::string_view(option.name) == "namespace" ? "namespaces" : "";
}

// The words that may follow the command itself.
std::string operands_of(Command command) {
  if (command == Command::kCompletion) return "bash zsh fish pods namespaces";
  return "";
}

std::string words_of_commands() {
  std::vector<std::string> names;
  for (const auto& command : command_table()) names.emplace_back(command.name);
  names.emplace_back("help");
  names.emplace_back("version");
  return joined(names, " ");
}

std::string pattern(const Option& option) { return joined(flags(option), "|"); }

// The value of the option before the cursor.
std::string bash_values(const Option& option) {
  std::string reply;
  if (is_file(option)) reply = "_portcullis_paths -f";
  if (is_directory(option)) reply = "_portcullis_paths -d";
  if (const auto words = choices(option); !words.empty()) {
    reply = "COMPREPLY=($(compgen -W \"" + joined(words, " ") + "\" -- \"$current\"))";
  }
  if (const auto names = names_of(option); !names.empty()) reply = "_portcullis_names " + names;
  return "        " + pattern(option) + ") " + (reply.empty() ? "" : reply + "; ") + "return ;;\n";
}

std::string zsh_quoted(const std::string& text) {
  auto quoted = replaced(text, "'", "'\\''");
  for (const auto* special : {"[", "]", ":"}) {
    quoted = replaced(quoted, special, std::string("\\") + special);
  }
  return quoted;
}

std::string zsh_argument(const Option& option) {
  std::string argument;
  if (has_value(option)) {
    argument = ":" + zsh_quoted(option.value) + ":";
    if (is_file(option)) argument += "_files";
    if (is_directory(option)) argument += "_files -/";
    if (const auto words = choices(option); !words.empty()) {
      argument += "(" + joined(words, " ") + ")";
    }
    if (const auto names = names_of(option); !names.empty()) argument += "_portcullis_" + names;
  }
  std::string lines;
  for (const auto& flag : flags(option)) {
    lines.append(" \\\n      '").append(option.repeatable ? "*" : "").append(flag);
    lines.append("[").append(zsh_quoted(option.help)).append("]").append(argument).append("'");
  }
  return lines;
}

std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_option(const CommandText& command, const Option& option) {
  std::string line = std::string("complete -c portcullis -n '__fish_seen_subcommand_from ") +
                     command.name + "' -l " + option.name;
  if (*option.short_name != '\0') line += std::string(" -s ") + option.short_name;
  if (has_value(option)) line += is_file(option) || is_directory(option) ? " -r -F" : " -x";
  if (const auto words = choices(option); !words.empty()) {
    line += " -a " + fish_quoted(joined(words, " "));
  }
  if (const auto names = names_of(option); !names.empty()) {
    line += " -a " + fish_quoted("(__portcullis_names " + names + ")");
  }
  return line + " -d " + fish_quoted(option.help) + "\n";
}

}  // namespace

// What others named must not go through `compgen -W` or an unquoted $(...), which expand it again.
std::string bash_completion() {
  std::string cases;
  for (const auto& command : command_table()) {
    std::vector<std::string> words = {"--help"};
    if (const auto operands = operands_of(command.command); !operands.empty()) {
      words.insert(words.begin(), operands);
    }
    std::string values;
    for (const Option& option : options_of(command.command)) {
      for (const auto& flag : flags(option)) words.push_back(flag);
      if (has_value(option)) values += bash_values(option);
    }
    cases += std::string("    ") + command.name + ")\n      words=\"" + joined(words, " ") + "\"\n";
    if (!values.empty()) cases += "      case $previous in\n" + values + "      esac\n";
    cases += "      ;;\n";
  }
  return "# bash completion of portcullis\n"
         "_portcullis_paths() {\n"
         "  compopt -o filenames\n"
         "  mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\")\n"
         "}\n"
         "_portcullis_names() {\n"
         "  local i name source=()\n"
         "  for ((i = 1; i + 1 < COMP_CWORD; i++)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "      -f|--file|--socket) [ \"${COMP_WORDS[i+1]}\" = - ] ||\n"
         "        source+=(\"${COMP_WORDS[i]}\" \"${COMP_WORDS[i+1]}\") ;;\n"
         "    esac\n"
         "  done\n"
         "  while IFS= read -r name; do\n"
         "    [[ $name != \"$current\"* ]] || COMPREPLY+=(\"$name\")\n"
         "  done < <(portcullis completion \"$1\" \"${source[@]}\" 2>/dev/null)\n"
         "}\n"
         "_portcullis() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  COMPREPLY=()\n"
         "  local words=\"" +
         words_of_commands() +
         " --help --version -V\"\n"
         "  [ \"${COMP_WORDS[1]}\" != help ] || words=\"" +
         words_of_commands() +
         "\"\n"
         "  [ \"$COMP_CWORD\" -eq 1 ] || case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -F _portcullis portcullis\n";
}

std::string zsh_completion() {
  std::string described;
  std::string cases;
  for (const auto& command : command_table()) {
    described += std::string("    '") + command.name + ":" + zsh_quoted(command.help) + "'\n";
    std::string arguments = " \\\n      '--help[Shows how to use it]'";
    if (const auto operands = operands_of(command.command); !operands.empty()) {
      arguments += " \\\n      ':topic:(" + operands + ")'";
    }
    for (const Option& option : options_of(command.command)) arguments += zsh_argument(option);
    cases += std::string("    ") + command.name + ")\n      _arguments" + arguments + " ;;\n";
  }
  described += "    'help:Shows how to use a command'\n    'version:Shows the version'\n";
  cases += "    help)\n      _arguments ':command:(" + words_of_commands() + ")' ;;\n";
  return "#compdef portcullis\n"
         "_portcullis_names() {\n"
         "  local -a source=() names\n"
         "  local i\n"
         "  for ((i = 1; i + 1 < CURRENT; i++)); do\n"
         "    case $words[i] in\n"
         "      -f|--file|--socket)\n"
         "        [[ $words[i+1] == - ]] || source+=(\"$words[i]\" \"$words[i+1]\") ;;\n"
         "    esac\n"
         "  done\n"
         "  names=(${(f)\"$(portcullis completion $1 $source 2>/dev/null)\"})\n"
         "  compadd -a names\n"
         "}\n"
         "_portcullis_pods() { _portcullis_names pods }\n"
         "_portcullis_namespaces() { _portcullis_names namespaces }\n"
         "_portcullis() {\n"
         "  local -a commands=(\n" +
         described +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  local command=$words[2]\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _portcullis ]; then\n"
         "  _portcullis \"$@\"\n"
         "else\n"
         "  compdef _portcullis portcullis\n"
         "fi\n";
}

std::string fish_completion() {
  std::string text =
      "# fish completion of portcullis\n"
      "function __portcullis_names\n"
      "  set -l words (commandline -opc)\n"
      "  set -l source\n"
      "  for i in (seq 2 (math (count $words) - 1))\n"
      "    if contains -- $words[$i] -f --file --socket; and test $words[(math $i + 1)] != -\n"
      "      set -a source $words[$i] $words[(math $i + 1)]\n"
      "    end\n"
      "  end\n"
      "  portcullis completion $argv[1] $source 2>/dev/null\n"
      "end\n"
      "complete -c portcullis -f\n"
      "complete -c portcullis -n __fish_use_subcommand -a help -d 'Shows how to use a command'\n"
      "complete -c portcullis -n __fish_use_subcommand -a version -d 'Shows the version'\n"
      "complete -c portcullis -n '__fish_seen_subcommand_from help' -a " +
      fish_quoted(words_of_commands()) + "\n";
  for (const auto& command : command_table()) {
    text += std::string("complete -c portcullis -n __fish_use_subcommand -a ") + command.name +
            " -d " + fish_quoted(command.help) + "\n";
    if (const auto operands = operands_of(command.command); !operands.empty()) {
      text += std::string("complete -c portcullis -n '__fish_seen_subcommand_from ") +
              command.name + "' -a " + fish_quoted(operands) + "\n";
    }
    for (const Option& option : options_of(command.command)) text += fish_option(command, option);
  }
  return text;
}

}  // namespace portcullis
