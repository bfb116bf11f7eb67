#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "daemon/options/options.h"

namespace portcullis {

// One option, for flags, the configuration file and --help. The configuration file has every option
// of `run` except --config, under its long name, with the same value as the flag.
struct Option {
  const char* name;        // "node-name"
  const char* short_name;  // "f"; empty: none
  const char* value;       // "NAME" in --help; empty: a switch
  std::uint16_t commands;  // one bit (command_bit) for each command that has it
  bool repeatable;
  const char* help;
  Result<void> (*set)(Options& options, const std::string& value);

  bool in(Command command) const;
  bool in_config_file() const;
};

constexpr std::uint16_t command_bit(Command command) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(command));
}

std::span<const Option> option_table();

struct CommandText {
  Command command;
  const char* name;    // "run"
  const char* help;    // one line
  const char* footer;  // further notes
};

std::span<const CommandText> command_table();

}  // namespace portcullis
