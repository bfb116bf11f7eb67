#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/ruleset/ruleset.h"

// Set keys between the IR and the wire. In the IR every field is padded to 4 bytes; on the wire
// only the fields of concatenations are: a lone inet_proto is 1 byte, a lone inet_service 2.
namespace portcullis::nl {

// nft's number of the key's type: 6 bits a field, the last field lowest.
//
//      31..18   17..12    11..6        5..0
//     +--------+---------+------------+--------------+
//     |   0    | ipv4: 7 | service: 13| proto: 12    |    ipv4_addr . inet_service . inet_proto
//     +--------+---------+------------+--------------+
//
std::uint32_t wire_type(const std::vector<FieldType>& key);

// The inverse. None for types that we never use, and for keys that do not fit ElementKey.
std::optional<std::vector<FieldType>> parse_wire_type(std::uint32_t type);

std::size_t wire_size(const std::vector<FieldType>& key);  // bytes

std::span<const std::uint8_t> wire_key(const SetSpec& set, const ElementKey& key);

// None if its length does not match keys of this type.
std::optional<ElementKey> parse_wire_key(const SetSpec& set, std::span<const std::uint8_t> wire);

// The next or previous key as big-endian numbers; none beyond the type's largest or smallest value.
// For keys of one field.
std::optional<ElementKey> next(const SetSpec& set, const ElementKey& key);
std::optional<ElementKey> previous(const SetSpec& set, const ElementKey& key);

ElementKey smallest(const SetSpec& set);
ElementKey largest(const SetSpec& set);

}  // namespace portcullis::nl
