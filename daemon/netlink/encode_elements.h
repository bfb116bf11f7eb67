#pragma once

#include <optional>

#include "compiler/transaction.h"
#include "daemon/netlink/batch.h"

namespace portcullis::nl {

// Each writes as many messages as needed to keep each element list below 64 KB, the largest netlink
// attribute. An interval set of single values gets all its ranges in one operation: the element
// that ends "nothing" at zero is written once per AddElements.
void encode(const AddElements& add, Batch& batch);
void encode(const DeleteElements& remove, Batch& batch);

// The element at `offset` bytes in a message of the above; none if there is none.
std::optional<Element> find_element(const nlmsghdr* header, std::uint32_t offset,
                                    const SetSpec& set, const std::vector<Element>& elements);

}  // namespace portcullis::nl
