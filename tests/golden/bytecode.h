#pragma once

#include <string>

#include "compiler/ruleset.h"

// What goes to the kernel, as text.
namespace portcullis::test {

// The messages that we encode for the whole ruleset, parsed back from their bytes and printed by
// libnftnl, as `nft --debug=netlink` prints its own.
std::string encoded_text(const Ruleset& ruleset);

// Such a text, ours or nft's, in one form for both, since nft writes the messages in another order:
// sets by name with their flags and sorted elements, then rules by chain in their order. Lines of
// tables and chains, which nft prints without their names, are left out.
std::string canonical(const std::string& text);

}  // namespace portcullis::test
