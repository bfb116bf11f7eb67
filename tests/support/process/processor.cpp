#include "tests/support/process/processor.h"

#include <cerrno>
#include <system_error>

namespace portcullis::test {
namespace {

void run_on(const cpu_set_t& processors) {
  if (sched_setaffinity(0, sizeof processors, &processors) == 0) return;
  throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

}  // namespace

OneProcessor::OneProcessor() {
  if (sched_getaffinity(0, sizeof before_, &before_) != 0) {
    throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
  }
  CPU_SET(static_cast<std::size_t>(sched_getcpu()), &own_);
  run_on(own_);
}

OneProcessor::~OneProcessor() { sched_setaffinity(0, sizeof before_, &before_); }

void OneProcessor::leave() const {
  cpu_set_t others;
  CPU_XOR(&others, &before_, &own_);
  if (CPU_COUNT(&others) > 0) run_on(others);
}

}  // namespace portcullis::test
