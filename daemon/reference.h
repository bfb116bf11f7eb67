#pragma once

#include <string>

// What the command and option tables say, for where people look it up. Each is the text of a whole
// file.
namespace portcullis {

std::string manual_page();              // portcullis(8), roff
std::string configuration_reference();  // docs/configuration.md

}  // namespace portcullis
