#include "compiler/base/address.h"

#include <arpa/inet.h>

#include <array>
#include <boost/container_hash/hash.hpp>
#include <charconv>
#include <optional>

namespace portcullis {
namespace {

using Bytes = std::array<std::uint8_t, 16>;  // network order; IPv4 in the last four

Bytes to_bytes(AddressValue value) {
  Bytes bytes;
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) {
    bytes[i] = static_cast<std::uint8_t>(value & 0xff);
  }
  return bytes;
}

AddressValue from_bytes(const Bytes& bytes) {
  AddressValue value = 0;
  for (const auto byte : bytes) value = (value << 8) | byte;
  return value;
}

std::optional<unsigned> parse_decimal(std::string_view text, unsigned max) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > max) return std::nullopt;
  return number;
}

// inet_pton() rejects leading zeros, or on other systems reads octal; Kubernetes reads decimal.
std::optional<AddressValue> parse_ipv4(std::string_view text) {
  AddressValue value = 0;
  for (int octet = 0; octet < 4; ++octet) {
    const auto dot = octet < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const auto number = parse_decimal(text.substr(0, dot), 255);
    if (!number) return std::nullopt;
    value = (value << 8) | *number;
    text.remove_prefix(octet < 3 ? dot + 1 : dot);
  }
  return value;
}

std::optional<AddressValue> parse_ipv6(std::string_view text) {
  Bytes bytes;
  // inet_pton() reads up to the first zero byte, and would not see what follows it.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  return from_bytes(bytes);
}

AddressValue host_mask(Family family, int prefix_length) {
  const int host_bits = bits(family) - prefix_length;
  return host_bits == 128 ? ~AddressValue{0} : (AddressValue{1} << host_bits) - 1;
}

}  // namespace

std::size_t AddressHash::operator()(const Address& address) const {
  std::size_t seed = static_cast<std::size_t>(address.value);
  boost::hash_combine(seed, static_cast<std::uint64_t>(address.value >> 64U));
  return seed;
}

AddressValue max_value(Family family) { return host_mask(family, 0); }

Address Cidr::last() const {
  return {base.family, base.value | host_mask(base.family, prefix_length)};
}

bool Cidr::contains(const Address& address) const {
  return address.family == base.family && base.value <= address.value &&
         address.value <= last().value;
}

bool Cidr::contains(const Cidr& other) const {
  return contains(other.first()) && contains(other.last());
}

std::optional<Address> address_of(std::span<const std::uint8_t> bytes) {
  for (const auto family : kFamilies) {
    if (bytes.size() != static_cast<std::size_t>(bits(family)) / 8) continue;
    Address address{family, 0};
    for (const auto byte : bytes) address.value = address.value << 8 | byte;
    return address;
  }
  return std::nullopt;
}

Result<Address> parse_address(std::string_view text) {
  const bool v6 = text.find(':') != std::string_view::npos;
  if (const auto value = v6 ? parse_ipv6(text) : parse_ipv4(text)) {
    return Address{v6 ? Family::kIpv6 : Family::kIpv4, *value};
  }
  return failure(ErrorCode::kInvalidInput,
                 "\"" + std::string(text.substr(0, 64)) + "\" is not an IP address");
}

Result<Cidr> parse_cidr(std::string_view text) {
  const auto invalid = [&] {
    return failure(ErrorCode::kInvalidInput, "\"" + std::string(text.substr(0, 64)) +
                                                 "\" is not a CIDR block such as 10.0.0.0/8 or "
                                                 "2001:db8::/32");
  };
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return invalid();
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return invalid();
  const auto family = address->family;
  const auto length = parse_decimal(text.substr(slash + 1), static_cast<unsigned>(bits(family)));
  if (!length) return invalid();
  const int prefix_length = static_cast<int>(*length);
  return Cidr{{family, address->value & ~host_mask(family, prefix_length)}, prefix_length};
}

std::string to_string(const Address& address) {
  const auto bytes = to_bytes(address.value);
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.family == Family::kIpv4;
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? 12 : 0), text.data(), text.size());
  return text.data();
}

std::string to_string(const Cidr& cidr) {
  return to_string(cidr.base) + "/" + std::to_string(cidr.prefix_length);
}

}  // namespace portcullis
