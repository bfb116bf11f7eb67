#pragma once

#include <string>

// The command and option tables as reference documents. Each is the text of a whole file.
namespace portcullis {

std::string manual_page();              // portcullis(8), roff
std::string configuration_reference();  // docs/configuration.md

}  // namespace portcullis
