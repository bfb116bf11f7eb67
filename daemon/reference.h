#pragma once

#include <string>

// What the command and option tables say, for where people look it up. Each is the text of a whole
// file, generated at build time.
namespace portcullis {

std::string manual_page();              // portcullis(8), roff
std::string configuration_reference();  // docs/configuration.md
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace portcullis
