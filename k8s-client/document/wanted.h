#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace portcullis::k8s {

// How a field of a message of protocol buffers is written.
enum class Wire : std::uint8_t {
  kText,
  kFlag,
  kInteger,
  kTime,   // a message with seconds since the epoch
  kTexts,  // a map from text to text
  kMessage,
  kMessages,  // repeated
};

// The parts of a value to read: of an object these members, or all if none are named; of a list,
// the same for each item. Others are skipped, and not even checked for syntax. Protocol buffers
// have only numbers for their fields, so there a member without one is never found.
struct Wanted {
  std::string_view name{};  // of a member
  std::vector<Wanted> members{};
  std::uint32_t number = 0;  // of the field in protocol buffers
  Wire wire = Wire::kText;

  bool all() const { return members.empty(); }

  const Wanted* find(std::string_view member) const {
    const auto found = std::ranges::find(members, member, &Wanted::name);
    return found == members.end() ? nullptr : &*found;
  }

  const Wanted* find(std::uint32_t field) const {
    const auto found = std::ranges::find(members, field, &Wanted::number);
    return found == members.end() ? nullptr : &*found;
  }
};

}  // namespace portcullis::k8s
