#pragma once

#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <cstdint>
#include <cstring>

#include "daemon/netlink/rule/expression.h"

// Where values lie in the kernel's registers, and how.
namespace portcullis::nl {

// The register at a byte offset of a concatenation.
//
//     offset    0      4      8     12     16     20 ...
//             +------+------+------+------+------+------
//     name    | 1    | 9    | 10   | 11   | 2    | 13
//             +------+------+------+------+------+------
//
inline std::uint32_t register_at(std::size_t offset) {
  const auto index = static_cast<std::uint32_t>(offset);
  return offset % 16 == 0 ? NFT_REG_1 + index / 16 : NFT_REG32_00 + index / 4;
}

inline Bytes host_order(std::uint32_t value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline Bytes network_order(std::uint16_t value, std::size_t size) {
  const Bytes bytes = {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  return {bytes.end() - static_cast<std::ptrdiff_t>(size), bytes.end()};
}

inline Bytes prefix_mask(std::size_t size, int length) {
  Bytes mask(size, 0);
  for (int bit = 0; bit < length; ++bit) {
    auto& byte = mask[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<std::uint8_t>(byte | 0x80 >> bit % 8);
  }
  return mask;
}

inline std::uint16_t ether_type(std::uint8_t network) {
  return network == NFPROTO_IPV4 ? ETH_P_IP : network == NFPROTO_IPV6 ? ETH_P_IPV6 : ETH_P_ARP;
}

}  // namespace portcullis::nl
