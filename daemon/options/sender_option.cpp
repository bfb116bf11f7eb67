#include "daemon/options/sender_option.h"

#include <algorithm>
#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
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

template <class Number>
std::optional<Number> number_in(const std::string& value, Number least, Number most) {
  Number number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end || number < least || number > most) return std::nullopt;
  return number;
}

std::vector<std::string> words_of(const std::string& value) {
  std::vector<std::string> words;
  if (!value.empty()) boost::split(words, value, [](char c) { return c == ','; });
  return words;
}

// `instead` of a network that has every address.
Result<void> set_networks(std::vector<Cidr>& networks, const std::string& value,
                          const char* instead) {
  std::vector<Cidr> blocks;
  for (const auto& word : words_of(value)) {
    const auto block = parse_cidr(word);
    if (!block) {
      return failure(ErrorCode::kInvalidInput,
                     in_quotes(word) + " is not a network, such as 192.0.2.0/24");
    }
    if (block->prefix_length == 0) {
      return failure(ErrorCode::kInvalidInput, in_quotes(word) + " is every address: " + instead);
    }
    blocks.push_back(*block);
  }
  networks = std::move(blocks);
  return {};
}

// As the kernel's dev_valid_name() allows them. `*` only at the end, where nft has it, too.
Result<void> check_interface(const std::string& pattern) {
  constexpr std::size_t kLongest = 15;
  const auto name = pattern.substr(0, pattern.size() - (pattern.ends_with('*') ? 1 : 0));
  const auto invalid = [&](const char* why) {
    return failure(ErrorCode::kInvalidInput, in_quotes(pattern) + why);
  };
  if (pattern == "*") return invalid(" is every interface: give those of pods, such as cali*");
  const bool has_invalid = std::ranges::any_of(name, [](unsigned char c) {
    return c <= ' ' || c > '~' || c == '/' || c == ':' || c == '*';
  });
  if (name.empty() || name.size() > kLongest || has_invalid)
    return invalid(" is neither the name of an interface nor the beginning of one, such as cali*");
  if (name == "lo") return invalid(" is never a pod's");
  return {};
}

}  // namespace

Result<void> set_anti_spoofing(Options& options, const std::string& value) {
  return set_switch(options.anti_spoofing, "strict", "off", value);
}

Result<void> set_allowed_sources(Options& options, const std::string& value) {
  return set_networks(options.binding.allowed_sources, value, "use --anti-spoofing off");
}

Result<void> set_pod_tunnels(Options& options, const std::string& value) {
  return set_switch(options.binding.tunnels, "allow", "drop", value);
}

Result<void> set_unknown_pods(Options& options, const std::string& value) {
  return set_switch(options.closes_unknown_pods, "drop", "allow", value);
}

Result<void> set_pod_interfaces(Options& options, const std::string& value) {
  auto patterns = words_of(value);
  for (const auto& pattern : patterns) {
    const auto valid = check_interface(pattern);
    if (!valid) return valid;
  }
  options.pod_marks.interfaces = std::move(patterns);
  return {};
}

Result<void> set_pod_cidrs(Options& options, const std::string& value) {
  return set_networks(options.pod_marks.blocks, value, "give those of this node's pods");
}

Result<void> set_log_group(Options& options, const std::string& value) {
  if (value == "off") {
    options.log_group.reset();
    return {};
  }
  const auto group = number_in<std::uint16_t>(value, 0, UINT16_MAX);
  if (!group) {
    return failure(ErrorCode::kInvalidInput,
                   in_quotes(value) + " is neither a number from 0 to 65535 nor off");
  }
  options.log_group = *group;
  return {};
}

Result<void> set_nri(Options& options, const std::string& value) {
  if (value.empty()) return failure(ErrorCode::kInvalidInput, "needs a value");
  options.nri_socket = value == "off" ? "" : value;
  return {};
}

// The runtime itself waits for two seconds by default.
Result<void> set_nri_timeout(Options& options, const std::string& value) {
  constexpr unsigned kLongest = 60'000;
  const auto milliseconds = number_in<unsigned>(value, 1, kLongest);
  if (!milliseconds) {
    return failure(ErrorCode::kInvalidInput, in_quotes(value) +
                                                 " is not a number of milliseconds from 1 to " +
                                                 std::to_string(kLongest));
  }
  options.nri_timeout = std::chrono::milliseconds(*milliseconds);
  return {};
}

}  // namespace portcullis
