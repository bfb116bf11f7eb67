#include "daemon/options/reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "daemon/options/completion.h"
#include "daemon/options/option_text.h"

namespace portcullis {
namespace {

// The text, and how it writes an option's long and short name.
struct Text {
  const char* name;
  std::string (*generate)();
  std::string before_long;
  std::string before_short;
};

const std::vector<Text>& texts() {
  static const std::vector<Text> all = {{"manual page", manual_page, "\\fB\\-\\-", "\\fB\\-"},
                                        {"configuration", configuration_reference, "`--", "`-"},
                                        {"bash", bash_completion, "--", "-"},
                                        {"zsh", zsh_completion, "--", "-"},
                                        {"fish", fish_completion, "-l ", "-s "}};
  return all;
}

// The part of the text about this command.
std::string part_of(const std::string& text, std::size_t command) {
  const auto commands = command_table();
  const auto where = [&](std::size_t i) {
    for (const std::string& heading :
         {std::string(".SS portcullis ") + commands[i].name + "\n",
          std::string("## portcullis ") + commands[i].name + "\n",
          std::string("\n    ") + commands[i].name + ")\n",
          std::string("__fish_use_subcommand -a ") + commands[i].name + " "}) {
      if (const auto at = text.find(heading); at != text.npos) return at;
    }
    return text.npos;
  };
  const auto begin = where(command);
  if (begin == text.npos) return "";
  const auto end = command + 1 < commands.size() ? where(command + 1) : text.npos;
  return text.substr(begin, end == text.npos ? end : end - begin);
}

TEST(Reference, NamesEveryOptionOfEveryCommand) {
  for (const auto& [name, generate, before_long, before_short] : texts()) {
    const std::string text = generate();
    for (std::size_t i = 0; i < command_table().size(); ++i) {
      const auto& command = command_table()[i];
      const std::string part = part_of(text, i);
      EXPECT_NE(part, "") << name << " has no " << command.name;
      for (const Option& option : options_of(command.command)) {
        std::string written = option.name;
        if (generate == manual_page) written = replaced(written, "-", "\\-");
        EXPECT_NE(part.find(before_long + written), part.npos)
            << name << ": " << command.name << " --" << option.name;
        if (*option.short_name == '\0') continue;
        EXPECT_NE(part.find(before_short + option.short_name), part.npos)
            << name << ": " << command.name << " -" << option.short_name;
      }
    }
  }
}

TEST(Reference, ConfigurationInTheDocumentsIsOfThisOptionTable) {
  std::ostringstream committed;
  committed << std::ifstream("docs/configuration.md").rdbuf();
  EXPECT_EQ(committed.str(), configuration_reference())
      << "the option table was changed: run `make docs` to regenerate docs/configuration.md";
}

// Text that roff would take for a request is a mistake.
TEST(Reference, TheManualPageHasOnlyRequestsThatItMeans) {
  std::istringstream page(manual_page());
  const std::vector<std::string> requests = {".TH ", ".SH ", ".SS ", ".TP",  ".PP", ".B ",
                                             ".I ",  ".RI ", ".BR ", ".IR ", ".br"};
  for (std::string line; std::getline(page, line);) {
    EXPECT_FALSE(line.starts_with("'")) << line;
    if (!line.starts_with(".")) continue;
    EXPECT_TRUE(std::ranges::any_of(requests, [&](const std::string& request) {
      return line.starts_with(request);
    })) << line;
  }
}

}  // namespace
}  // namespace portcullis
