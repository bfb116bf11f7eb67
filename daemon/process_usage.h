#pragma once

#include <chrono>
#include <cstddef>

namespace portcullis {

// What this process uses; what /proc does not say is 0.
struct ProcessUsage {
  std::chrono::duration<double> processor{};  // user and system, since it began
  std::chrono::duration<double> began{};      // Unix time
  std::size_t resident_bytes = 0;
  std::size_t open_files = 0;
};

ProcessUsage process_usage();

}  // namespace portcullis
