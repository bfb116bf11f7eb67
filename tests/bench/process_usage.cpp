#include "tests/bench/process_usage.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace portcullis::bench {
namespace {

std::string file_of(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + '/' + name;
}

std::size_t status_kb(pid_t pid, const std::string& name) {
  std::ifstream file(file_of(pid, "status"));
  for (std::string word; file >> word;) {
    std::size_t kb = 0;
    if (word == name && file >> kb) return kb;
  }
  return 0;
}

}  // namespace

std::size_t memory_kb(pid_t pid) { return status_kb(pid, "VmRSS:"); }
std::size_t peak_memory_kb(pid_t pid) { return status_kb(pid, "VmHWM:"); }

// stat: pid (name) state, then numbers; utime and stime are the 14th and 15th field.
std::chrono::milliseconds cpu_time(pid_t pid) {
  std::ifstream file(file_of(pid, "stat"));
  std::string skipped;
  for (int field = 1; field < 14; ++field) file >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  file >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / sysconf(_SC_CLK_TCK));
}

}  // namespace portcullis::bench
