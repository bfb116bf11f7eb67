#include "daemon/netlink/routes/address_sample.h"

#include <algorithm>
#include <iterator>

namespace portcullis::nl {

void AddressSample::take(const Address& address) {
  if (is_claimed_ && is_claimed_(address)) {
    claimed_.insert(address);
    return;
  }
  others_.insert(address);
  if (others_.size() <= most_others_) return;
  others_.erase(std::prev(others_.end()));
  is_complete_ = false;
}

std::vector<Address> AddressSample::addresses() const {
  std::vector<Address> all;
  std::ranges::set_union(claimed_, others_, std::back_inserter(all));
  return all;
}

}  // namespace portcullis::nl
