#include "daemon/options/binding_option.h"

#include <boost/algorithm/string/split.hpp>
#include <utility>
#include <vector>

#include "compiler/base/escape.h"

namespace portcullis {

Result<void> set_anti_spoofing(Options& options, const std::string& value) {
  if (value != "strict" && value != "off") {
    return failure(ErrorCode::kInvalidInput, in_quotes(value) + " is neither strict nor off");
  }
  options.anti_spoofing = value == "strict";
  return {};
}

Result<void> set_allowed_sources(Options& options, const std::string& value) {
  std::vector<Cidr> sources;
  std::vector<std::string> words;
  if (!value.empty()) boost::split(words, value, [](char c) { return c == ','; });
  for (const auto& word : words) {
    const auto block = parse_cidr(word);
    if (!block) {
      return failure(ErrorCode::kInvalidInput,
                     in_quotes(word) + " is not a network, such as 192.0.2.0/24");
    }
    if (block->prefix_length == 0) {
      return failure(ErrorCode::kInvalidInput,
                     in_quotes(word) + " is every address: use --anti-spoofing off");
    }
    sources.push_back(*block);
  }
  options.allowed_sources = std::move(sources);
  return {};
}

}  // namespace portcullis
