#pragma once

#include <string>

// The shells' completions of commands, options and their values. Each is the text of a whole file,
// generated at build time.
namespace portcullis {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace portcullis
