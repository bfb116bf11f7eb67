#pragma once

#include <linux/netlink.h>

#include <optional>
#include <span>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/ruleset/operation.h"
#include "compiler/ruleset/ruleset.h"
#include "daemon/netlink/object/batch.h"

struct nftnl_set_elem;

namespace portcullis::nl {

// Each writes as many messages as needed to keep each element list below 64 KB, the largest netlink
// attribute. An interval set of single values gets all its ranges in one operation: the element
// that ends "nothing" at zero is written once per AddElements.
void encode(const AddElements& add, Batch& batch);
void encode(const DeleteElements& remove, Batch& batch);
void encode(const FlushSet& flush, Batch& batch);

// The element at `offset` bytes in a message of the above, alone; empty if there is none.
std::span<const Element> find_element(const nlmsghdr* header, std::uint32_t offset,
                                      const SetSpec& set, std::span<const Element> elements);

// One set's elements from a dump of NFT_MSG_NEWSETELEM. A verdict other than a jump becomes a
// `jump` in brackets, which names no chain.
class ElementDecoder {
 public:
  // `set` outlives the decoder; its key is not empty.
  explicit ElementDecoder(const SetSpec& set) : set_(set) {}

  void add(const nlmsghdr* header);

  // True if an element is of a kind that we never make: the catch-all, or one with a timeout or an
  // expression.
  bool saw_foreign() const { return saw_foreign_; }

  // Everything that was added, sorted, with range beginnings and ends joined. kInterrupted: an
  // element came twice. The kernel walks a hash table by counting and does not notice a concurrent
  // rehash (briefly after a bulk load; no commit, so no new generation): some elements then come
  // twice, and as many are missing.
  [[nodiscard]] Result<std::vector<Element>> take();

 private:
  // A wire element of an interval set of single values: see encode_elements.cpp.
  struct End {
    ElementKey key;
    bool begins;  // false: a range has ended
  };

  void add_one(nftnl_set_elem* elem);
  std::vector<Element> join_ends();

  const SetSpec& set_;
  std::vector<Element> elements_;
  std::vector<End> ends_;
  bool saw_foreign_ = false;
};

}  // namespace portcullis::nl
