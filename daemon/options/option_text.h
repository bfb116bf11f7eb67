#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/options/option_table.h"

// Words of the option table, for the texts generated from it.
namespace portcullis {

std::string replaced(std::string text, std::string_view what, std::string_view by);
std::string joined(const std::vector<std::string>& words, const std::string& separator);

bool has_value(const Option& option);
std::vector<std::string> flags(const Option& option);  // "-f", "--file"
std::vector<Option> options_of(Command command);

}  // namespace portcullis
