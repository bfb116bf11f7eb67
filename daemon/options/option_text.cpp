#include "daemon/options/option_text.h"

#include <algorithm>
#include <iterator>

namespace portcullis {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

bool has_value(const Option& option) { return *option.value != '\0'; }

std::vector<std::string> flags(const Option& option) {
  std::vector<std::string> flags;
  if (*option.short_name != '\0') flags.push_back(std::string("-") + option.short_name);
  flags.push_back(std::string("--") + option.name);
  return flags;
}

std::vector<Option> options_of(Command command) {
  std::vector<Option> options;
  std::ranges::copy_if(option_table(), std::back_inserter(options),
                       [&](const Option& option) { return option.in(command); });
  return options;
}

}  // namespace portcullis
