#pragma once

#include <cstddef>

// Counts what this program allocates with new: operator new and delete are replaced in heap.cpp.
namespace portcullis::test {

// The most bytes that were in use at one moment since the peak was forgotten, beyond those that
// were in use then.
class HeapPeak {
 public:
  HeapPeak();
  std::size_t bytes() const;

 private:
  std::size_t before_;
};

}  // namespace portcullis::test
