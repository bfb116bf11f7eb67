#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <vector>

#include "compiler/base/address.h"

namespace portcullis::nl {

// Of any number of addresses, in any order: all that are claimed, and the lowest of the others, up
// to a limit. So nobody hides a claimed address by adding others. Costs memory for what it keeps.
class AddressSample {
 public:
  using IsClaimed = std::function<bool(const Address&)>;

  // `is_claimed` must outlive it. Empty: none is.
  AddressSample(const IsClaimed& is_claimed, std::size_t most_others)
      : is_claimed_(is_claimed), most_others_(most_others) {}

  void take(const Address& address);

  bool is_complete() const { return is_complete_; }  // nothing was left out
  std::vector<Address> addresses() const;            // sorted, unique

 private:
  const IsClaimed& is_claimed_;
  const std::size_t most_others_;
  std::set<Address> claimed_;
  std::set<Address> others_;
  bool is_complete_ = true;
};

}  // namespace portcullis::nl
