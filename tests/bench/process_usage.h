#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace portcullis::bench {

// What a process uses, from /proc; 0 if it has ended.
std::size_t memory_kb(pid_t pid);               // resident
std::size_t peak_memory_kb(pid_t pid);          // the most that ever was
std::chrono::milliseconds cpu_time(pid_t pid);  // of all its threads, until now

}  // namespace portcullis::bench
