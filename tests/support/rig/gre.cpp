#include "tests/support/rig/gre.h"

#include <algorithm>
#include <array>

namespace portcullis::test {
namespace {

constexpr std::array<std::uint8_t, 4> kHeader = {0x20, 0, 0x00, 0x50};
constexpr std::size_t kSize = 9;

}  // namespace

// GRE's payload type, in the place of other protocols' destination port: 80.
//
//     | flags: a key | type | key | kind |
//           2           2      4     1
std::vector<std::uint8_t> encode(const GrePacket& packet) {
  std::vector<std::uint8_t> bytes(kHeader.begin(), kHeader.end());
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(packet.key >> shift));
  bytes.push_back(static_cast<std::uint8_t>(packet.kind));
  return bytes;
}

std::optional<GrePacket> decode_gre(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != kSize || !std::ranges::equal(bytes.first(kHeader.size()), kHeader))
    return std::nullopt;
  GrePacket packet;
  for (const auto byte : bytes.subspan(kHeader.size(), 4)) packet.key = packet.key << 8 | byte;
  packet.kind = static_cast<GrePacket::Kind>(bytes.back());
  return packet;
}

}  // namespace portcullis::test
