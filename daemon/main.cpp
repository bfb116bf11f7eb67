#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "daemon/commands.h"
#include "daemon/options.h"
#include "daemon/run.h"

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
    case Command::kCleanup:
      return portcullis::clean_up(options, console);
  }
  return ExitCode::kError;
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
  auto result = invoke({argv + 1, argv + argc}, {std::cin, std::cout, std::cerr});
  if (result && !std::cout.flush()) {
    result = portcullis::failure(ErrorCode::kIo, "cannot write the output");
  }
  if (result) return static_cast<int>(*result);
  std::cerr << "portcullis: " << result.error().message << std::endl;
  return static_cast<int>(ExitCode::kError);
}
