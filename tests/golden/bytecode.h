#pragma once

#include <string>

#include "compiler/ruleset/ruleset.h"

// The kernel messages as text.
namespace portcullis::test {

// The encoded messages of the whole ruleset, parsed back from their bytes and printed by libnftnl,
// as `nft --debug=netlink` prints its own.
std::string encoded_text(const Ruleset& ruleset);

// Normalizes such a text, ours or nft's, since nft writes the messages in another order: sets by
// name with their flags and sorted elements, then rules by chain in order. Lines of tables and
// chains, which nft prints without their names, are omitted.
std::string canonical(const std::string& text);

}  // namespace portcullis::test
