#pragma once

#include <sched.h>

namespace portcullis::test {

// Pins the calling thread to its current processor until the object is destroyed, in the same
// thread. Throws std::system_error.
class OneProcessor {
 public:
  OneProcessor();
  ~OneProcessor();
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

  // Moves the calling thread, another one, to the other processors, if there are any.
  void leave() const;

 private:
  cpu_set_t before_{};
  cpu_set_t own_{};
};

}  // namespace portcullis::test
