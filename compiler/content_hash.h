#pragma once

#include <string>
#include <string_view>

#include "compiler/address.h"

namespace portcullis {

// 80 bits of SHA-1 over `content`, as 20 hexadecimal digits: the name of an object by what it is.
// Wide enough that nobody can aim a policy of his at the name of another's; narrow enough to read.
std::string content_hash(std::string_view content);

// The same for a set of contents, whatever their order: the sum of their hashes, which follows
// what comes and goes.
class ContentSum {
 public:
  void add(std::string_view content);
  void remove(std::string_view content);  // one that was added

  std::string name() const;

  bool operator==(const ContentSum&) const = default;

 private:
  AddressValue sum_ = 0;  // modulo 2^80
};

}  // namespace portcullis
