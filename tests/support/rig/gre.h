#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// GRE (RFC 2890) as a protocol that no policy names: a request and its reply.
namespace portcullis::test {

struct GrePacket {
  enum class Kind : std::uint8_t { kRequest = 1, kAnswer = 2 };

  std::uint32_t key = 0;  // tells questions apart
  Kind kind = Kind::kRequest;

  bool operator==(const GrePacket&) const = default;
};

std::vector<std::uint8_t> encode(const GrePacket& packet);

// Nothing for other packets.
std::optional<GrePacket> decode_gre(std::span<const std::uint8_t> bytes);

}  // namespace portcullis::test
