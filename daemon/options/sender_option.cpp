#include "daemon/options/sender_option.h"

#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "compiler/base/escape.h"

namespace portcullis {
namespace {

Result<void> set_switch(bool& is_on, const char* on, const char* off, const std::string& value) {
  if (value != on && value != off) {
    return failure(ErrorCode::kInvalidInput,
                   in_quotes(value) + " is neither " + on + " nor " + off);
  }
  is_on = value == on;
  return {};
}

}  // namespace

Result<void> set_anti_spoofing(Options& options, const std::string& value) {
  return set_switch(options.anti_spoofing, "strict", "off", value);
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
  options.binding.allowed_sources = std::move(sources);
  return {};
}

Result<void> set_pod_tunnels(Options& options, const std::string& value) {
  return set_switch(options.binding.tunnels, "allow", "drop", value);
}

Result<void> set_nri(Options& options, const std::string& value) {
  if (value.empty()) return failure(ErrorCode::kInvalidInput, "needs a value");
  options.nri_socket = value == "off" ? "" : value;
  return {};
}

// The runtime itself waits for two seconds by default.
Result<void> set_nri_timeout(Options& options, const std::string& value) {
  constexpr unsigned kLongest = 60'000;
  unsigned milliseconds = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, milliseconds);
  if (error != std::errc() || rest != end || milliseconds == 0 || milliseconds > kLongest) {
    return failure(ErrorCode::kInvalidInput, in_quotes(value) +
                                                 " is not a number of milliseconds from 1 to " +
                                                 std::to_string(kLongest));
  }
  options.nri_timeout = std::chrono::milliseconds(milliseconds);
  return {};
}

}  // namespace portcullis
