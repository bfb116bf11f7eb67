#pragma once

#include <string>

// The shells' completions of commands, options and their values. Each is the text of a whole file,
// installed by the package and printed by `portcullis completion`. The scripts ask the program for
// pods and namespaces, with the -f and --socket of the current line.
namespace portcullis {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace portcullis
