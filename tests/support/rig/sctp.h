#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// The part of SCTP (RFC 9260) that the first two packets of a handshake need: kernels without SCTP
// sockets still track its connections. Ports are in host byte order.
namespace portcullis::test {

enum class SctpChunk : std::uint8_t { kInit = 1, kInitAck = 2, kAbort = 6 };

struct SctpPacket {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t verification_tag = 0;  // 0 in an INIT, else the receiver's initiate tag
  SctpChunk chunk = SctpChunk::kInit;
  std::uint32_t initiate_tag = 0;  // the sender's own, not 0; of INIT and INIT ACK
};

// With its checksum, and in an INIT ACK with the mandatory state cookie.
std::vector<std::uint8_t> encode(const SctpPacket& packet);

// Nothing for other chunks, for packets that are too short, and for a wrong checksum.
std::optional<SctpPacket> decode_sctp(std::span<const std::uint8_t> bytes);

// CRC32c (Castagnoli) as in RFC 9260, appendix A.
std::uint32_t crc32c(std::span<const std::uint8_t> bytes);

}  // namespace portcullis::test
