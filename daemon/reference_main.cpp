#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "daemon/options/completion.h"
#include "daemon/options/reference.h"

// portcullis-reference man|configuration|bash|zsh|fish: prints that text. Used only by the build
// and `make docs`.
int main(int count, char** arguments) {
  using Text = std::string (*)();
  constexpr std::pair<const char*, Text> kTexts[] = {
      {"man", portcullis::manual_page},
      {"configuration", portcullis::configuration_reference},
      {"bash", portcullis::bash_completion},
      {"zsh", portcullis::zsh_completion},
      {"fish", portcullis::fish_completion}};
  for (const auto& [name, text] : kTexts) {
    if (count != 2 || std::strcmp(arguments[1], name) != 0) continue;
    std::fputs(text().c_str(), stdout);
    return 0;
  }
  std::fputs("usage: portcullis-reference man|configuration|bash|zsh|fish\n", stderr);
  return 2;
}
