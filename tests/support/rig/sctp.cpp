#include "tests/support/rig/sctp.h"

#include <array>

namespace portcullis::test {
namespace {

// The whole of an INIT or INIT ACK; an ABORT ends after its chunk header.
//
//     0               1               2               3
//     +---------------+---------------+---------------+---------------+
//   0 |          source port          |       destination port        |
//   4 |                       verification tag                        |
//   8 |               CRC32c, least significant byte first            |
//     +---------------+---------------+---------------+---------------+
//  12 |     chunk     |   flags (0)   |         chunk length          |
//  16 |                         initiate tag                          |
//  20 |                   advertised receiver window                  |
//  24 |       outbound streams        |        inbound streams        |
//  28 |                          initial TSN                          |
//     +---------------+---------------+---------------+---------------+
//  32 |     state cookie (7)          |          length (8)           |   INIT ACK only
//  36 |                            cookie                             |
//     +---------------+---------------+---------------+---------------+
constexpr std::size_t kChecksumAt = 8;
constexpr std::size_t kChunkAt = 12;
constexpr std::size_t kInitiateTagAt = 16;
constexpr std::size_t kAbortSize = 16;
constexpr std::size_t kInitSize = 32;
constexpr std::uint32_t kReceiverWindow = 65536;

void append16(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

void append32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  append16(bytes, value >> 16);
  append16(bytes, value & 0xffff);
}

std::uint16_t read16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t read32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(read16(bytes, at)) << 16 | read16(bytes, at + 2);
}

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    table[byte] = crc;
  }
  return table;
}

std::array<std::uint8_t, 4> checksum_bytes(std::vector<std::uint8_t> packet) {
  for (std::size_t i = 0; i < 4; ++i) packet[kChecksumAt + i] = 0;
  const std::uint32_t crc = crc32c(packet);
  return {static_cast<std::uint8_t>(crc), static_cast<std::uint8_t>(crc >> 8),
          static_cast<std::uint8_t>(crc >> 16), static_cast<std::uint8_t>(crc >> 24)};
}

void append_chunk(std::vector<std::uint8_t>& bytes, const SctpPacket& packet) {
  const bool acknowledges = packet.chunk == SctpChunk::kInitAck;
  bytes.push_back(static_cast<std::uint8_t>(packet.chunk));
  bytes.push_back(0);
  if (packet.chunk == SctpChunk::kAbort) return append16(bytes, kAbortSize - kChunkAt);
  append16(bytes, kInitSize - kChunkAt + (acknowledges ? 8 : 0));
  append32(bytes, packet.initiate_tag);
  append32(bytes, kReceiverWindow);
  append16(bytes, 1);
  append16(bytes, 1);
  append32(bytes, packet.initiate_tag);  // RFC 9260 suggests the same number as the initial TSN
  if (!acknowledges) return;
  append16(bytes, 7);
  append16(bytes, 8);
  append32(bytes, packet.initiate_tag);
}

}  // namespace

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
  static constexpr auto kTable = crc_table();
  std::uint32_t crc = 0xffffffff;
  for (const auto byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ byte) & 0xff];
  return ~crc;
}

std::vector<std::uint8_t> encode(const SctpPacket& packet) {
  std::vector<std::uint8_t> bytes;
  append16(bytes, packet.source_port);
  append16(bytes, packet.destination_port);
  append32(bytes, packet.verification_tag);
  append32(bytes, 0);
  append_chunk(bytes, packet);
  const auto checksum = checksum_bytes(bytes);
  for (std::size_t i = 0; i < checksum.size(); ++i) bytes[kChecksumAt + i] = checksum[i];
  return bytes;
}

std::optional<SctpPacket> decode_sctp(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kAbortSize) return std::nullopt;
  const auto checksum = checksum_bytes({bytes.begin(), bytes.end()});
  for (std::size_t i = 0; i < checksum.size(); ++i) {
    if (bytes[kChecksumAt + i] != checksum[i]) return std::nullopt;
  }
  SctpPacket packet{.source_port = read16(bytes, 0),
                    .destination_port = read16(bytes, 2),
                    .verification_tag = read32(bytes, 4),
                    .chunk = static_cast<SctpChunk>(bytes[kChunkAt]),
                    .initiate_tag = 0};
  if (packet.chunk == SctpChunk::kAbort) return packet;
  if (packet.chunk != SctpChunk::kInit && packet.chunk != SctpChunk::kInitAck) return std::nullopt;
  if (bytes.size() < kInitSize) return std::nullopt;
  packet.initiate_tag = read32(bytes, kInitiateTagAt);
  return packet;
}

}  // namespace portcullis::test
