#pragma once

#include <linux/netlink.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/ruleset/operation.h"
#include "compiler/ruleset/ruleset.h"
#include "daemon/netlink/object/batch.h"
#include "daemon/netlink/rule/expression.h"

namespace portcullis::nl {

// The expressions that nft(8) 1.0.6 writes for the rule of a table of that family, with the
// protocol checks that its fields imply. kInvalidInput: a Foreign statement, a key that exceeds the
// registers, or a field that the family lacks.
[[nodiscard]] Result<std::vector<Expression>> assemble(const Rule& rule,
                                                       TableFamily family = TableFamily::kInet);

[[nodiscard]] Result<void> encode(const AddRule& add, Batch& batch);

using Sets = std::map<std::string, Set, std::less<>>;

// The rule for which assemble() gives exactly these expressions; none if there is no such rule.
// `sets` are the table's: a lookup's `interval` is its set's.
std::optional<Rule> disassemble(const std::vector<Expression>& expressions, const Sets& sets,
                                TableFamily family = TableFamily::kInet);

struct PlacedRule {
  std::string chain;
  Rule rule;
};

// A rule from an NFT_MSG_NEWRULE. A foreign rule becomes a Foreign statement for each of its
// expressions.
PlacedRule decode_rule(const nlmsghdr* header, const Sets& sets);

}  // namespace portcullis::nl
