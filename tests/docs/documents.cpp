#include "tests/docs/documents.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

namespace portcullis::test {
namespace {

constexpr std::string_view kFence = "```";

struct Line {
  std::string where;
  std::string text;
  std::optional<std::string> fence;  // the language of the block that it is in
  bool opens = false;                // it is the first of a block: its fence itself
};

void read_lines(const std::string& path, std::vector<Line>& lines) {
  std::istringstream text(read_document(path));
  std::optional<std::string> fence;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    const std::string where = path + ":" + std::to_string(++number);
    if (!line.starts_with(kFence)) {
      lines.push_back({where, line, fence});
    } else if (fence) {
      fence.reset();
    } else {
      fence = line.substr(kFence.size());
      lines.push_back({where, line, fence, true});
    }
  }
}

std::vector<Line> all_lines() {
  std::vector<Line> lines;
  for (const auto& path : documents()) read_lines(path, lines);
  return lines;
}

std::string without_remark(const std::string& line) {
  const auto end = line.find_last_not_of(' ', line.find("  # ") - 1);
  return line.find("  # ") == line.npos ? line : line.substr(0, end + 1);
}

}  // namespace

std::string read_document(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read %s (tests run in the repository's root)\n", path.c_str());
    std::abort();
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> documents() {
  std::vector<std::string> paths = {"README.md", "manifests/examples/README.md"};
  for (const auto& entry : std::filesystem::directory_iterator("docs")) {
    if (entry.path().extension() == ".md") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::vector<DocumentedCommand> documented_commands() {
  std::vector<DocumentedCommand> commands;
  for (const auto& line : all_lines()) {
    if (line.opens || !line.fence) continue;
    if (*line.fence == "sh" && !line.text.empty()) {
      commands.push_back({line.where, without_remark(line.text), {}});
    } else if (*line.fence == "console" && line.text.starts_with("$ ")) {
      commands.push_back({line.where, line.text.substr(2), ""});
    } else if (*line.fence == "console") {
      *commands.back().output += line.text + "\n";
    }
  }
  return commands;
}

std::vector<CodeSpan> code_spans() {
  static const std::regex kSpan("`([^`]+)`");
  std::vector<CodeSpan> spans;
  for (const auto& line : all_lines()) {
    if (line.fence) continue;
    for (std::sregex_iterator at(line.text.begin(), line.text.end(), kSpan), end; at != end; ++at) {
      spans.push_back({line.where, (*at)[1]});
    }
  }
  return spans;
}

std::vector<std::string> odd_blocks() {
  static const std::regex kKnown("sh|console|text|yaml");
  std::vector<std::string> odd;
  bool after_blank = false;
  for (const auto& line : all_lines()) {
    if (line.where.starts_with("docs/configuration.md:")) continue;  // made of the options
    const bool indented = !line.fence && after_blank && line.text.starts_with("    ");
    if (indented || (line.opens && !std::regex_match(*line.fence, kKnown))) {
      odd.push_back(line.where + ": " + line.text);
    }
    after_blank = line.text.empty();
  }
  return odd;
}

}  // namespace portcullis::test
