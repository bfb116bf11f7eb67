#include "tests/support/rig/settled.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace portcullis::test {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kPause{1};
constexpr unsigned long kLocalRoute = 0x80000000;  // RTF_LOCAL of linux/ipv6_route.h

// A file of the calling thread's network namespace, as the words of its lines.
std::vector<std::vector<std::string>> read_lines(const std::string& name) {
  std::ifstream file("/proc/thread-self/net/" + name);
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::vector<std::string> split;
    for (std::string word; words >> word;) split.push_back(word);
    lines.push_back(std::move(split));
  }
  return lines;
}

// ipv6_route:  destination length source length gateway metric references uses flags device
// if_inet6:    address index length scope flags device
bool has_local_routes() {
  std::set<std::pair<std::string, std::string>> local;
  for (const auto& line : read_lines("ipv6_route")) {
    if (line.size() == 10 && (std::strtoul(line[8].c_str(), nullptr, 16) & kLocalRoute) != 0)
      local.insert({line[0], line[9]});
  }
  for (const auto& line : read_lines("if_inet6")) {
    if (line.size() == 6 && !local.contains({line[0], line[5]})) return false;
  }
  return true;
}

}  // namespace

Result<void> wait_for_local_addresses(const NetworkNamespace& netns) {
  bool settled = false;
  netns.run([&] {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (settled = has_local_routes(); !settled; settled = has_local_routes()) {
      if (std::chrono::steady_clock::now() > deadline) return;
      std::this_thread::sleep_for(kPause);
    }
  });
  if (settled) return {};
  return failure(ErrorCode::kIo, "its IPv6 addresses did not become local");
}

}  // namespace portcullis::test
