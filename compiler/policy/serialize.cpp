#include "compiler/policy/serialize.h"

namespace portcullis {

// Length prefixes keep strings apart.
void put(std::string& content, std::string_view text) {
  content += std::to_string(text.size()) + ":";
  content += text;
}

void put(std::string& content, const LabelSelector& selector) {
  for (const auto& requirement : selector.requirements()) {
    put(content, requirement.key);
    content += static_cast<char>('0' + static_cast<int>(requirement.op));
    for (const auto& value : requirement.values) put(content, value);
    content += ";";
  }
}

void put(std::string& content, const std::vector<PeerSelector>& selectors) {
  for (const auto& selector : selectors) {
    if (const auto* name = std::get_if<std::string>(&selector.namespaces)) {
      put(content, *name);
    } else {
      content += "*";
      put(content, std::get<LabelSelector>(selector.namespaces));
    }
    content += "/";
    put(content, selector.pods);
    content += "|";
  }
}

}  // namespace portcullis
