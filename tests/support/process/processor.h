#pragma once

#include <sched.h>

namespace portcullis::test {

// Keeps the calling thread on the processor where it is, until the object ends, in the same thread.
// Throws std::system_error.
class OneProcessor {
 public:
  OneProcessor();
  ~OneProcessor();
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

  // Has the calling thread, another one, run on the others, if there are any.
  void leave() const;

 private:
  cpu_set_t before_{};
  cpu_set_t own_{};
};

}  // namespace portcullis::test
