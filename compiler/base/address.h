#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/base/result.h"

namespace portcullis {

// An unsigned integer that holds any address.
__extension__ typedef unsigned __int128 AddressValue;

enum class Family : std::uint8_t { kIpv4, kIpv6 };

inline constexpr std::array kFamilies = {Family::kIpv4, Family::kIpv6};
constexpr std::size_t index_of(Family family) { return static_cast<std::size_t>(family); }

inline constexpr int bits(Family family) { return family == Family::kIpv4 ? 32 : 128; }
AddressValue max_value(Family family);

// An IPv4 or IPv6 address. IPv4 lies in the low 32 bits of `value`, in host byte order.
struct Address {
  Family family = Family::kIpv4;
  AddressValue value = 0;

  std::strong_ordering operator<=>(const Address&) const = default;
};

struct AddressHash {
  std::size_t operator()(const Address& address) const;
};

// A block of addresses. Host bits of `base` are zero.
struct Cidr {
  Address base;
  int prefix_length = 0;  // 0..32 or 0..128

  Address first() const { return base; }
  Address last() const;
  bool contains(const Address& address) const;
  bool contains(const Cidr& other) const;
  std::strong_ordering operator<=>(const Cidr&) const = default;
};

// Text form: dotted quads for IPv4, with leading zeros in an octet read as decimal (as older API
// servers do); RFC 4291 for IPv6, without a zone.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

// In network byte order, as in packets, 4 or 16 bytes; none: of another length.
std::optional<Address> address_of(std::span<const std::uint8_t> bytes);

// "10.0.0.0/8". Host bits may be set, as older API servers accept them: they are masked.
[[nodiscard]] Result<Cidr> parse_cidr(std::string_view text);

// As nft(8) prints them (RFC 5952 for IPv6).
std::string to_string(const Address& address);
std::string to_string(const Cidr& cidr);

}  // namespace portcullis
