#include "daemon/netlink/object/key_type.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace portcullis::nl {
namespace {

constexpr unsigned kTypeBits = 6;
constexpr std::uint32_t kTypeMask = (1U << kTypeBits) - 1;

struct TypeNumber {
  FieldType type;
  std::uint32_t number;  // nft's datatype
};

constexpr std::array kTypeNumbers = {
    TypeNumber{FieldType::kIpv4Addr, 7},   TypeNumber{FieldType::kIpv6Addr, 8},
    TypeNumber{FieldType::kInetProto, 12}, TypeNumber{FieldType::kInetService, 13},
    TypeNumber{FieldType::kMark, 19},      TypeNumber{FieldType::kIfname, 41}};

std::uint32_t number_of(FieldType type) {
  const auto* found = std::find_if(kTypeNumbers.begin(), kTypeNumbers.end(),
                                   [&](const TypeNumber& known) { return known.type == type; });
  return found->number;
}

std::size_t padded_size(const std::vector<FieldType>& key) {
  return std::accumulate(
      key.begin(), key.end(), std::size_t{0},
      [](std::size_t sum, FieldType type) { return sum + padded_size_of(type); });
}

ElementKey from_wire(const SetSpec& set, std::span<const std::uint8_t> wire) {
  std::array<std::uint8_t, ElementKey::kCapacity> bytes{};
  std::copy(wire.begin(), wire.end(), bytes.begin());
  return ElementKey({bytes.data(), padded_size(set.key)});
}

ElementKey filled(const SetSpec& set, std::uint8_t byte) {
  return from_wire(set, std::vector<std::uint8_t>(wire_size(set.key), byte));
}

// Carries `step` (1 or 255, that is -1) from the last byte upwards until a byte does not wrap
// around to `wrapped`.
std::optional<ElementKey> carry(const SetSpec& set, const ElementKey& key, std::uint8_t step,
                                std::uint8_t wrapped) {
  const auto wire = wire_key(set, key);
  std::vector<std::uint8_t> bytes(wire.begin(), wire.end());
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    *byte = static_cast<std::uint8_t>(*byte + step);
    if (*byte != wrapped) return from_wire(set, bytes);
  }
  return std::nullopt;
}

}  // namespace

std::uint32_t wire_type(const std::vector<FieldType>& key) {
  std::uint32_t type = 0;
  for (const FieldType field : key) type = type << kTypeBits | number_of(field);
  return type;
}

std::optional<std::vector<FieldType>> parse_wire_type(std::uint32_t type) {
  std::vector<FieldType> key;
  for (; type != 0; type >>= kTypeBits) {
    const auto* found =
        std::find_if(kTypeNumbers.begin(), kTypeNumbers.end(),
                     [&](const TypeNumber& known) { return known.number == (type & kTypeMask); });
    if (found == kTypeNumbers.end()) return std::nullopt;
    key.insert(key.begin(), found->type);
  }
  if (key.empty() || padded_size(key) > ElementKey::kCapacity) return std::nullopt;
  return key;
}

std::size_t wire_size(const std::vector<FieldType>& key) {
  return key.size() == 1 ? size_of(key.front()) : padded_size(key);
}

std::span<const std::uint8_t> wire_key(const SetSpec& set, const ElementKey& key) {
  return key.bytes().first(std::min(key.bytes().size(), wire_size(set.key)));
}

std::optional<ElementKey> parse_wire_key(const SetSpec& set, std::span<const std::uint8_t> wire) {
  if (wire.size() != wire_size(set.key)) return std::nullopt;
  return from_wire(set, wire);
}

std::optional<ElementKey> next(const SetSpec& set, const ElementKey& key) {
  return carry(set, key, 1, 0);
}

std::optional<ElementKey> previous(const SetSpec& set, const ElementKey& key) {
  return carry(set, key, 0xff, 0xff);
}

ElementKey smallest(const SetSpec& set) { return filled(set, 0); }
ElementKey largest(const SetSpec& set) { return filled(set, 0xff); }

}  // namespace portcullis::nl
