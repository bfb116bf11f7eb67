#pragma once

#include <optional>
#include <string>
#include <vector>

// The documentation: README.md, docs/*.md and the index of the examples.
//
//     ```sh          commands, one a line; "  # " begins a remark
//     ```console     "$ command", and under it what it prints
//     other fences   no commands
namespace portcullis::test {

std::string read_document(const std::string& path);  // aborts if there is none
std::vector<std::string> documents();                // their paths

struct DocumentedCommand {
  std::string where;                  // "docs/install.md:12"
  std::string text;                   // as a shell takes it
  std::optional<std::string> output;  // as it is shown
};

std::vector<DocumentedCommand> documented_commands();

struct CodeSpan {
  std::string where;
  std::string text;
};

// `Code spans` in running text.
std::vector<CodeSpan> code_spans();

// Blocks of other kinds: indented ones, and fences of an unknown language.
std::vector<std::string> odd_blocks();

}  // namespace portcullis::test
