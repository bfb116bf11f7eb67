#include "compiler/base/escape.h"
#include "k8s-client/decode/decode_object.h"

namespace portcullis::k8s {
namespace {

bool has_only_address_characters(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:/") == std::string_view::npos;
}

// Some programs read ::ffff:10.0.0.1 as an IPv4 address, others as an IPv6 one.
bool is_ipv4_mapped(const Address& address) {
  return address.family == Family::kIpv6 && address.value >> 32 == 0xffff;
}

constexpr const char* kMapped = " is an IPv4 address in IPv6 form; write it as IPv4";

}  // namespace

std::optional<Address> decode_address(const Field& address) {
  const auto* text = address.string();
  if (text == nullptr) return std::nullopt;
  const auto parsed = parse_address(*text);
  if (!parsed || !has_only_address_characters(*text)) {
    address.defect(in_quotes(*text) + " is not an IP address such as 10.0.0.1 or 2001:db8::1");
    return std::nullopt;
  }
  if (is_ipv4_mapped(*parsed)) {
    address.defect(in_quotes(*text) + kMapped);
    return std::nullopt;
  }
  return *parsed;
}

std::optional<Cidr> decode_cidr(const Field& cidr) {
  const auto* text = cidr.string();
  if (text == nullptr) return std::nullopt;
  const auto parsed = parse_cidr(*text);
  if (!parsed || !has_only_address_characters(*text)) {
    cidr.defect(in_quotes(*text) + " is not a CIDR block such as 10.0.0.0/8 or 2001:db8::/32");
    return std::nullopt;
  }
  if (is_ipv4_mapped(parsed->base)) {
    cidr.defect(in_quotes(*text) + kMapped);
    return std::nullopt;
  }
  return *parsed;
}

}  // namespace portcullis::k8s
