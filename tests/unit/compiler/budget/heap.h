#pragma once

#include <cstddef>

// Counts this program's allocations with new: operator new and delete are replaced in heap.cpp.
namespace portcullis::test {

// The maximum number of bytes in use since the peak was reset, beyond those in use at the reset.
class HeapPeak {
 public:
  HeapPeak();
  std::size_t bytes() const;

 private:
  std::size_t before_;
};

}  // namespace portcullis::test
