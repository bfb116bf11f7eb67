#pragma once

#include <optional>

#include "compiler/transaction.h"
#include "daemon/netlink/batch.h"

namespace portcullis::nl {

// Each makes as many messages as it takes to keep the element list of each below 64 KB, the
// largest netlink attribute. An interval set of single values gets all its ranges by one
// operation: the element that ends "nothing" at zero is written once an AddElements.
void encode(const AddElements& add, Batch& batch);
void encode(const DeleteElements& remove, Batch& batch);

// The element that stands `offset` bytes into a message of the above; none if none does.
std::optional<Element> find_element(const nlmsghdr* header, std::uint32_t offset,
                                    const SetSpec& set, const std::vector<Element>& elements);

}  // namespace portcullis::nl
