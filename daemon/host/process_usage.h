#pragma once

#include <chrono>
#include <cstddef>

namespace portcullis {

// The resource usage of this process; 0 for what /proc does not show.
struct ProcessUsage {
  std::chrono::duration<double> processor{};  // user and system, since the start
  std::chrono::duration<double> began{};      // Unix time
  std::size_t resident_bytes = 0;
  std::size_t open_files = 0;
};

ProcessUsage process_usage();

}  // namespace portcullis
