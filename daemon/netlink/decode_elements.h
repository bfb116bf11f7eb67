#pragma once

#include <linux/netlink.h>

#include <vector>

#include "compiler/result.h"
#include "compiler/ruleset.h"

struct nftnl_set_elem;

namespace portcullis::nl {

// One set's elements from a dump of NFT_MSG_NEWSETELEM. Another verdict than a jump becomes a
// `jump` in brackets, which names no chain.
class ElementDecoder {
 public:
  // `set` outlives the decoder; its key is not empty.
  explicit ElementDecoder(const SetSpec& set) : set_(set) {}

  void add(const nlmsghdr* header);

  // True if an element is of a kind that we never make: the catch-all, one with a timeout, or with
  // an expression of its own.
  bool saw_foreign() const { return saw_foreign_; }

  // Everything that was added, sorted, with the beginnings and ends of ranges put together.
  // kInterrupted: an element came twice. The kernel goes through a hash table by counting, and
  // does not notice when it is rehashed meanwhile (which it is for a moment after a bulk load; no
  // commit, so no new generation): then some come twice, and as many do not come at all.
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
