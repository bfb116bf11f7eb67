#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/escape.h"
#include "compiler/explain/json_error.h"
#include "daemon/command/commands.h"
#include "daemon/options/options.h"
#include "daemon/run/run.h"

namespace {

using portcullis::Command;
using portcullis::Console;
using portcullis::ErrorCode;
using portcullis::ExitCode;
using portcullis::Options;
using portcullis::Result;

Result<ExitCode> perform(const Options& options, const Console& console) {
  switch (options.command) {
    case Command::kRun:
      return portcullis::run(options);
    case Command::kCompile:
      return portcullis::compile_manifests(options, console);
    case Command::kDump:
      return portcullis::dump(options, console);
    case Command::kDiff:
      return portcullis::diff_with_kernel(options, console);
    case Command::kExplain:
      return portcullis::explain_connection(options, console);
    case Command::kMatrix:
      return portcullis::show_matrix(options, console);
    case Command::kCheck:
      return portcullis::check(options, console);
    case Command::kRestore:
      return portcullis::restore(options, console);
    case Command::kCompletion:
      return portcullis::complete(options, console);
    case Command::kCleanup:
      return portcullis::clean_up(options, console);
  }
  return ExitCode::kError;
}

// With JSON output the error is JSON, too.
bool wants_json(const std::vector<std::string>& arguments) {
  const bool is_asked =
      !arguments.empty() && (arguments.front() == "explain" || arguments.front() == "matrix");
  std::string line;
  for (const auto& argument : arguments) line += argument + " ";
  return is_asked &&
         (line.find(" -o json ") != line.npos || line.find(" -ojson ") != line.npos ||
          line.find(" --output json ") != line.npos || line.find(" --output=json ") != line.npos);
}

Result<ExitCode> invoke(const std::vector<std::string>& arguments, const Console& console) {
  const auto invocation = portcullis::parse_options(arguments);
  if (!invocation) return tl::unexpected(invocation.error());
  if (const auto* information = std::get_if<portcullis::Information>(&*invocation)) {
    console.out << information->text;
    return ExitCode::kOk;
  }
  return perform(std::get<Options>(*invocation), console);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  auto result = invoke(arguments, {std::cin, std::cout, std::cerr});
  if (!result && wants_json(arguments)) std::cout << portcullis::print_json(result.error());
  if (result && !std::cout.flush()) {
    result = portcullis::failure(ErrorCode::kIo, "cannot write the output");
  }
  if (result) return static_cast<int>(*result);
  std::cerr << "portcullis: " << portcullis::escape(result.error().message) << std::endl;
  return static_cast<int>(ExitCode::kError);
}
